# SPDX-License-Identifier: Apache-2.0
#
# Authorization server metadata, RFC 8414, at every well-known form, and that
# what it advertises is there.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;

my $oauth = '/.well-known/oauth-authorization-server';
my $openid = '/.well-known/openid-configuration';

# --- both forms that clients try ---------------------------------------------

my @forms = (
    [ 'main', "$oauth/oauth2", '3.1: inserted' ],
    [ 'main', "/oauth2$oauth", 'appended' ],
    [ 'tls', "$oauth/oauth2", '3.1: over TLS' ],
    [ 'sso', "$oauth/sso", '3.1: another virtual host' ],
    [ 'short', "$oauth/o", '3.1: and another' ],
    [ 'root', $oauth, '3.1: an issuer without a path' ],
);
my %document;
for (@forms) {
    my ($server, $path, $clause) = @$_;
    my $res = row({
        clause => "$clause: $path", status => 200, log => 0,
        send => [ GET => base($server) . $path ],
        headers => {
            'content-type' => qr{^application/json},
            'access-control-allow-origin' => '*',
            'cache-control' => qr/\bmax-age=\d+/,
            'x-content-type-options' => 'nosniff',
        },
        json => { issuer => issuer($server) },
    });
    $document{$server} ||= $res->{content};
    is($res->{content}, $document{$server}, "$path: the same document");
}

# --- what it says ------------------------------------------------------------

my $metadata = json($document{main});
is($metadata->{"${_}_endpoint"}, issuer() . "/$_", "2: ${_}_endpoint")
    for qw(token);
is($metadata->{authorization_endpoint}, issuer() . '/authorize',
   '2: authorization_endpoint');
is($metadata->{revocation_endpoint}, issuer() . '/revoke',
   '2: revocation_endpoint');
is($metadata->{introspection_endpoint}, issuer() . '/introspect',
   '2: introspection_endpoint');
is_deeply([ sort @{ $metadata->{scopes_supported} } ],
          [ qw(admin billing read write) ], '2: scopes_supported');
is_deeply($metadata->{response_types_supported}, ['code'],
          '2: response_types_supported');
is_deeply($metadata->{response_modes_supported}, ['query'],
          '2: response_modes_supported');
is_deeply([ sort @{ $metadata->{grant_types_supported} } ],
          [ qw(authorization_code client_credentials refresh_token) ],
          '2: grant_types_supported');
is_deeply([ sort @{ $metadata->{token_endpoint_auth_methods_supported} } ],
          [ qw(client_secret_basic client_secret_post none) ],
          '2: token_endpoint_auth_methods_supported');
is_deeply(
    [ sort @{ $metadata->{introspection_endpoint_auth_methods_supported} } ],
    [ qw(client_secret_basic client_secret_post) ],
    '2: introspection_endpoint_auth_methods_supported');
is_deeply($metadata->{code_challenge_methods_supported}, ['S256'],
          '2: code_challenge_methods_supported');
ok($metadata->{authorization_response_iss_parameter_supported},
   'RFC 9207 3');
is_deeply([ sort @{ $metadata->{protected_resources} } ],
          [ sort map { base($_->[0]) . $_->[1] } [ main => '/res/one' ],
            [ main => '/res/two' ], [ h2c => '/res/beside' ] ],
          'RFC 9728 4: protected_resources');
unlike($document{main}, qr/:(?:null|\[\]|\{\})/,
       '3.2: "Claims with zero elements MUST be omitted"');

# --- what is advertised is there ---------------------------------------------

for my $name (grep { /_endpoint$/ } sort keys %$metadata) {
    my $res = request('GET', $metadata->{$name});
    isnt($res->{status}, 404, "$name: is there");
    cmp_ok($res->{status}, '<', 500, "$name: answers");
}
log_lines();

# --- and nothing else is -----------------------------------------------------

rows(
    { clause => 'another issuer path', status => 404, log => 0,
      send => [ GET => "$oauth/other" ] },
    { clause => 'no path', status => 404, log => 0, send => [ GET => $oauth ] },
    { clause => 'a longer path', status => 404, log => 0,
      send => [ GET => "$oauth/oauth2/x" ] },
    { clause => 'in other letters', status => 404, log => 0,
      send => [ GET => "$oauth/OAUTH2" ] },
    # Clients that find it ask for the scope "openid".
    { clause => 'no OpenID Connect: inserted', status => 404, log => 0,
      send => [ GET => "$openid/oauth2" ] },
    { clause => 'no OpenID Connect: appended', status => 404, log => 'any',
      send => [ GET => "/oauth2$openid" ] },
    { clause => 'no OpenID Connect: an issuer without a path', status => 404,
      log => 'any', send => [ GET => base('root') . $openid ] },
    { clause => 'another well-known name', status => 404, log => 0,
      send => [ GET => '/.well-known/security.txt' ] },
    { clause => 'HEAD is as GET', status => 200, log => 0,
      send => [ HEAD => "$oauth/oauth2" ], headers =>
      { 'content-type' => qr{^application/json} },
      then => sub { is($_[0]{content} // '', '', 'no body') } },
    { clause => 'POST is refused', status => 405, log => 'any',
      headers => { allow => qr/\bGET\b/ },
      send => [ POST => "$oauth/oauth2", form => [ a => 1 ] ] },
    { clause => 'a query does no harm', status => 200, log => 0,
      send => [ GET => "$oauth/oauth2?x=%00&%" ] },
    { clause => 'a preflight', status => qr/^20[04]$/, log => 0,
      headers => { 'access-control-allow-origin' => '*' },
      send => [ OPTIONS => "$oauth/oauth2", headers => {
          Origin => 'https://any.example',
          'Access-Control-Request-Method' => 'GET' } ] },
);

no_complaints('all of it');
done_testing();
