# SPDX-License-Identifier: Apache-2.0
#
# docs/examples/django-provider.conf, as it stands there, and what the documents
# of a Django OAuth2 provider have a client send, word for word.  A row of the
# table is a feature of that server; each has to be tried.  Its Flask client is
# t/compat/flask-client.t.

use strict;
use warnings;

use JSON::PP qw(decode_json);
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Own;
use OAuth2Test::Rows;
use OAuth2Test::Server;

my %row = (
    'authorize' => 'GET /oauth/authorize/',
    'token' => 'POST /oauth/token/',
    'user info' => 'GET /oauth/userinfo/',
    'user data' => '/oauth/userdata/USER_ID/ by X-API-Key',
    'API key' => 'of a client, apart from its secret',
    'logout' => 'POST /oauth/logout/',
);
my %tried;

sub feature {
    my ($name, $test) = @_;
    die "no row \"$name\"\n" if !$row{$name};
    $tried{$name} = 1;
    subtest("$name: $row{$name}" => $test);
    return;
}

# --- the server --------------------------------------------------------------

my ($port) = free_ports(1);
my $own = own_httpd(
    var('work') . '/django', <<"END",
LogLevel warn oauth2_api:info
OAuth2Database @{[ var('driver') ]} "@{[ var('params') ]}"
OAuth2Realm @{[ issuer() ]}
OAuth2SecretFile "@{[ var('state') ]}/secret"
Include $ENV{OA2_SRCDIR}/docs/examples/django-provider.conf
END
    listen => [$port], log => var('error_log'),
    define => { DJANGO_SITE => "http://127.0.0.1:$port" });
own_issuer(django => $port, '/oauth');
my $base = base('django');
my $back = 'http://127.0.0.1:5000/callback';
my %client = (redirect_uri => $back, scope => 'profile userdata',
              compat => 'no_pkce error_detail api_key_errors');
my $flask = client('dp-flask', name => 'Flask client', %client);
my $other = client('dp-other', %client);
my %key = map {
    $_ => note_secret(decode_json(ctl_ok(
        'apikey', 'add', '--client', $_, '--name', 'server', '--scope',
        'userdata', '--json'))->{api_key})
} qw(dp-flask dp-other);
my %password = map { $_ => user($_) } qw(dp-alice dp-bob);
ctl_ok('user', 'set', 'dp-alice', '--claim', 'email=alice@example.org');
$own->{start}->();

my $alice = OAuth2Test::Browser->new(issuer => 'django', user => 'dp-alice',
                                     password => $password{'dp-alice'});

sub authorize {
    my (%p) = @_;
    return { url => "$base/oauth/authorize/?" . form_encode(
        client_id => 'dp-flask', redirect_uri => $back,
        response_type => 'code', state => 'some-state', %p) };
}

sub redeem {
    my ($code) = @_;
    return request(POST => "$base/oauth/token/", form => [
        grant_type => 'authorization_code', code => $code,
        client_id => 'dp-flask', client_secret => $flask->[1],
        redirect_uri => $back ]);
}

sub code_of { return query_of(header($_[0], 'location'))->{code} }

my ($code, $tokens, $user_id);
feature 'authorize' => sub {
    my $page = $alice->get(authorize()->{url});
    is($page->{status}, 200, 'without PKCE');
    ok($alice->form_with($page, 'password'), 'the login page');
    my $answer = $alice->walk(authorize());
    is($answer->{status}, 303, 'to the client');
    my $to = header($answer, 'location');
    like($to, qr/^\Q$back\E\?code=/, 'its redirect_uri');
    is(query_of($to)->{state}, 'some-state', 'state comes back');
    $code = query_of($to)->{code};
};

feature 'token' => sub {
    my $res = redeem($code);
    is($res->{status}, 200, 'a form');
    $tokens = json($res);
    is($tokens->{token_type}, 'Bearer', 'token_type');
    ok($tokens->{$_}, $_)
        for qw(access_token refresh_token expires_in scope);
    log_is({ level => 'notice', like => qr/OA2-4700/ }, 'no PKCE');
    $res = redeem($code);
    is($res->{status}, 400, 'once');
    is(json($res)->{error}, 'invalid_grant', 'an error');
    log_allow(qr/OA2-/, 'a code twice');
    # It took the tokens along.
    $tokens = json(redeem(code_of($alice->walk(authorize()))));
    ok($tokens->{access_token}, 'another one');
};

feature 'user info' => sub {
    my $res = request(GET => "$base/oauth/userinfo/",
                      bearer => $tokens->{access_token});
    is($res->{status}, 200, 'by the token');
    my $told = json($res);
    $user_id = delete $told->{sub};
    ok($user_id, 'sub');
    is_deeply($told, { username => 'dp-alice',
                       email => 'alice@example.org' }, 'username, email');
    $res = request(GET => "$base/oauth/userinfo/");
    is($res->{status}, 401, 'without');
    ok(json($res)->{detail}, 'detail');
    $res = request(GET => "$base/oauth/userinfo/", bearer => 'made-up');
    is($res->{status}, 401, 'by a bad one');
    is(json($res)->{error}, 'invalid_token', 'error');
    log_allow(qr/OA2-591/, 'no token, a bad one');
};

sub data {
    my ($method, $json, %o) = @_;
    my $key = exists $o{key} ? $o{key} : $key{'dp-flask'};
    my $id = $o{id} // $user_id;
    return request($method, "$base/oauth/userdata/$id/",
                   headers => { defined $key ? ('X-API-Key' => $key) : (),
                                %{ $o{headers} || {} } },
                   defined $json ? (body => $json,
                                    type => 'application/json') : ());
}

sub row_is {
    my ($name, $res, $status, $json, $log) = @_;
    is($res->{status}, $status, "$name: status");
    if (!ref $json) { is(json($res)->{error}, $json, "$name: error") }
    else { is_deeply(json($res), $json, $name) }
    log_is($log, $name) if $log;
    return $res;
}

feature 'user data' => sub {
    row_is('nothing yet', data('GET'), 404, 'not_found', qr/OA2-5922/);
    row_is('POST', data(POST => '{"theme":"dark","size":3}'), 201,
           { theme => 'dark', size => 3 });
    row_is('GET', data('GET'), 200, { theme => 'dark', size => 3 });
    row_is('PATCH merges', data(PATCH => '{"size":null,"a":{"b":1}}'), 200,
           { theme => 'dark', a => { b => 1 } });
    my $res = row_is('PUT replaces', data(PUT => '{"theme":"light"}'), 200,
                     { theme => 'light' });
    my $etag = header($res, 'etag');
    row_is('If-Match', data(PUT => '{"n":1}', headers =>
                            { 'If-Match' => $etag }), 200, { n => 1 });
    row_is('If-Match, too late', data(PUT => '{"n":2}', headers =>
                                      { 'If-Match' => $etag }), 412,
           'precondition_failed', qr/OA2-5923/);
    row_is('no JSON', data(PUT => '{theme}'), 400, 'invalid_json',
           qr/OA2-5925/);
    row_is('too large', data(PUT => '{"a":"' . 'x' x 66000 . '"}'), 413,
           'invalid_request', qr/OA2-/);
    row_is('no key', data('GET', undef, key => undef), 401,
           'api_key_required', qr/OA2-5910/);
    row_is('a bad key', data('GET', undef, key => 'oa2k_made-up'), 401,
           'invalid_api_key', qr/OA2-/);
    row_is('nobody', data('GET', undef, id => 'nobody'), 404, 'not_found',
           qr/OA2-5921/);
    is(data('DELETE')->{status}, 204, 'DELETE');
    row_is('gone', data('GET'), 404, 'not_found', qr/OA2-5922/);
};

feature 'API key' => sub {
    row_is('a client that the user has not let in',
           data('PUT', '{"a":1}', key => $key{'dp-other'}), 404,
           'not_found', qr/OA2-5921/);
    row_is('not in the query',
           request(GET => "$base/oauth/userdata/$user_id/?api_key="
                   . $key{'dp-flask'}), 401, 'api_key_required', qr/OA2-/);
    row_is('not the secret', data('GET', undef, key => $flask->[1]), 401,
           'invalid_api_key', qr/OA2-/);
    row_is('nor is a key a secret', request(
        POST => "$base/oauth/token/", form => [
            grant_type => 'authorization_code', code => 'x',
            client_id => 'dp-flask', client_secret => $key{'dp-flask'},
            redirect_uri => $back ]), 401, 'invalid_client');
    log_allow(qr/OA2-/, 'a key as a secret');
    like(ctl_ok('apikey', 'list', '--client', 'dp-flask'),
         qr/server.*userdata/, 'listed without the key');
};

feature 'logout' => sub {
    my $res = request(POST => "$base/oauth/logout/",
                      bearer => $tokens->{access_token});
    is($res->{status}, 200, 'by the token');
    is($res->{content}, '{"success":true}', 'what the documents say');
    row_is('once more', request(POST => "$base/oauth/logout/",
                                bearer => $tokens->{access_token}), 401,
           'invalid_token', qr/OA2-5911/);
    is(request(POST => "$base/oauth/token/", form => [
        grant_type => 'refresh_token', client_id => 'dp-flask',
        client_secret => $flask->[1],
        refresh_token => $tokens->{refresh_token} ])->{status}, 400,
        'no refresh either');
    log_allow(qr/OA2-/, 'what is revoked');
    ok($alice->form_with($alice->get(authorize()->{url}), 'password'),
       'and the user has to sign in again');
};

is_deeply([ sort keys %tried ], [ sort keys %row ], 'each row was tried');
end_httpd($own->{pid});
no_complaints('all of it');
done_testing();
