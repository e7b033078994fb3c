# SPDX-License-Identifier: Apache-2.0
#
# Token introspection, RFC 7662.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $one = base() . '/res/one';
my $two = base() . '/res/two';
my $app = client('in-app', redirect_uri => $uri, scope => 'read write admin',
                 introspect => 'own');
my $mute = client('in-mute', scope => 'read',
                  grant => 'client_credentials');
my $all = client('in-all', scope => 'read', introspect => 'all',
                 grant => 'client_credentials');
my $rs = client('in-rs', scope => 'read', introspect => 'own',
                resource => $one, grant => 'client_credentials');
client('in-spa', public => 1, redirect_uri => $uri, scope => 'read');
my $password = user('in-alice');
my $browser = OAuth2Test::Browser->new(user => 'in-alice',
                                       password => $password);

sub fresh {
    return $browser->tokens(client_id => 'in-app', redirect_uri => $uri,
                            scope => 'read write', basic => $app, @_);
}

sub ask {
    my ($client, $token, @more) = @_;
    return [ POST => 'introspect', basic => $client,
             form => [ token => $token, @more ] ];
}

my $tokens = fresh();
my $access = $tokens->{access_token};
my $now = time;

# Section 2.2: "SHOULD NOT include any additional information"
sub inactive {
    my ($clause, $send) = @_;
    return { clause => $clause, send => $send, status => 200, log => 0,
             json => { active => sub { !$_[0] } },
             then => sub {
                 is_deeply([ keys %{ json($_[0]) } ], ['active'],
                           'and nothing else');
             } };
}

rows(
    { clause => '2.2: an active access token', send => ask($all, $access),
      status => 200, log => 0,
      headers => { 'cache-control' => qr/\bno-store\b/ },
      json => {
          active => sub { $_[0] }, scope => 'read write',
          client_id => 'in-app', username => 'in-alice',
          token_type => qr/^bearer$/i, iss => issuer(),
          exp => sub { abs($_[0] - $now - 600) < 20 },
          iat => sub { abs($_[0] - $now) < 20 }, sub => qr/./, aud => undef,
      } },
    { clause => '2.1: a hint', send => ask($all, $access,
          token_type_hint => 'access_token'), status => 200, log => 0,
      json => { active => sub { $_[0] } } },
    { clause => '2.1: a wrong hint', send => ask($all, $access,
          token_type_hint => 'refresh_token'), status => 200, log => 0,
      json => { active => sub { $_[0] } } },
    { clause => '2.2: a token of the client itself, without a user',
      send => sub {
          my $token = json(request('POST', 'token', basic => $mute, form =>
              [ grant_type => 'client_credentials' ]))->{access_token};
          request(@{ ask($all, $token) });
      },
      status => 200, log => 0,
      json => { active => sub { $_[0] }, client_id => 'in-mute',
                username => undef, sub => undef } },
    { clause => '2.2: a refresh token, asked by its client',
      send => ask($app, $tokens->{refresh_token}), status => 200, log => 0,
      json => { active => sub { $_[0] }, scope => 'read write',
                token_type => undef } },
    inactive('2.2: a refresh token, asked by another',
             ask($all, $tokens->{refresh_token})),
    inactive('2.2: an unknown token', ask($all, 'nothing')),
    inactive('2.2: a made-up token', ask($all, 'oa2a_' . 'A' x 51)),
    inactive('2.2: a client\'s secret', ask($all, $app->[1])),
    inactive('2.2: letters that no token has', ask($all, "\xc3\xa9")),
    inactive('2.2: 5,000 characters', ask($all, 'x' x 5000)),
    inactive('2.2: NUL', ask($all, "a\0b")),
    inactive('2.2: no UTF-8', ask($all, "\xff")),
    inactive('2.2: no form encoding',
             [ POST => 'introspect', basic => $all, body => 'token=%',
               type => 'application/x-www-form-urlencoded' ]),
    inactive('2.1: an odd and long hint',
             ask($all, 'x', token_type_hint => "\xff" x 5000)),
    { clause => 'NUL elsewhere is an error, and named', status => 400,
      send => ask($all, $access, client_id => "\0"),
      json => { error => 'invalid_request',
                error_description => 'client_id holds a NUL character.' } },
);

# --- who may ask, and what it sees -------------------------------------------

rows(
    { clause => '2.1: no authentication', status => 401,
      json => { error => 'invalid_client' },
      send => [ POST => 'introspect', form => [ token => $access ] ] },
    { clause => '2.1: a wrong secret', status => 401,
      json => { error => 'invalid_client' },
      send => ask([ 'in-all', 'x' x 32 ], $access) },
    { clause => '2.1: a public client', status => 401,
      json => { error => 'invalid_client' },
      send => [ POST => 'introspect',
                form => [ token => $access, client_id => 'in-spa' ] ] },
    { clause => '2.1: a client without the right', status => qr/^40[03]$/,
      json => { error => 'unauthorized_client',
                error_description => qr/introspect.*ask the administrator/ },
      send => ask($mute, $access) },
    { clause => '2.1: no token', status => 400,
      json => { error => 'invalid_request' },
      send => [ POST => 'introspect', basic => $all,
                form => [ x => 1 ] ] },
    { clause => '2.1: GET is refused', status => 405,
      send => [ GET => 'introspect', basic => $all,
                query => [ token => 'x' ] ] },
    inactive('4: a token for no resource is not for this resource server',
             ask($rs, $access)),
    { clause => 'own: a client sees its own tokens',
      send => ask($app, $access), status => 200, log => 0,
      json => { active => sub { $_[0] }, scope => 'read write' } },
);

sub token_for {
    my ($resource) = @_;
    my $flow = $browser->authorize(
        client_id => 'in-app', redirect_uri => $uri, scope => 'read write',
        resource => [ $one, $two ]);
    my $res = $browser->redeem($flow, $browser->code($flow), basic => $app,
                               form => [ resource => $resource ]);
    return json($res)->{access_token};
}

row({ clause => '2.2: a resource server sees its part of the scope',
      send => ask($rs, token_for($one)), status => 200, log => 0,
      json => { active => sub { $_[0] }, scope => 'read', aud => [$one] } });

subtest '4: a token for another resource is inactive to it' => sub {
    my $token = token_for($two);
    row(inactive('own: in-rs has res/one', ask($rs, $token)));
    row({ clause => 'all', send => ask($all, $token), status => 200,
          log => 0, json => { active => sub { $_[0] }, aud => [$two] } });
};

subtest 'no longer active' => sub {
    my $revoked = fresh();
    request('POST', 'revoke', basic => $app,
            form => [ token => $revoked->{access_token} ]);
    row(inactive('revoked', ask($all, $revoked->{access_token})));

    my $spent = fresh();
    request('POST', 'token', basic => $app, form =>
            [ grant_type => 'refresh_token',
              refresh_token => $spent->{refresh_token} ]);
    row(inactive('spent refresh token', ask($app, $spent->{refresh_token})));

    my $pass = user('in-bob');
    my $bob = OAuth2Test::Browser->new(user => 'in-bob', password => $pass);
    my $his = $bob->tokens(client_id => 'in-app', redirect_uri => $uri,
                           scope => 'read', basic => $app);
    row({ clause => 'bob', send => ask($all, $his->{access_token}),
          status => 200, log => 0, json => { active => sub { $_[0] } } });
    ctl_ok('user', 'disable', 'in-bob');
    settle();
    row(inactive('the user is disabled', ask($all, $his->{access_token})));
};

no_complaints('all of it');
done_testing();
