# SPDX-License-Identifier: Apache-2.0
#
# The token endpoint: RFC 6749 sections 3.2, 4.1.2 (single use), 4.1.3, 4.1.4,
# 5.1 and 5.2, and RFC 7636 section 4.6.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $app = client('tk-app', redirect_uri => $uri, scope => 'read write');
my $other = client('tk-other', redirect_uri => $uri, scope => 'read');
my $code_only = client('tk-code', redirect_uri => $uri, scope => 'read',
                       grant => 'authorization_code');
client('tk-spa', public => 1, redirect_uri => $uri, scope => 'read');
my $password = user('tk-alice');
my $browser = OAuth2Test::Browser->new(user => 'tk-alice',
                                       password => $password);
my %good = (client_id => 'tk-app', redirect_uri => $uri, scope => 'read');

# A fresh code with what is needed to redeem it.
sub fresh {
    my (%change) = @_;
    my $flow = $browser->authorize(%good, %change);
    $flow->{code} = $browser->code($flow);
    return $flow;
}

# The form that redeems it, with changes; undef takes a parameter away.
sub form {
    my ($flow, %change) = @_;
    my %all = (
        grant_type => 'authorization_code', code => $flow->{code},
        redirect_uri => $flow->{redirect_uri},
        code_verifier => $flow->{verifier}, %change,
    );
    return [ map { $_ => $all{$_} } sort keys %all ];
}

sub redeem {
    my ($flow, %change) = @_;
    return sub {
        request('POST', 'token', form => form($flow, %change), basic => $app)
    };
}

subtest '4.1.4, 5.1: the answer' => sub {
    my $flow = fresh(scope => 'read write');
    row({
        clause => '5.1', send => redeem($flow), status => 200,
        headers => {
            'content-type' => qr{^application/json(?:;\s*charset=utf-8)?$}i,
            'cache-control' => qr/\bno-store\b/, 'pragma' => 'no-cache',
            'x-content-type-options' => 'nosniff', 'set-cookie' => undef,
        },
        json => {
            access_token => qr/^oa2a_[A-Za-z0-9_-]{51}$/,
            refresh_token => qr/^oa2r_[A-Za-z0-9_-]{51}$/,
            token_type => qr/^bearer$/i, expires_in => 600,
            scope => 'read write', error => undef,
        },
        log => 0,
    });
};

# --- requests that are wrong -------------------------------------------------

my $spare = fresh();
my %bad = (status => 400, json => { error => 'invalid_request' });
rows(
    { clause => '3.2: grant_type missing', %bad,
      send => redeem($spare, grant_type => undef) },
    { clause => '3.1: grant_type empty', %bad,
      send => redeem($spare, grant_type => '') },
    { clause => '5.2: grant_type unknown', status => 400,
      json => { error => 'unsupported_grant_type' },
      send => redeem($spare, grant_type => 'urn:example:magic') },
    { clause => 'RFC 9700 2.4: no password grant', status => 400,
      json => { error => 'unsupported_grant_type' },
      send => redeem($spare, grant_type => 'password') },
    { clause => '5.2: not among the client\'s grants', status => 400,
      json => { error => 'unauthorized_client' },
      send => redeem($spare, grant_type => 'client_credentials') },
    { clause => '4.1.3: code missing', %bad,
      send => redeem($spare, code => undef) },
    { clause => '3.2: code twice', %bad,
      send => sub {
          request('POST', 'token', basic => $app, form =>
                  [ @{ form($spare) }, code => $spare->{code} ])
      } },
    { clause => '3.2: grant_type twice', %bad,
      send => sub {
          request('POST', 'token', basic => $app, form =>
                  [ @{ form($spare) }, grant_type => 'authorization_code' ])
      } },
    { clause => '3.2: an unknown parameter twice', %bad,
      send => sub {
          request('POST', 'token', basic => $app, form =>
                  [ @{ form($spare) }, x => 1, x => 2 ])
      } },
    { clause => 'RFC 7636 4.5: no code_verifier', %bad,
      send => redeem($spare, code_verifier => undef) },
    { clause => 'RFC 7636 4.1: code_verifier too short', %bad,
      send => redeem($spare, code_verifier => 'a' x 42) },
    { clause => 'RFC 7636 4.1: code_verifier too long', %bad,
      send => redeem($spare, code_verifier => 'a' x 129) },
    { clause => 'RFC 7636 4.1: characters of code_verifier', %bad,
      send => redeem($spare, code_verifier => ('a' x 43) . '!') },
);

my %refused = (status => 400, json => { error => 'invalid_grant',
                                        access_token => undef });
rows(
    { clause => '5.2: a made-up code', %refused,
      send => redeem($spare, code => 'SplxlOBeZQQYbYS6WxSbIA') },
    { clause => '5.2: a code with one letter changed', %refused,
      send => redeem($spare, code => do {
          my $code = $spare->{code};
          substr($code, 20, 1) = substr($code, 20, 1) eq 'A' ? 'B' : 'A';
          $code;
      }) },
    { clause => '5.2: an access token as a code', %refused,
      send => redeem($spare, code => $browser->tokens(
          %good, basic => $app)->{access_token}) },
    { clause => '4.1.3: another redirect_uri', %refused,
      send => redeem($spare, redirect_uri => "$uri/") },
    { clause => 'RFC 7636 4.6: a wrong code_verifier', status => 400,
      json => { error => 'invalid_grant', error_description =>
                qr/code_verifier does not match the code_challenge/ },
      send => redeem($spare, code_verifier => 'a' x 43),
      log => { level => 'notice', like => qr/tk-app/ } },
    { clause => '4.1.3: another client\'s code', %refused,
      send => sub { request('POST', 'token', form => form($spare),
                            basic => $other) },
      log => { level => 'notice', like => qr/tk-other/ } },
    { clause => '4.1.3: a public client with somebody else\'s code', %refused,
      send => sub { request('POST', 'token', form =>
                            [ @{ form($spare) }, client_id => 'tk-spa' ]) },
      log => { level => 'notice', like => qr/tk-spa/ } },
    # OAuth 2.1 (draft) 10.2: PKCE proves more than redirect_uri does.
    { clause => '4.1.3: none of these tries has burnt the code; redirect_uri '
          . 'may be left out with PKCE',
      send => redeem($spare, redirect_uri => undef), status => 200,
      json => { access_token => qr/./ }, log => 0 },
);

subtest 'a whole callback URL as redirect_uri: its code is not logged' => sub {
    my $flow = fresh();
    row({ clause => '4.1.3', %refused,
          send => redeem($flow, redirect_uri =>
                         "$uri?code=$flow->{code}&state=x") });
    row({ clause => 'the code is still good', status => 200, log => 0,
          send => redeem($flow) });
};

# --- single use --------------------------------------------------------------

subtest '4.1.2: a second use takes the tokens down' => sub {
    my $flow = fresh();
    my $tokens = json(redeem($flow)->());
    is(request('GET', '/api/env.cgi', bearer => $tokens->{access_token})
       ->{status}, 200, 'the token works');
    row({ clause => 'replay', status => 400, send => redeem($flow),
          json => { error => 'invalid_grant',
                    error_description => qr/was used before.*works once/ },
          log => { level => 'notice', like => qr/twice/ } });
    row({ clause => 'the access token is dead', status => 401, log => 'any',
          send => [ GET => '/api/env.cgi',
                    bearer => $tokens->{access_token} ] });
    row({ clause => 'the refresh token is dead', %refused,
          send => [ POST => 'token', basic => $app, form =>
                    [ grant_type => 'refresh_token',
                      refresh_token => $tokens->{refresh_token} ] ] });
};

subtest '4.1.2: a thief with the code but not the verifier cannot' => sub {
    my $flow = fresh();
    my $tokens = json(redeem($flow)->());
    row({ clause => 'replay without proof', %refused,
          send => redeem($flow, code_verifier => 'b' x 43),
          log => 'any' });
    is(request('GET', '/api/env.cgi', bearer => $tokens->{access_token})
       ->{status}, 200, 'the token still works');
    log_lines();
};

# Until the proof one sentence for all of it; afterwards it is told.
subtest '5.2: who has not proven to be the client is told nothing' => sub {
    my $flow = fresh();
    my @said = map { json($_->())->{error_description} }
        redeem($flow, code => 'SplxlOBeZQQYbYS6WxSbIA'),
        redeem($flow, code => 'oa2c_' . 'A' x 51),
        sub { request('POST', 'token', form => form($flow), basic => $other) };
    redeem($flow)->();
    push @said, json(request('POST', 'token', form => form($flow),
                             basic => $other))->{error_description};
    like($said[0], qr/works once, and for 60 s/, 'what there is to know');
    is($said[$_], $said[0], "the same: $_") for 1 .. $#said;
    log_lines();
};

# --- kinds of clients --------------------------------------------------------

subtest '3.2.1: a public client names itself' => sub {
    my $flow = fresh(client_id => 'tk-spa');
    my $res = $browser->redeem($flow, $flow->{code});
    is($res->{status}, 200, 'tokens');
    like(json($res)->{refresh_token}, qr/^oa2r_/, 'rotated refresh token');
    log_is(0, 'no log');
};

subtest '1.5: no refresh token for who may not use it' => sub {
    my $flow = fresh(client_id => 'tk-code');
    my $json = json($browser->redeem($flow, $flow->{code},
                                     basic => $code_only));
    ok($json->{access_token}, 'access token');
    ok(!exists $json->{refresh_token}, 'no refresh token');
};

# With several, another one could have been put into somebody's request, with
# the code challenge of one's own sign-in.
subtest '4.1.3: redirect_uri of a client that has several' => sub {
    my $two = client('tk-two', scope => 'read',
                     redirect_uri => [ $uri, "$uri/two" ]);
    my $flow = fresh(client_id => 'tk-two', scope => 'read');
    my $send = sub {
        my %more = @_;
        return request('POST', 'token', basic => $two, form => form(
            { %$flow, %more }));
    };
    row({ clause => 'is not optional', %refused,
          send => sub { $send->(redirect_uri => undef) } });
    row({ clause => 'nor is it another one', %refused,
          send => sub { $send->(redirect_uri => "$uri/two") } });
    is($send->()->{status}, 200, 'the one that was sent is good');
};

subtest '4.1.3: redirect_uri was not in the request' => sub {
    my $flow = fresh(redirect_uri => undef);
    my $res = redeem($flow, redirect_uri => undef)->();
    is($res->{status}, 200, 'and need not be here');
    $flow = fresh(redirect_uri => undef);
    $res = redeem($flow, redirect_uri => $uri)->();
    is($res->{status}, 200, 'but may, if it is the one');
    $flow = fresh(redirect_uri => undef);
    row({ clause => 'another', %refused,
          send => redeem($flow, redirect_uri => 'https://evil.example/') });
};

subtest 'client set --access-lifetime' => sub {
    my $short = client('tk-short', redirect_uri => $uri, scope => 'read',
                       access_lifetime => '2m');
    my $tokens = $browser->tokens(%good, client_id => 'tk-short',
                                  basic => $short);
    is($tokens->{expires_in}, 120, 'its own lifetime');
};

# --- HTTP --------------------------------------------------------------------

rows(
    { clause => '3.2: GET is refused', status => 405,
      headers => { allow => qr/\bPOST\b/ },
      send => [ GET => 'token', basic => $app ] },
    { clause => '3.2: PUT is refused', status => 405,
      headers => { allow => qr/\bPOST\b/ },
      send => [ PUT => 'token', form => [ a => 1 ], basic => $app ] },
    { clause => '3.2: parameters in the query are none', status => 400,
      json => { error => 'invalid_request' },
      send => sub { request('POST', 'token', query => form(fresh()),
                            form => [ x => 1 ], basic => $app) } },
    { clause => 'B: JSON is refused', status => 415,
      json => { error => 'invalid_request' },
      send => [ POST => 'token', basic => $app, type => 'application/json',
                body => '{"grant_type":"authorization_code"}' ] },
    { clause => 'B: multipart is refused', status => 415,
      send => [ POST => 'token', basic => $app,
                type => 'multipart/form-data; boundary=x',
                body => "--x\r\n\r\n\r\n--x--\r\n" ] },
    { clause => 'B: text/plain is refused', status => 415,
      send => [ POST => 'token', basic => $app, type => 'text/plain',
                body => 'grant_type=client_credentials' ] },
    { clause => 'B: charset=utf-8 is welcome', status => 200, log => 0,
      send => sub {
          my $flow = fresh();
          request('POST', 'token', basic => $app,
                  type => 'application/x-www-form-urlencoded; charset=UTF-8',
                  body => form_encode(form($flow)));
      } },
    (map { my $type = $_;
           { clause => "B: the type has no parameters: $type", status => 200,
             log => 0, send => sub {
                 request('POST', 'token', basic => $app, type => $type,
                         body => form_encode(form(fresh())));
             } } }
     map { "application/x-www-form-urlencoded$_" }
     '; charset=ISO-8859-1', ';charset=us-ascii', '; charset=utf8',
     '; charset=UTF-8;', '; charset = UTF-8', ' ; boundary=x; a="b;c"', ';'),
    { clause => 'B: a longer type is another', status => 415,
      send => [ POST => 'token', basic => $app,
                type => 'application/x-www-form-urlencoded2', body => 'a=b' ] },
    { clause => 'B: the type in other letters', status => 200, log => 0,
      send => sub {
          my $flow = fresh();
          request('POST', 'token', basic => $app,
                  type => 'Application/X-WWW-Form-URLencoded',
                  body => form_encode(form($flow)));
      } },
    { clause => 'one name for one endpoint', status => 404, log => qr/OA2-7071/,
      send => [ POST => 'token/', basic => $app, form => [ a => 1 ] ] },
    { clause => 'no such endpoint', status => 404, log => 'any',
      send => [ POST => 'nothing', form => [ a => 1 ] ] },
    { clause => 'no such endpoint, deeper', status => 404, log => 'any',
      send => [ POST => 'token/deeper', form => [ a => 1 ] ] },
);

no_complaints('all of it');
done_testing();
