# SPDX-License-Identifier: Apache-2.0
#
# userinfo, OpenID Connect Core section 5.3, and the claims that it tells: of
# people whom mod_authn_dbd knows, out of its environment, of the old
# application's own table, and of what oauth2ctl has set.

use strict;
use warnings;

use JSON::PP ();
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://oi.example/callback';
my $scope = 'read profile email student';
my $app = client('oi-app', redirect_uri => $uri, scope => $scope,
                 grant => [ 'authorization_code', 'refresh_token',
                            'client_credentials' ]);
my %good = (client_id => 'oi-app', redirect_uri => $uri, scope => $scope);
my $legacy = var('legacy_users');

sub person {
    my ($issuer, $name, $password) = @_;
    return OAuth2Test::Browser->new(
        issuer => $issuer, user => $name,
        password => $password // $legacy->{$name});
}

sub who {
    my ($issuer, $token, %o) = @_;
    return json(request(GET => issuer($issuer) . '/userinfo',
                        bearer => $token, %o));
}

# --- telling -----------------------------------------------------------------

my $lena = person('claims', 'legacy-lena');
my $name = qq(Lena <i>"\x{141}");
my $token;
my $sub;
subtest '5.4: what the scopes of the token are for' => sub {
    $token = $lena->tokens(%good, basic => $app)->{access_token};
    my $told = who('claims', $token);
    $sub = delete $told->{sub};
    like($sub, qr/^[\w-]{20,}$/, '5.3.2: sub');
    is_deeply($told, {
        preferred_username => 'legacy-lena',
        email => 'legacy-lena@legacy.example',
        title => '<b>Dr "legacy-lena"</b>',
        student => { 'branch name' => 'Geology', year => 3 },
    }, 'of user, environment and query; what is not known is left out');
    my $less = $lena->fresh->tokens(%good, scope => 'email',
                                    basic => $app)->{access_token};
    is_deeply([ sort keys %{ who('claims', $less) } ],
              [qw(email sub title)], 'a smaller scope');
    is_deeply([ sort keys %{ who('claims', $lena->tokens(
        %good, scope => 'read', basic => $app)->{access_token}) } ], ['sub'],
        'a scope without claims');
};

subtest 'what oauth2ctl sets counts at once' => sub {
    ctl_ok(qw(user set legacy-lena --claim), qq(name=Lena <i>"\xc5\x81"),
           '--claim-json', 'vip={"since":1999,"of":["a",true]}');
    my $told = who('claims', $token);
    is($told->{name}, $name, 'text');
    is_deeply($told->{vip}, { since => 1999,
                              of => [ 'a', JSON::PP::true ] }, 'JSON');
    my $shown = JSON::PP->new->utf8->decode(
        ctl_ok(qw(user show legacy-lena --json)));
    is($shown->{sub}, $sub, 'the same sub');
    is_deeply([ map { "$_->{name} $_->{source}" } @{ $shown->{claims} } ],
              [ 'email env:AUTHENTICATE_MAIL', 'name profile',
                'title env:AUTHENTICATE_TITLE', 'vip profile' ],
              'user show: with their sources');
    ctl_ok(qw(user set legacy-lena --claim vip=));
    ok(!exists who('claims', $token)->{vip}, 'and forgets it');
};

rows(
    { clause => '5.3: GET', status => 200, json => { sub => $sub },
      headers => { 'cache-control' => qr/no-store/ },
      send => [ GET => issuer('claims') . '/userinfo', bearer => $token ] },
    { clause => '5.3: POST, with an empty form', status => 200,
      json => { sub => $sub },
      send => [ POST => issuer('claims') . '/userinfo', bearer => $token,
                form => [] ] },
    { clause => '5.3: POST without a body', status => 200,
      json => { sub => $sub },
      send => [ POST => issuer('claims') . '/userinfo', bearer => $token ] },
    { clause => 'at an address of its own', status => 200,
      json => { sub => $sub },
      send => [ GET => base('claims') . '/who', bearer => $token ] },
    { clause => 'as Omniport calls it, with a "/" at the end', status => 200,
      json => { sub => $sub, student => sub { $_[0]{year} == 3 } },
      send => [ GET => base('claims') . '/own/get_user_data/',
                bearer => $token ] },
    { clause => '5.3: CORS', status => 200,
      headers => { 'access-control-allow-origin' => 'https://oi.example' },
      send => [ GET => issuer('claims') . '/userinfo', bearer => $token,
                headers => { Origin => 'https://oi.example' } ] },
    { clause => 'a preflight of the client\'s page', status => 204,
      headers => { 'access-control-allow-headers' => qr/authorization/i },
      send => [ OPTIONS => issuer('claims') . '/userinfo',
                headers => { Origin => 'https://oi.example',
                             'Access-Control-Request-Method' => 'GET',
                             'Access-Control-Request-Headers' =>
                                 'authorization' } ] },
    { clause => 'RFC 6750 3.1: no token, no error code', status => 401,
      headers => { 'www-authenticate' =>
                       'Bearer realm="' . issuer('claims') . '"' },
      log => qr/OA2-5910/,
      send => [ GET => issuer('claims') . '/userinfo' ] },
    { clause => 'a password is no token', status => 401,
      headers => { 'www-authenticate' => qr/^Bearer realm="[^"]*"$/ },
      log => qr/OA2-5910/,
      send => [ GET => issuer('claims') . '/userinfo', basic => $app ] },
    { clause => '5.3.3: a made-up token', status => 401,
      json => { error => 'invalid_token' },
      headers => { 'www-authenticate' =>
                       qr/^Bearer realm="[^"]*", error="invalid_token"/ },
      log => qr/OA2-5911/,
      send => [ GET => issuer('claims') . '/userinfo', bearer => 'x' ] },
    { clause => 'RFC 6750 2.3: in the query', status => 400,
      json => { error => 'invalid_request' }, log => qr/OA2-3913/,
      send => [ GET => issuer('claims') . '/userinfo?access_token=x' ] },
    { clause => 'RFC 6750 2.2: in the body', status => 400,
      json => { error => 'invalid_request' }, log => qr/OA2-3913/,
      send => [ POST => issuer('claims') . '/userinfo', bearer => $token,
                form => [ access_token => 'x' ] ] },
    { clause => 'another method', status => 405, log => qr/OA2-7070/,
      send => [ PUT => issuer('claims') . '/userinfo', bearer => $token ] },
    { clause => 'a token without a user', status => 403,
      json => { error => 'insufficient_scope',
                error_description => qr/no user/ },
      headers => { 'www-authenticate' =>
                       qr/error="insufficient_scope"/ },
      log => qr/OA2-5913.*oi-app/,
      send => sub {
          my $own = json(request(POST => issuer('claims') . '/token',
              basic => $app,
              form => [ grant_type => 'client_credentials' ]));
          return request(GET => issuer('claims') . '/userinfo',
                         bearer => $own->{access_token});
      } },
);

subtest 'RFC 8414: told in the metadata' => sub {
    my $doc = json(request(GET => base('claims')
        . '/.well-known/oauth-authorization-server/oauth2'));
    is($doc->{userinfo_endpoint}, issuer('claims') . '/userinfo', 'where');
    is_deeply([ sort @{ $doc->{claims_supported} } ],
              [qw(email name preferred_username student sub title vip)],
              'and what');
};

subtest 'RFC 7662: introspection tells the name only' => sub {
    my $api = client('oi-api', introspect => 'all', grant => []);
    my $told = json(request(POST => issuer('claims') . '/introspect',
                            basic => $api, form => [ token => $token ]));
    is($told->{username}, 'legacy-lena', 'username');
    ok(!grep { /email|name$|student/ && $_ ne 'username' } keys %$told,
       'no claims');
};

# --- consent -----------------------------------------------------------------

subtest 'the consent page names claims, groups scopes, marks what matters'
    => sub {
    my $page = $lena->follow($lena->get(
        $lena->authorize(%good, prompt => 'consent')->{url}));
    my $text = $page->{content};
    like($text, qr{<h3><bdi>About[ ]you</bdi></h3>.*Your[ ]name
                   .*<li><bdi>preferred[ ]username</bdi></li>
                   .*Your[ ]mail.*Sensitive.*<li><bdi>email</bdi></li>
                   .*<h3><bdi>Studies</bdi></h3>.*What[ ]you[ ]study
                   .*<li><bdi>student:[ ]branch[ ]name</bdi></li>}sx, 'all');
};

subtest 'a claim that is added to a scope is asked for again' => sub {
    ctl_ok(qw(user set legacy-lena --claim nickname=Le));
    my $there = person('later', 'legacy-lena');
    my $old = who('later', $token);
    is($old->{name}, $name, 'a token of before: what it was for');
    ok(!exists $old->{nickname}, '… and not the new claim');
    my $page = $there->follow($there->get(
        $there->authorize(%good)->{url}));
    $page = $there->login($page);
    ok($there->form_with($page, 'decision'), 'asked again');
    like($page->{content}, qr{<bdi>nickname</bdi>}, 'for the new claim');
    like($page->{content}, qr/already allowed/, 'the others are known');
    my $new = who('later', $there->tokens(
        %good, basic => $app)->{access_token});
    is($new->{nickname}, 'Le', 'told once it was shown');
    ok(!exists who('later', $token)->{nickname}, 'never by the old token');
    log_allow(qr/OA2-2910/, 'the query of this server is wrong');
};

subtest 'a query that fails breaks nothing' => sub {
    my $res = request(GET => issuer('later') . '/userinfo',
                      bearer => $token);
    is($res->{status}, 200, 'answered');
    my $told = json($res);
    ok(!exists $told->{student}, 'its claims are missing');
    is($told->{email}, 'legacy-lena@legacy.example', 'the others are not');
    log_allow(qr/OA2-2910.*more than one row/, 'and the log says why');
};

# --- logins ------------------------------------------------------------------

subtest 'httpd authenticates in front' => sub {
    my $karl = OAuth2Test::Browser->new(
        issuer => 'staff',
        basic => [ 'legacy-karl', $legacy->{'legacy-karl'} ]);
    my $told = who('staff', $karl->tokens(
        %good, basic => $app)->{access_token});
    is($told->{email}, 'legacy-karl@legacy.example', 'its environment');
    ok(!exists $told->{student}, 'a query without the columns');
};

subtest 'a wrong password leaves nothing behind' => sub {
    my $password = user('oi-own');
    my $own = person('claims', 'oi-own', $password);
    my $told = who('claims', $own->tokens(
        %good, basic => $app)->{access_token});
    is_deeply([ sort keys %$told ], [qw(preferred_username sub)],
              'a user of the own table');
    my $page = $own->fresh->get($own->authorize(%good)->{url});
    $own->fresh->login($page, 'legacy-lena', 'wrong');
    log_allow(qr/OA2-5021/, 'a wrong password');
    is(who('claims', $token)->{email}, 'legacy-lena@legacy.example',
       'and takes nothing away');
};

# --- resources, RFC 8707 -----------------------------------------------------

subtest 'RFC 8707 2: a token for this resource' => sub {
    my $here = issuer('claims') . '/userinfo';
    my $bound = $lena->tokens(%good, resource => $here,
                              basic => $app)->{access_token};
    is(who('claims', $bound)->{sub}, $sub, 'is taken');
    my $res = request(GET => issuer('later') . '/userinfo',
                      bearer => $bound);
    is($res->{status}, 401, 'and elsewhere it is not');
    like(header($res, 'www-authenticate'), qr/another resource/, 'said so');
    log_is(qr/OA2-5912/, 'for another one');
};

done_testing();
