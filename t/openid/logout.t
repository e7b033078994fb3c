# SPDX-License-Identifier: Apache-2.0
#
# logout by a client: POST with the access token ends the grant and the login
# that it came of.  The page at the same URL is rfc6749/browser's.

use strict;
use warnings;

use JSON::PP ();
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://lo.example/callback';
my %good = (redirect_uri => $uri, scope => 'read', client_id => 'ol-app');
my $app = client('ol-app', redirect_uri => $uri, scope => 'read',
                 grant => [ 'authorization_code', 'refresh_token',
                            'client_credentials' ]);
my $password = user('ol-lena');

sub browser {
    return OAuth2Test::Browser->new(issuer => 'claims', user => 'ol-lena',
                                    password => $password);
}
my ($lena, $other) = (browser(), browser());
my $tokens = $lena->tokens(%good, basic => $app);
my $second = $lena->tokens(%good, basic => $app);
my $elsewhere = $other->tokens(%good, basic => $app);
my $logout = base('claims') . '/own/logout/';

sub is_signed_in { return $_[0]->get(issuer('claims') . '/logout')->{content}
                       =~ /ol-lena/ }

ok(is_signed_in($lena), 'signed in');
rows(
    { clause => 'a made-up token', status => 401,
      json => { error => 'invalid_token' }, log => qr/OA2-5911/,
      headers => { 'www-authenticate' => qr/^Bearer realm/ },
      send => [ POST => $logout, bearer => 'x' ] },
    { clause => 'GET', status => 405, log => qr/OA2-7070/,
      headers => { allow => 'POST, OPTIONS' },
      send => [ GET => $logout, bearer => $tokens->{access_token} ] },
    { clause => 'the token', status => 200, body => qr/^\{"success":true\}$/,
      headers => { 'cache-control' => qr/no-store/ },
      send => [ POST => $logout, bearer => $tokens->{access_token} ] },
    { clause => 'once more: it is unknown now', status => 401,
      log => qr/OA2-5911/,
      send => [ POST => $logout, bearer => $tokens->{access_token} ] },
    { clause => 'the whole family', status => 400,
      json => { error => 'invalid_grant' },
      send => [ POST => issuer('claims') . '/token', basic => $app,
                form => [ grant_type => 'refresh_token',
                          refresh_token => $tokens->{refresh_token} ] ] },
    { clause => 'another access lives on', status => 200,
      send => [ GET => issuer('claims') . '/userinfo',
                bearer => $second->{access_token} ] },
    { clause => 'so does one of another browser', status => 200,
      send => [ GET => issuer('claims') . '/userinfo',
                bearer => $elsewhere->{access_token} ] },
    { clause => 'the page is there as before', status => 200,
      headers => { 'content-type' => qr{^text/html} },
      send => [ GET => $logout ] },
);
ok(!is_signed_in($lena), 'the login that it came of has ended');
ok(is_signed_in($other), 'another browser\'s has not');

subtest 'a client\'s own token' => sub {
    my $own = json(request(POST => issuer('claims') . '/token', basic => $app,
                           form => [ grant_type => 'client_credentials' ]));
    my $res = request(POST => $logout, bearer => $own->{access_token});
    is_deeply(json($res), { success => JSON::PP::true() }, 'ends');
    is(request(POST => $logout, bearer => $own->{access_token})->{status},
       401, 'and is gone');
};

done_testing();
