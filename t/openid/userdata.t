# SPDX-License-Identifier: Apache-2.0
#
# userdata: one JSON document of each user and client.  RFC 9110 section 13
# (conditional requests), RFC 7396 (merge patches), RFC 6750 for who may.

use strict;
use warnings;

use JSON::PP qw(decode_json);
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://ud.example/callback';
my %good = (redirect_uri => $uri, scope => 'read userdata');
my ($app, $other) = map {
    client($_, redirect_uri => $uri, scope => $good{scope})
} qw(ud-app ud-other);
my %password = map { $_ => user("ud-$_") } qw(lena paul);

sub token_of {
    my ($name, $client, %o) = @_;
    return OAuth2Test::Browser->new(
        issuer => 'claims', user => "ud-$name",
        password => $password{$name},
    )->tokens(%good, client_id => $client->[0], basic => $client,
              %o)->{access_token};
}

my ($lena, $paul, $elsewhere, $less) =
    (token_of(lena => $app), token_of(paul => $app),
     token_of(lena => $other), token_of(lena => $app, scope => 'read'));

sub sub_of {
    return json(request(GET => issuer('claims') . '/userinfo',
                        bearer => $_[0]))->{sub};
}
my $place = issuer('claims') . '/userdata/' . sub_of($lena);
my $paul_s = issuer('claims') . '/userdata/' . sub_of($paul);

sub send_json {
    my ($method, $json, %o) = @_;
    return request(
        $method, $o{at} // $place, bearer => $o{bearer} // $lena,
        headers => $o{headers},
        defined $json ? (body => $json, type => $o{type}
                                            // 'application/json') : ());
}

rows(
    { clause => 'nothing is there yet', status => 404,
      json => { error => 'not_found' }, log => qr/OA2-5922/,
      send => [ GET => $place, bearer => $lena ] },
    { clause => 'nor to be deleted', status => 404, log => qr/OA2-5922/,
      send => [ DELETE => $place, bearer => $lena ] },
    { clause => 'RFC 9110 9.3.4: PUT makes it', status => 201,
      json => { theme => 'dark' }, headers => { etag => qr/^"\d+"$/ },
      send => sub { send_json(PUT => '{"theme":"dark"}') } },
    { clause => 'GET', status => 200, json => { theme => 'dark' },
      headers => { etag => qr/^"\d+"$/, 'cache-control' => qr/no-store/,
                   'content-type' => qr{^application/json} },
      send => [ GET => $place, bearer => $lena ] },
    { clause => 'with a "/" at the end', status => 200,
      json => { theme => 'dark' },
      send => [ GET => "$place/", bearer => $lena ] },
    { clause => 'at an address of its own', status => 200,
      json => { theme => 'dark' },
      send => [ GET => base('claims') . '/own/data/' . sub_of($lena) . '/',
                bearer => $lena ] },
    { clause => 'its letters escaped', status => 200,
      json => { theme => 'dark' },
      send => sub {
          my $sub = join '', map { sprintf '%%%02X', ord }
              split //, sub_of($lena);
          request(GET => issuer('claims') . "/userdata/$sub",
                  bearer => $lena);
      } },
    { clause => 'HEAD', status => 200,
      send => [ HEAD => $place, bearer => $lena ] },
    { clause => 'PUT replaces', status => 200, json => { a => 1 },
      send => sub { send_json(PUT => '{"a":1}') } },
    { clause => 'and so does POST', status => 200,
      send => sub { send_json(POST => '{"a":{"b":1,"c":2},"d":[1]}') } },
    { clause => 'RFC 7396: PATCH', status => 200,
      body => qr/^\{"a":\{"b":1\},"d":"new"\}$/,
      send => sub { send_json(PATCH => '{"a":{"c":null},"d":"new"}',
                              type => 'application/merge-patch+json') } },
    # Somebody else's.
    { clause => 'no token', status => 401, log => qr/OA2-5910/,
      headers => { 'www-authenticate' => qr/^Bearer realm/ },
      send => [ GET => $place ] },
    { clause => 'RFC 6750 3.1: without the scope', status => 403,
      json => { error => 'insufficient_scope' }, log => qr/OA2-5920/,
      send => [ GET => $place, bearer => $less ] },
    { clause => 'another user\'s', status => 404,
      json => { error => 'not_found' }, log => qr/OA2-5921/,
      send => [ GET => $place, bearer => $paul ] },
    { clause => 'to be changed', status => 404, log => qr/OA2-5921/,
      send => sub { send_json(PUT => '{}', bearer => $paul) } },
    { clause => 'another client\'s of the same user', status => 404,
      log => qr/OA2-5922/, send => [ GET => $place, bearer => $elsewhere ] },
    { clause => 'nobody\'s', status => 404, log => qr/OA2-5921/,
      send => [ GET => issuer('claims') . '/userdata/x', bearer => $lena ] },
    { clause => 'of nobody', status => 404, log => qr/OA2-7071/,
      send => [ GET => issuer('claims') . '/userdata', bearer => $lena ] },
    { clause => 'something below', status => 404, log => qr/OA2-7071/,
      send => [ GET => "$place/x", bearer => $lena ] },
    # Bad bodies.
    (map {
        my $bad = $_;
        { clause => 'no object: ' . substr($bad, 0, 20), status => 400,
          json => { error => 'invalid_json' }, log => qr/OA2-5925/,
          send => sub { send_json(PUT => $bad) } }
    } '[1]', '"x"', '{', '', '{"a":"\u0000"}', "{\"a\":\"\xff\"}",
      '{"a":' x 40 . '1' . '}' x 40, 'null'),
    { clause => 'a patch that is none', status => 400, log => qr/OA2-5925/,
      send => sub { send_json(PATCH => '[1]') } },
    { clause => 'RFC 9110 15.5.16', status => 415, log => qr/OA2-7063/,
      send => sub { send_json(PUT => '{}', type => 'text/plain') } },
    { clause => 'RFC 9110 15.5.14', status => 413, log => qr/OA2-7061/,
      send => sub {
          send_json(PUT => '{"a":"' . 'x' x 65_536 . '"}') } },
    { clause => 'all of 64 KiB', status => 201,
      send => sub { send_json(PUT => '{"a":"' . 'x' x 65_528 . '"}',
                              at => $paul_s, bearer => $paul) } },
    { clause => 'a patch that makes it larger', status => 413,
      log => qr/OA2-5926/,
      send => sub { send_json(PATCH => '{"b":1}', at => $paul_s,
                              bearer => $paul) } },
    { clause => 'another method', status => 405, log => qr/OA2-7070/,
      headers => { allow => 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' },
      send => [ PROPFIND => $place, bearer => $lena ] },
);

subtest 'RFC 9110 13: conditions' => sub {
    my $was = header(request(GET => $place, bearer => $lena), 'etag');
    my $if = sub {
        my ($method, $json, @headers) = @_;
        return send_json($method, $json, headers => {@headers});
    };
    is($if->(GET => undef, 'If-None-Match' => "W/$was")->{status}, 304,
       '13.1.2: not modified');
    is($if->(GET => undef, 'If-None-Match' => '"1", "2"')->{status}, 200,
       'modified');
    is($if->(PUT => '{"x":0}', 'If-None-Match' => '*')->{status}, 412,
       'it is there');
    my $now = header($if->(PUT => '{"x":1}', 'If-Match' => qq("1", $was)),
                     'etag');
    isnt($now, $was, 'of two writers the first changes it');
    my $late = $if->(PUT => '{"x":2}', 'If-Match' => $was);
    is($late->{status}, 412, 'and the second is told');
    is(json($late)->{error}, 'precondition_failed', 'why');
    is($if->(PATCH => '{"x":2}', 'If-Match' => "W/$now")->{status}, 412,
       '13.1.1: a strong comparison');
    is($if->(DELETE => undef, 'If-Match' => $was)->{status}, 412,
       'DELETE too');
    is_deeply(json(request(GET => $place, bearer => $lena)), { x => 1 },
              'nothing is half done');
    is($if->(DELETE => undef, 'If-Match' => $now)->{status}, 204, 'DELETE');
    is($if->(PUT => '{}', 'If-Match' => '*')->{status}, 412,
       'nothing is there');
    is($if->(PATCH => '{"n":null,"m":2}', 'If-None-Match' => '*')->{status},
       201, 'a patch of nothing');
    isnt(header(request(GET => $place, bearer => $lena), 'etag'), $now,
         'another version, though it was deleted meanwhile');
};

subtest 'many at once' => sub {
    send_json(PUT => '{}');
    my @done = parallel(map {
        my $n = $_;
        [ $place, method => 'PATCH', bearer => $lena,
          body => qq({"k$n":$n}), type => 'application/json' ]
    } 1 .. 6);
    is_deeply([ map { $_->{status} } @done ], [ (200) x 6 ], 'all are done');
    is_deeply([ sort keys %{ json(request(GET => $place, bearer => $lena)) } ],
              [ map { "k$_" } 1 .. 6 ], 'and none is lost');
};

subtest 'by an API key of the client' => sub {
    my $key = sub {
        my $text = decode_json(ctl_ok('--json', 'apikey', 'add', '--name',
                                      'test', @_))->{api_key};
        note_secret($text);
        return $text;
    };
    my @may = ('--scope', 'userdata');
    my %keys = (
        good => $key->('--client', 'ud-app', @may),
        other => $key->('--client', 'ud-other', @may),
        less => $key->('--client', 'ud-app', '--scope', 'read'),
        user => $key->('--user', 'ud-lena', @may),
    );
    my $by = sub {
        my ($name, $method, %o) = @_;
        return request($method // 'GET', $o{at} // $place,
                       headers => { 'X-API-Key' => $keys{$name} // $name },
                       bearer => $o{bearer},
                       $o{body} ? (body => $o{body},
                                   type => 'application/json') : ());
    };

    send_json(PUT => '{"by":"token"}');
    settle();
    rows(
        { clause => 'GET', status => 200, json => { by => 'token' },
          send => sub { $by->('good') } },
        { clause => 'PUT', status => 200, json => { by => 'key' },
          send => sub { $by->(good => 'PUT', body => '{"by":"key"}') } },
        { clause => 'the same document', status => 200,
          json => { by => 'key' }, send => [ GET => $place, bearer => $lena ] },
        { clause => 'another client\'s', status => 404, log => qr/OA2-5922/,
          json => { error => 'not_found' }, send => sub { $by->('other') } },
        { clause => 'who has not been allowed it', status => 404,
          log => qr/OA2-5921/,
          send => sub { $by->(other => 'GET', at => $paul_s) } },
        { clause => 'whoever it is', status => 404, log => qr/OA2-5921/,
          send => sub { $by->(good => 'GET',
                              at => issuer('claims') . '/userdata/x') } },
        { clause => 'without the scope', status => 403, log => qr/OA2-5920/,
          json => { error => 'insufficient_scope' },
          send => sub { $by->('less') } },
        { clause => 'a user\'s key', status => 403, log => qr/OA2-5928/,
          send => sub { $by->('user') } },
        { clause => 'a wrong one', status => 401, log => qr/OA2-3/,
          json => { error => 'invalid_api_key' },
          send => sub { $by->('oa2k_wrong') } },
        { clause => 'beside a token', status => 400, log => qr/OA2-5914/,
          send => sub { $by->(good => 'GET', bearer => $lena) } },
    );
    request(POST => issuer('claims') . '/logout', bearer => $lena);
    is(request(GET => $place, bearer => $lena)->{status}, 401, 'signed out');
    is(json($by->('good'))->{by}, 'key', 'and the key goes on');
    ctl_ok(qw(grant revoke --user ud-lena --client ud-app));
    is($by->('good')->{status}, 404, 'not when the access is taken back');
    ctl_ok(qw(client set ud-app --trusted));
    settle();
    is($by->('good')->{status}, 200, 'a trusted client needs no consent');
    ctl_ok(qw(client set ud-app --no-trusted));
    ctl_ok(qw(user disable ud-lena));
    settle();
    is($by->('good')->{status}, 404, 'a disabled user is not there');
    ctl_ok(qw(user enable ud-lena));
    $lena = token_of(lena => $app);
};

subtest 'it stays without an access, and goes with its user' => sub {
    ctl_ok(qw(grant revoke --user ud-lena --client ud-app));
    settle();
    is(request(GET => $place, bearer => $lena)->{status}, 401, 'revoked');
    $lena = token_of(lena => $app);
    is(json(request(GET => $place, bearer => $lena))->{by}, 'key',
       'and allowed again');
    ctl_ok(qw(user remove ud-lena --yes));
    settle();
    $password{lena} = user('ud-lena');
    $lena = token_of(lena => $app);
    $place = issuer('claims') . '/userdata/' . sub_of($lena);
    is(request(GET => $place, bearer => $lena)->{status}, 404,
       'another one of that name has none');
};

done_testing();
