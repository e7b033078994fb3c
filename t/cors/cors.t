# SPDX-License-Identifier: Apache-2.0
#
# CORS, so that apps in browsers work: token and revoke for origins of
# registered redirect URIs, metadata for all, pages for none.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;

my $origin = 'https://spa.example';
my $svc = client('cr-svc', scope => 'read', grant => 'client_credentials');
client('cr-spa', public => 1, redirect_uri => "$origin/callback",
       scope => 'read');
client('cr-port', public => 1, redirect_uri => 'https://spa.example:8443/cb',
       scope => 'read');
client('cr-app', public => 1, redirect_uri => 'com.example.cors:/callback',
       scope => 'read');

sub preflight {
    my ($where, $from, $method) = @_;
    return [ OPTIONS => $where, headers => {
        Origin => $from, 'Access-Control-Request-Method' => $method || 'POST',
        'Access-Control-Request-Headers' => 'authorization,content-type' } ];
}

my %allowed = (
    status => qr/^20[04]$/, log => 0,
    headers => {
        'access-control-allow-origin' => $origin,
        'access-control-allow-methods' => qr/\bPOST\b/,
        'access-control-allow-headers' =>
            sub { $_[0] =~ /authorization/i && $_[0] =~ /content-type/i },
        'access-control-max-age' => qr/^\d+$/,
        'access-control-allow-credentials' => undef,
        vary => qr/\bOrigin\b/i,
    },
);
my %not = (
    status => qr/^(?:20[04]|40[35])$/, log => 'any',
    headers => { 'access-control-allow-origin' => undef },
);

rows(
    { clause => 'preflight: token', %allowed,
      send => preflight('token', $origin) },
    { clause => 'preflight: revoke', %allowed,
      send => preflight('revoke', $origin) },
    { clause => 'preflight: an unknown origin', %not,
      send => preflight('token', 'https://evil.example') },
    { clause => 'preflight: http instead of https', %not,
      send => preflight('token', 'http://spa.example') },
    { clause => 'preflight: another port', %not,
      send => preflight('token', 'https://spa.example:9000') },
    { clause => 'preflight: a longer host', %not,
      send => preflight('token', 'https://spa.example.evil.example') },
    { clause => 'preflight: null', %not,
      send => preflight('token', 'null') },
    { clause => 'preflight: a private-use scheme', %not,
      send => preflight('token', 'com.example.cors:') },
    { clause => 'preflight: introspect is for servers', %not,
      send => preflight('introspect', $origin) },
    { clause => 'preflight: no page', %not,
      send => preflight('login', $origin) },
    { clause => 'preflight: authorize neither', %not,
      send => preflight('authorize', $origin, 'GET') },
);

subtest 'headers asked for' => sub {
    for my $where ('token', '/.well-known/oauth-authorization-server/oauth2',
                   '/.well-known/oauth-protected-resource/res/one') {
        my $res = request('OPTIONS', $where, headers => {
            Origin => $origin, 'Access-Control-Request-Method' => 'POST',
            'Access-Control-Request-Headers' =>
                'mcp-protocol-version,traceparent' });
        like(header($res, 'access-control-allow-headers'),
             qr/^authorization, content-type, mcp-protocol-version,traceparent$/,
             "$where: are allowed");
    }
};

subtest 'an origin with a port' => sub {
    my $res = request(@{ preflight('token', 'https://spa.example:8443') });
    is(header($res, 'access-control-allow-origin'),
       'https://spa.example:8443', 'its own origin');
};

subtest 'the answers themselves' => sub {
    my @send = (POST => 'token', basic => $svc, form =>
                [ grant_type => 'client_credentials' ]);
    my $res = request(@send, headers => { Origin => $origin });
    is($res->{status}, 200, 'known: 200');
    is(header($res, 'access-control-allow-origin'), $origin, 'known: allowed');
    like(header($res, 'vary') // '', qr/\bOrigin\b/i, 'known: Vary');
    $res = request(@send, headers => { Origin => 'https://evil.example' });
    is(header($res, 'access-control-allow-origin'), undef,
       'unknown: not allowed');
    like(header($res, 'vary') // '', qr/\bOrigin\b/i, 'unknown: Vary');
    $res = request(@send);
    is(header($res, 'access-control-allow-origin'), undef, 'none: no header');
    like(header($res, 'vary') // '', qr/\bOrigin\b/i, 'none: Vary');
    log_is(0, 'no log');
};

subtest 'errors can be read too' => sub {
    my $res = row({ clause => '401', status => 401, log => 1,
        send => [ POST => 'token', form => [ grant_type => 'x' ],
                  headers => { Origin => $origin } ],
        headers => {
            'access-control-allow-origin' => $origin,
            'access-control-expose-headers' => qr/WWW-Authenticate/i,
        } });
};

subtest 'metadata is for everybody' => sub {
    for my $path ('/.well-known/oauth-authorization-server/oauth2',
                  '/.well-known/oauth-protected-resource/res/one') {
        my $res = request('GET', $path,
                          headers => { Origin => 'https://any.example' });
        is(header($res, 'access-control-allow-origin'), '*', $path);
    }
};

subtest 'an origin goes with its client' => sub {
    client('cr-gone', public => 1, scope => 'read',
           redirect_uri => 'https://gone.example/cb');
    settle();
    my $ask = sub {
        header(request(@{ preflight('token', 'https://gone.example') }),
               'access-control-allow-origin')
    };
    is($ask->(), 'https://gone.example', 'known');
    ctl_ok('client', 'disable', 'cr-gone');
    settle();
    is($ask->(), undef, 'not when the client is disabled');
};

subtest 'hostile origins' => sub {
    for my $evil ('https://spa.example%7f', 'x' x 5000, 'https://',
                  'https://spa.example/', 'HTTPS://SPA.EXAMPLE', '*', '%00',
                  "https://spa.example, https://evil.example") {
        my $res = request(@{ preflight('token', $evil) });
        cmp_ok($res->{status}, '<', 500, substr $evil, 0, 30);
        is(header($res, 'access-control-allow-origin'), undef, 'not allowed');
    }
};

no_complaints('all of it');
done_testing();
