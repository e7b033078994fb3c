# SPDX-License-Identifier: Apache-2.0
#
# Where protection can be written: <Directory>, <Location>, <Files>,
# .htaccess, <If>, <Limit>, sub-requests, internal redirects, HTTP/2, and
# beside other kinds of authentication.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $reader = client('pl-read', scope => 'read',
                    grant => 'client_credentials');
my $writer = client('pl-write', scope => 'read write',
                    grant => 'client_credentials');
my %token = (none => undef);
for ([ read => $reader, 'read' ], [ write => $writer, 'write' ],
     [ both => $writer, 'read write' ]) {
    my ($name, $client, $scope) = @$_;
    $token{$name} = json(request('POST', 'token', basic => $client, form =>
        [ grant_type => 'client_credentials', scope => $scope ]))
        ->{access_token};
}

sub status {
    my ($method, $where, $token, %more) = @_;
    my $res = request($method, $where, %more,
                      $token{$token} ? (bearer => $token{$token}) : ());
    return $res->{status};
}

# method, path, status without a token, with "read", "write", both
my @table = (
    [ 'GET', '/api/env.cgi', '401 200 403 200', '<Directory>' ],
    [ 'GET', '/api/sub/env.cgi', '401 200 403 200', 'below it' ],
    [ 'GET', '/api/', '401 200 403 200', 'DirectoryIndex' ],
    [ 'GET', '/api/env.cgi/path/info', '401 200 403 200', 'path info' ],
    [ 'GET', '/api/env.php', '401 200 403 200', 'PHP' ],
    [ 'GET', '/api/plain.txt', '401 200 403 200', 'a static file' ],
    [ 'GET', '/api/missing', '401 404 403 404', 'nothing there' ],
    [ 'GET', '/location', '401 200 403 200', '<Location>' ],
    [ 'GET', '/location/deeper', '401 200 403 200', 'below it' ],
    [ 'GET', '//location', '401 200 403 200', 'two slashes' ],
    [ 'GET', '/x/../location', '401 200 403 200', 'dots' ],
    [ 'GET', '/%6cocation', '401 200 403 200', 'escapes' ],
    [ 'GET', '/files/secret.txt', '401 403 200 200', '<Files>' ],
    [ 'GET', '/files/other.txt', '200 200 200 200', 'not in <Files>' ],
    [ 'GET', '/htaccess/env.cgi', '401 200 403 200', '.htaccess' ],
    [ 'GET', '/if/env.cgi?protect', '401 200 403 200', '<If>' ],
    [ 'GET', '/if/env.cgi', '200 200 200 200', 'not <If>' ],
    [ 'GET', '/limit/env.cgi', '401 200 403 200', '<LimitExcept>' ],
    [ 'POST', '/limit/env.cgi', '401 403 200 200', '<Limit>' ],
    [ 'DELETE', '/limit/env.cgi', '401 403 200 200', '<Limit>, DELETE' ],
    [ 'GET', '/both/env.cgi', '401 403 403 200', 'two scopes' ],
    [ 'GET', '/open/env.cgi', '200 200 200 200', 'not protected' ],
    [ 'GET', '/open/page.shtml', '200 200 200 200', 'not protected: SSI' ],
    [ 'GET', '/api/page.shtml', '401 200 403 200', 'SSI' ],
    [ 'GET', '/rewrite/moved', '401 200 403 200', 'internal redirect' ],
    [ 'GET', '/rewrite/deeper', '401 403 403 200',
      'internal redirect to where more is needed' ],
    [ 'GET', '/errordoc/x', '401 200 403 200', 'ErrorDocument' ],
    [ 'GET', '/proxied/x', '401 200 403 200', 'mod_proxy' ],
);
for (@table) {
    my ($method, $path, $expected, $name) = @$_;
    my @got = map { status($method, $path, $_) } qw(none read write both);
    is("@got", $expected, "$name: $method $path");
}
log_allow(qr/unable to include/, 'the table');

subtest 'the challenge of each place' => sub {
    my %realm = (
        '/location' => 'Location', '/files/secret.txt' => 'Files',
        '/htaccess/env.cgi' => 'By .htaccess', '/if/env.cgi?protect' => 'If',
        '/limit/env.cgi' => 'Limit', '/proxied/x' => 'Proxied',
    );
    for my $path (sort keys %realm) {
        my $challenge = header(request('GET', $path), 'www-authenticate');
        like($challenge, qr/^Bearer realm="\Q$realm{$path}\E"/, $path);
    }
    like(header(request('POST', '/limit/env.cgi'), 'www-authenticate'),
         qr/scope="write"/, '<Limit>: the scope of this method');
    like(header(request('GET', '/limit/env.cgi'), 'www-authenticate'),
         qr/scope="read"/, '<LimitExcept>: the scope of that method');
    log_lines();
};

# --- sub-requests and internal redirects -------------------------------------

subtest 'SSI includes what the token may see' => sub {
    my @token = (bearer => $token{read});
    like(request('GET', '/api/page.shtml', @token)->{content},
         qr/\[the orders/, 'protected page, protected part');
    unlike(request('GET', '/open/page.shtml')->{content}, qr/the orders/,
           'open page, protected part, no token');
    like(request('GET', '/open/page.shtml', @token)->{content},
         qr/\[the orders/, 'open page, protected part, a token');
    log_allow(qr/unable to include/, 'SSI');
};

subtest 'mod_rewrite sees who it is' => sub {
    my $env = json(request('GET', '/rewrite/seen', bearer => $token{read}));
    is($env->{QUERY_STRING}, 'seen=pl-read', 'OAUTH2_CLIENT_ID in a rule');
    is($env->{OAUTH2_CLIENT_ID}, 'pl-read', 'and after the redirect');
    ok(!exists $env->{HTTP_AUTHORIZATION}, 'the token is withheld');
    my $moved = json(request('GET', '/rewrite/moved',
                             bearer => $token{read}));
    is($moved->{OAUTH2_CLIENT_ID}, 'pl-read', 'redirected');
    is($moved->{REMOTE_USER}, 'client:pl-read', 'REMOTE_USER');
    is($moved->{AUTH_TYPE}, 'OAuth2', 'AUTH_TYPE');
    log_is(0, 'no log');
};

subtest 'ErrorDocument keeps the challenge' => sub {
    my $res = request('GET', '/errordoc/x');
    is($res->{status}, 401, 'unauthorized');
    like($res->{content}, qr/Sign in first/, 'the site\'s own document');
    like(header($res, 'www-authenticate'),
         qr/^Bearer realm="Error document", scope="read"$/, 'once');
    $res = request('GET', '/errordoc/x', bearer => $token{write});
    is($res->{status}, 403, 'forbidden');
    like(header($res, 'www-authenticate'), qr/insufficient_scope/,
         'its challenge too');
    log_lines();
};

# --- behind a proxy ----------------------------------------------------------

subtest 'OAuth2PassHeaders' => sub {
    my %evil = ('OAuth2-User' => 'evil', 'oauth2_sub' => 'evil',
                'OAuth2-Extra' => 'evil', 'OAUTH2-CLIENT-ID' => 'evil',
                'OAuth2.Scope' => 'evil', 'oauth2!sub' => 'evil');
    my $on = json(request('GET', '/proxied/x', headers => {
        %evil, Authorization => "Bearer $token{both}" }));
    is($on->{HTTP_OAUTH2_CLIENT_ID}, 'pl-write', 'OAuth2-Client-Id');
    is($on->{HTTP_OAUTH2_SCOPE}, 'read write', 'OAuth2-Scope');
    is($on->{HTTP_OAUTH2_USER}, 'client:pl-write', 'OAuth2-User')
        if exists $on->{HTTP_OAUTH2_USER};
    like($on->{HTTP_OAUTH2_EXPIRES}, qr/^\d+$/, 'OAuth2-Expires');
    ok(!grep({ /evil/ } values %$on), 'nothing of the client\'s own');
    ok(!exists $on->{HTTP_AUTHORIZATION}, 'not the raw token');
    my $off = json(request('GET', '/proxied-bare/x', headers => {
        %evil, Authorization => "Bearer $token{both}" }));
    ok(!grep({ /^HTTP_OAUTH2/ } keys %$off), 'off: no identity headers');
    ok(!exists $off->{HTTP_AUTHORIZATION}, 'off: not the raw token');
    my $open = json(request('GET', '/proxied-open/x', headers => {
        Authorization => 'Bearer something-of-its-own' }));
    is($open->{HTTP_AUTHORIZATION}, 'Bearer something-of-its-own',
       'what is not protected is none of our business');
    log_is(0, 'no log');
};

subtest 'OAuth2PassHeaders, with a user' => sub {
    my $app = client('pl-app', redirect_uri => $uri, scope => 'read');
    my $password = user('pl alice@example.org');
    my $browser = OAuth2Test::Browser->new(user => 'pl alice@example.org',
                                           password => $password);
    my $token = $browser->tokens(client_id => 'pl-app', scope => 'read',
        redirect_uri => $uri, basic => $app)->{access_token};
    my $on = json(request('GET', '/proxied/x', bearer => $token));
    is($on->{HTTP_OAUTH2_USER}, 'pl alice@example.org', 'OAuth2-User');
    like($on->{HTTP_OAUTH2_SUB}, qr/^\S+$/, 'OAuth2-Sub');
    my $env = json(request('GET', '/api/env.cgi', bearer => $token));
    is($env->{REMOTE_USER}, 'pl alice@example.org', 'REMOTE_USER');
    is($env->{OAUTH2_SUB}, $on->{HTTP_OAUTH2_SUB}, 'the same sub');
};

# --- HTTP/2 ------------------------------------------------------------------

subtest 'HTTP/2' => sub {
    return pass('prefork has none') if var('mpm') eq 'prefork';
    my $at = base('h2c');
    my @curl = ('curl', '-sS', '--noproxy', '*', '--http2-prior-knowledge',
                '-o', '-', '-w', '\n%{http_version} %{http_code}');
    my $get = sub {
        my ($token, $path) = @_;
        # The token goes by standard input: no process list shows it.
        open my $out, '>', var('work') . "/curl.$$" or die;
        print {$out} qq(header = "Authorization: Bearer $token"\n) if $token;
        close $out;
        return qx(@{[ join ' ', map { quotemeta } @curl,
            '-K', var('work') . "/curl.$$", "$at$path" ]});
    };
    like($get->(undef, '/api/env.cgi'), qr/\n2 401$/, 'no token');
    my $good = $get->($token{read}, '/api/env.cgi');
    like($good, qr/\n2 200$/, 'a token');
    like($good, qr/"OAUTH2_CLIENT_ID":"pl-read"/, 'environment');
    like($get->($token{read}, '/both/env.cgi'), qr/\n2 403$/, 'scope');
    like($get->('garbage', '/api/env.cgi'), qr/\n2 401$/, 'garbage');
    unlink var('work') . "/curl.$$";
};

# --- beside mod_auth_basic ---------------------------------------------------

subtest 'AuthType Basic elsewhere' => sub {
    my %file = %{ var('file_users') };
    my $own = user('pl-own');
    my @table = (
        # path, user, password, status
        [ '/basic/file', 'file-alice', $file{'file-alice'}, 200 ],
        [ '/basic/file', 'pl-own', $own, 401 ],
        [ '/basic/own', 'pl-own', $own, 200 ],
        [ '/basic/own', 'pl-own', "${own}x", 401 ],
        [ '/basic/own', 'file-alice', $file{'file-alice'}, 401 ],
        [ '/basic/both', 'pl-own', $own, 200 ],
        [ '/basic/both', 'file-alice', $file{'file-alice'}, 200 ],
        [ '/basic/both', 'nobody', 'x' x 20, 401 ],
    );
    for (@table) {
        my ($path, $name, $password, $status) = @$_;
        my $res = request('GET', $path, basic => [ $name, $password ]);
        is($res->{status}, $status, "$path: $name: $status");
        is(json($res)->{AUTH_TYPE}, 'Basic', 'Basic') if $status == 200;
    }
    is(status('GET', '/basic/file', 'read'), 401, 'a token is no password');
    my $res = request('GET', '/basic/scope',
                      basic => [ 'file-alice', $file{'file-alice'} ]);
    like($res->{status}, qr/^40[13]$/, 'no token, so no scope');
    ctl_ok('user', 'disable', 'pl-own');
    is(request('GET', '/basic/own', basic => [ 'pl-own', $own ])->{status},
       401, 'a disabled user');
    log_allow(qr/AH0161[478]|AH01631: user file-alice/, 'mod_auth_basic');
};

done_testing();
