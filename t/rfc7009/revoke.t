# SPDX-License-Identifier: Apache-2.0
#
# Token revocation, RFC 7009.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $app = client('rv-app', redirect_uri => $uri, scope => 'read write');
my $other = client('rv-other', redirect_uri => $uri, scope => 'read',
                   grant => [ 'authorization_code', 'refresh_token',
                              'client_credentials' ]);
client('rv-spa', public => 1, redirect_uri => $uri, scope => 'read');
my $password = user('rv-alice');
my $browser = OAuth2Test::Browser->new(user => 'rv-alice',
                                       password => $password);

sub fresh {
    return $browser->tokens(client_id => 'rv-app', redirect_uri => $uri,
                            scope => 'read', basic => $app, @_);
}

sub revoke {
    my ($token, @more) = @_;
    return [ POST => 'revoke', basic => $app,
             form => [ token => $token, @more ] ];
}

sub works {
    my ($token) = @_;
    my $res = request('GET', '/api/env.cgi', bearer => $token);
    log_lines();
    return $res->{status} == 200;
}

sub refreshes {
    my ($token) = @_;
    my $res = request('POST', 'token', basic => $app, form =>
        [ grant_type => 'refresh_token', refresh_token => $token ]);
    log_lines();
    return $res->{status} == 200;
}

# An empty object: some clients read JSON before they look at the status.
my %done = (status => 200, log => 0, json => {}, then => sub {
    is($_[0]{content} // '', '{}', 'nothing in it');
});

subtest '2.1: an access token goes alone' => sub {
    my $tokens = fresh();
    ok(works($tokens->{access_token}), 'it works');
    row({ clause => '2.2', %done,
          send => revoke($tokens->{access_token}) });
    ok(!works($tokens->{access_token}), 'it is dead');
    ok(refreshes($tokens->{refresh_token}), 'its refresh token lives');
};

subtest '2.1: a refresh token takes its family along' => sub {
    my $tokens = fresh();
    my $second = json(request('POST', 'token', basic => $app, form =>
        [ grant_type => 'refresh_token',
          refresh_token => $tokens->{refresh_token} ]));
    row({ clause => '2.2', %done, send => revoke(
          $second->{refresh_token}, token_type_hint => 'refresh_token') });
    ok(!works($_->{access_token}), 'access token is dead')
        for $tokens, $second;
    ok(!refreshes($second->{refresh_token}), 'refresh token is dead');
};

subtest '2.1: a spent refresh token is enough' => sub {
    my $tokens = fresh();
    my $second = json(request('POST', 'token', basic => $app, form =>
        [ grant_type => 'refresh_token',
          refresh_token => $tokens->{refresh_token} ]));
    row({ clause => '2.2', %done, send => revoke($tokens->{refresh_token}) });
    ok(!works($second->{access_token}), 'access token is dead');
};

subtest 'a token without a family' => sub {
    my $token = json(request('POST', 'token', basic => $other, form =>
        [ grant_type => 'client_credentials', scope => 'read' ]))
        ->{access_token};
    ok(works($token), 'it works');
    row({ clause => '2.2', %done, send =>
          [ POST => 'revoke', basic => $other, form => [ token => $token ]] });
    ok(!works($token), 'it is dead');
};

my $tokens = fresh();
rows(
    { clause => '2.2: an unknown token is no error', %done,
      send => revoke('no-such-token') },
    { clause => '2.2: a made-up one neither', %done,
      send => revoke('oa2a_' . 'A' x 51) },
    { clause => '2.2: letters that no token has', %done,
      send => revoke("\xc3\xa9") },
    { clause => '2.2: 5,000 characters', %done, send => revoke('x' x 5000) },
    { clause => '2.2: NUL', %done, send => revoke("a\0b") },
    { clause => '2.2: no UTF-8', %done, send => revoke("\xff") },
    { clause => '2.2: no form encoding', %done,
      send => [ POST => 'revoke', basic => $app, body => 'token=%zz',
                type => 'application/x-www-form-urlencoded' ] },
    { clause => '2.2: an odd and long hint', %done,
      send => revoke('x', token_type_hint => "\0" . 'x' x 5000) },
    { clause => '2.1: a wrong hint does no harm', %done,
      send => revoke(fresh()->{access_token},
                     token_type_hint => 'refresh_token') },
    { clause => '2.1: an unknown hint neither', %done,
      send => revoke(fresh()->{access_token}, token_type_hint => 'magic') },
    { clause => '2.2: nor a long one, nor an odd one', %done,
      send => revoke(fresh()->{access_token},
                     token_type_hint => '"\\' . 'x' x 500) },
    { clause => '2.1: no token', status => 400,
      json => { error => 'invalid_request' },
      send => [ POST => 'revoke', basic => $app, form => [ a => 'b' ] ] },
    { clause => '2.1: token twice', status => 400,
      json => { error => 'invalid_request' },
      send => [ POST => 'revoke', basic => $app,
                form => [ token => 'a', token => 'b' ] ] },
    { clause => '2.1: no authentication', status => 401,
      json => { error => 'invalid_client' },
      send => [ POST => 'revoke',
                form => [ token => $tokens->{access_token} ] ] },
    { clause => '2.1: a wrong secret', status => 401,
      json => { error => 'invalid_client' },
      send => [ POST => 'revoke', basic => [ 'rv-app', 'x' x 32 ],
                form => [ token => $tokens->{access_token} ] ] },
    { clause => '2.1: another client\'s access token is refused',
      status => 400, json => { error => qr/^(?:unauthorized_client|invalid_)/ },
      send => [ POST => 'revoke', basic => $other,
                form => [ token => $tokens->{access_token} ] ],
      log => { level => 'notice', like => qr/rv-other/ } },
    { clause => '2.1: another client\'s refresh token is refused',
      status => 400, json => { error => qr/./ },
      send => [ POST => 'revoke', form =>
                [ client_id => 'rv-spa',
                  token => $tokens->{refresh_token} ] ],
      log => { level => 'notice', like => qr/rv-spa/ } },
    { clause => '2: GET is refused', status => 405,
      send => [ GET => 'revoke', query => [ token => 'x' ] ] },
    { clause => '2.1: JSON is refused', status => 415,
      send => [ POST => 'revoke', type => 'application/json',
                body => '{}', basic => $app ] },
);
ok(works($tokens->{access_token}), 'none of these has revoked it');

subtest '2.1: a public client revokes its own' => sub {
    my $tokens = $browser->tokens(client_id => 'rv-spa', scope => 'read',
                                  redirect_uri => $uri);
    row({ clause => '2.1', %done, send =>
          [ POST => 'revoke', form =>
            [ token => $tokens->{refresh_token}, client_id => 'rv-spa' ] ] });
    ok(!works($tokens->{access_token}), 'dead');
};

subtest 'every process knows at once' => sub {
    for my $round (1 .. 3) {
        my $token = fresh()->{access_token};
        # Warm in each process: many connections at once.
        my @warm = parallel(map { [ '/api/env.cgi', method => 'GET',
                                    bearer => $token ] } 1 .. 12);
        is(scalar(grep { $_->{status} == 200 } @warm), 12, 'works');
        request(@{ revoke($token) });
        my @after = parallel(map { [ '/api/env.cgi', method => 'GET',
                                     bearer => $token ] } 1 .. 12);
        is(scalar(grep { $_->{status} == 401 } @after), 12, 'dead');
    }
    log_lines();
};

no_complaints('all of it');
done_testing();
