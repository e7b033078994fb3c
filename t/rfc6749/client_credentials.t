# SPDX-License-Identifier: Apache-2.0
#
# The client acts for itself: RFC 6749 section 4.4.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $svc = client('cc-svc', scope => 'read write billing',
                 grant => 'client_credentials');
my $bare = client('cc-bare', scope => 'billing',
                  grant => 'client_credentials');
my $app = client('cc-app', redirect_uri => $uri, scope => 'read');
client('cc-spa', public => 1, redirect_uri => $uri, scope => 'read');

sub ask {
    my ($client, @more) = @_;
    return [ POST => 'token', basic => $client,
             form => [ grant_type => 'client_credentials', @more ] ];
}

rows(
    { clause => '4.4.3: an access token and no refresh token',
      send => ask($svc, scope => 'read'), status => 200, log => 0,
      json => { access_token => qr/^oa2a_/, token_type => qr/^bearer$/i,
                expires_in => 600, scope => 'read', refresh_token => undef } },
    { clause => '3.3: several scopes, in any order, once each',
      send => ask($svc, scope => 'write read write'), status => 200, log => 0,
      json => { scope => sub {
          join(' ', sort split / /, $_[0]) eq 'read write'
      } } },
    { clause => '3.3: the default', send => ask($svc), status => 200,
      json => { scope => 'read' }, log => 0 },
    { clause => '3.3: no default that the client may have',
      send => ask($bare), status => 400,
      json => { error => 'invalid_scope' } },
    { clause => '5.2: a scope that is not the client\'s',
      send => ask($svc, scope => 'read admin'), status => 400,
      json => { error => 'invalid_scope',
                error_description => qr/'admin'.*ask the administrator/ } },
    { clause => '5.2: an unknown scope', send => ask($svc, scope => 'fly'),
      status => 400, json => { error => 'invalid_scope',
                error_description => qr/'fly' is unknown.*read write/ } },
    { clause => '5.2: the unknown one of several is named',
      send => ask($svc, scope => 'read raed'), status => 400,
      json => { error => 'invalid_scope',
                error_description => qr/'raed' is unknown/ } },
    { clause => '3.3: commas, as some libraries send them', status => 400,
      send => ask($svc, scope => 'read,write'),
      json => { error => 'invalid_scope',
                error_description => qr/'read,write'.*with spaces/ } },
    { clause => '3.3: openid is not here', status => 400,
      send => ask($svc, scope => 'openid read'),
      json => { error => 'invalid_scope',
                error_description => qr/'openid'.*no OpenID Connect/ } },
    { clause => '3.3: offline_access neither', status => 400,
      send => ask($svc, scope => 'read offline_access'),
      json => { error => 'invalid_scope',
                error_description => qr/offline_access.*refresh token/ } },
    { clause => '5.2: a long one is cut', status => 400,
      send => ask($svc, scope => 'x' x 2000),
      json => { error => 'invalid_scope',
                error_description => sub { length $_[0] < 300 } } },
    { clause => 'A.4: malformed scope', status => 400,
      send => ask($svc, scope => "read\\write"),
      json => { error => 'invalid_request' } },
    { clause => '3.3: runs of spaces, and spaces at the ends', status => 200,
      send => ask($svc, scope => ' read   write '), log => 0,
      json => { scope => 'read write' } },
    { clause => '3.1: nothing but spaces is as omitted', status => 200,
      send => ask($svc, scope => '  '), log => 0,
      json => { scope => 'read' } },
    { clause => 'a body that ends with a line break', status => 200, log => 0,
      send => [ POST => 'token', basic => $svc,
                type => 'application/x-www-form-urlencoded',
                body => "grant_type=client_credentials&scope=read\n" ],
      json => { scope => 'read' } },
    { clause => '4.4: not this client', send => ask($app), status => 400,
      json => { error => 'unauthorized_client',
                error_description =>
                    qr/client_credentials.*ask the administrator/ } },
    { clause => '4.4: "MUST only be used by confidential clients"',
      send => [ POST => 'token', form =>
                [ grant_type => 'client_credentials',
                  client_id => 'cc-spa' ] ], status => 400,
      json => { error => 'unauthorized_client' } },
);

subtest 'the token works, without a user' => sub {
    my $token = json(request(@{ ask($svc, scope => 'read') }))
        ->{access_token};
    my $env = json(request('GET', '/api/env.cgi', bearer => $token));
    is($env->{OAUTH2_CLIENT_ID}, 'cc-svc', 'OAUTH2_CLIENT_ID');
    is($env->{OAUTH2_SCOPE}, 'read', 'OAUTH2_SCOPE');
    is($env->{OAUTH2_SUB}, undef, 'no OAUTH2_SUB');
    is($env->{REMOTE_USER}, 'client:cc-svc', 'no user can be called so');
    is($env->{AUTH_TYPE}, 'OAuth2', 'AUTH_TYPE');
    log_is(0, 'no log');
};

subtest 'every token is another one' => sub {
    my %seen;
    $seen{ json(request(@{ ask($svc) }))->{access_token} }++ for 1 .. 20;
    is(scalar keys %seen, 20, '20 different ones');
};

no_complaints('all of it');
done_testing();
