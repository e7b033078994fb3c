# SPDX-License-Identifier: Apache-2.0
#
# CORS of protected paths: the module answers preflights in front of the
# application, and the answers that belong to them can be read.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;

my $spa = 'https://pf-spa.example';
my $svc = client('pf-svc', scope => 'read', grant => 'client_credentials');
client('pf-spa', public => 1, redirect_uri => "$spa/cb", scope => 'read');
my $token = json(request('POST', 'token', basic => $svc, form =>
    [ grant_type => 'client_credentials' ]))->{access_token};

sub preflight {
    my ($where, $origin, %more) = @_;
    return [ OPTIONS => $where, headers => {
        Origin => $origin, 'Access-Control-Request-Method' => 'PUT',
        %more } ];
}

my %granted = (
    status => 204, log => 0,
    headers => {
        'access-control-allow-origin' => $spa,
        'access-control-allow-methods' => 'PUT',
        'access-control-allow-headers' => qr/^authorization, content-type/,
        'access-control-max-age' => qr/^\d+$/,
        'access-control-allow-credentials' => undef,
        'www-authenticate' => undef,
        vary => qr/\bOrigin\b/i,
    },
);
my %not = (status => 204, log => 0,
           headers => { 'access-control-allow-origin' => undef,
                        'access-control-allow-methods' => undef });

rows(
    (map { { clause => "Fetch: CGI, PHP, files, a proxy: $_", %granted,
             send => preflight($_, $spa),
             then => sub { is($_[0]{content} // '', '', 'no script ran') } } }
         '/api/env.cgi', '/api/env.php', '/api/plain.txt', '/api/page.shtml',
         '/api', '/api/', '/api/missing', '/location/x', '/proxied/x',
         '/htaccess/env.cgi', '/files/secret.txt', '/rewrite/moved'),
    { clause => 'Fetch: the query and body are nobody\'s', %granted,
      send => [ OPTIONS => '/api/env.cgi?delete=1', body => 'delete=7',
                type => 'application/x-www-form-urlencoded', headers => {
                Origin => $spa, 'Access-Control-Request-Method' => 'PUT' } ] },
    { clause => 'an origin of nobody', %not,
      send => preflight('/api/env.cgi', 'https://pf-evil.example') },
    { clause => 'null is no origin', %not,
      send => preflight('/api/env.cgi', 'null') },
    { clause => 'OAuth2CorsOrigin', %granted,
      headers => { 'access-control-allow-origin' => 'capacitor://localhost' },
      send => preflight('/cors/one', 'capacitor://localhost') },
    { clause => 'OAuth2CorsOrigin: another scheme', %not,
      send => preflight('/cors/one', 'ionic://localhost') },
    { clause => 'OAuth2CorsOrigin *', %granted,
      headers => { 'access-control-allow-origin' => '*' },
      send => preflight('/cors/all', 'https://any.example') },
    { clause => 'headers asked for', %granted,
      headers => { 'access-control-allow-headers' =>
          'authorization, content-type, mcp-protocol-version,x-requested-with' },
      send => preflight('/api/env.cgi', $spa,
          'Access-Control-Request-Headers' =>
              'mcp-protocol-version,x-requested-with') },
    { clause => 'a list of headers that is none', %granted,
      headers => { 'access-control-allow-headers' =>
                       'authorization, content-type' },
      send => preflight('/api/env.cgi', $spa,
          'Access-Control-Request-Headers' => 'a b, <c>') },
    { clause => 'a method that is none', status => 204, log => 0,
      headers => { 'access-control-allow-methods' => undef },
      send => preflight('/api/env.cgi', $spa,
          'Access-Control-Request-Method' => 'P UT,') },
    { clause => 'OPTIONS, but no preflight', status => 401, log => 0,
      send => [ OPTIONS => '/api/env.cgi', headers => { Origin => $spa } ] },
);

subtest 'addresses that are required count' => sub {
    is(request(@{ preflight('/mix/denied', $spa) })->{status}, 403,
       'refused');
    log_allow(qr/AH01630/, 'Require ip');
};

subtest 'the answers that belong to them' => sub {
    my @with = (headers => { Origin => $spa });
    for (
        # path, status, a token
        [ '/api/env.cgi', 200, $token ], [ '/api/env.cgi', 401, undef ],
        [ '/both/env.cgi', 403, $token ], [ '/api/missing', 404, $token ],
        [ '/proxied/x', 200, $token ], [ '/errordoc/x', 401, undef ],
    ) {
        my ($path, $status, $bearer) = @$_;
        my $res = request('GET', $path, @with,
                          $bearer ? (bearer => $bearer) : ());
        is($res->{status}, $status, "$path: $status");
        is(header($res, 'access-control-allow-origin'), $spa,
           "$path: $status: can be read");
        like(header($res, 'access-control-expose-headers'),
             qr/WWW-Authenticate/i, "$path: $status: the challenge too");
        like(header($res, 'vary'), qr/\bOrigin\b/, "$path: $status: Vary");
    }
    my $res = request('GET', '/api/env.cgi', bearer => $token,
                      headers => { Origin => 'https://pf-evil.example' });
    is(header($res, 'access-control-allow-origin'), undef, 'others: no');
    $res = request('GET', '/api/env.cgi', bearer => $token,
                   headers => { Origin => base() });
    is(header($res, 'access-control-allow-origin'), undef, 'the same host');
    $res = request('GET', '/open/env.cgi', @with);
    is(header($res, 'access-control-allow-origin'), undef,
       'what is not protected is none of our business');
    $res = request('GET', '/cors/own', bearer => $token, @with);
    is(header($res, 'access-control-allow-origin'), 'https://its.example',
       'an application that says who may is left alone');
    for my $path ('/cors/all/credentials', '/cors/all/credentials/missing') {
        $res = request('GET', $path, headers => { Origin => $spa });
        is(header($res, 'access-control-allow-credentials'), 'true',
           "$path: it decides");
        is(header($res, 'access-control-allow-origin'), undef,
           "$path: cookies and Basic are for nobody whom it has not named");
    }
    $res = request('GET', '/cors/all', bearer => $token,
                   headers => { Origin => 'https://any.example' });
    is(header($res, 'access-control-allow-origin'), '*',
       'OAuth2CorsOrigin *: as it is written');
    log_lines();
};

no_complaints('all of it');
done_testing();
