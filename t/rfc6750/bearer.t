# SPDX-License-Identifier: Apache-2.0
#
# Bearer tokens: RFC 6750 sections 2 and 3, exactly as the product promises.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $app = client('be-app', redirect_uri => $uri, scope => 'read write');
my $password = user('be-alice');
my $browser = OAuth2Test::Browser->new(user => 'be-alice',
                                       password => $password);
my $tokens = $browser->tokens(client_id => 'be-app', redirect_uri => $uri,
                              scope => 'read', basic => $app);
my $token = $tokens->{access_token};
my $api = '/api/env.cgi';

sub with { return [ GET => $api, headers => { Authorization => $_[0] } ] }

# --- no token ----------------------------------------------------------------

my $no_token = qr/^Bearer realm="Orders \\"API\\"", scope="read"$/;
my %nothing = (
    status => 401, log => 'any',
    headers => { 'www-authenticate' => $no_token,
                 'cache-control' => sub { !defined $_[0]
                                          || $_[0] !~ /public/ } },
);
rows(
    { clause => '3: no token: no error in the challenge', %nothing,
      send => [ GET => $api ] },
    { clause => '3: POST', %nothing,
      send => [ POST => $api, form => [ a => 1 ] ] },
    { clause => '3: HEAD', %nothing, send => [ HEAD => $api ] },
    { clause => '3: another scheme is no token', %nothing,
      send => with('Basic Zm9vOmJhcg==') },
    { clause => '2.2: a token in the body is none', %nothing,
      send => [ POST => $api, form => [ access_token => $token ] ] },
    { clause => '2.1: a scheme that only begins so', %nothing,
      send => with("Bearerx $token") },
);

# --- a token that is no good: 401 invalid_token ------------------------------

my %bad_token = (
    status => 401, log => 'any',
    headers => { 'www-authenticate' =>
        qr/^Bearer realm="Orders \\"API\\"",.*\berror="invalid_token"/ },
);
(my $changed = $token) =~ s/(.)$/$1 eq 'A' ? 'Q' : 'A'/e;
my $dead = json(request('POST', 'token', basic => $app, form =>
    [ grant_type => 'refresh_token',
      refresh_token => $tokens->{refresh_token} ]))->{access_token};
request('POST', 'revoke', basic => $app, form => [ token => $dead ]);
rows(
    { clause => '3.1: unknown', %bad_token, send => with('Bearer abc') },
    { clause => '3.1: made up', %bad_token,
      send => with('Bearer oa2a_' . 'A' x 51) },
    { clause => '3.1: one letter changed', %bad_token,
      send => with("Bearer $changed") },
    { clause => '3.1: something behind it', %bad_token,
      send => with("Bearer ${token}x") },
    { clause => '3.1: revoked', %bad_token, send => with("Bearer $dead") },
    { clause => '3.1: a refresh token', %bad_token,
      send => with("Bearer $tokens->{refresh_token}") },
    { clause => '3.1: every character that b64token allows', %bad_token,
      send => with('Bearer AZaz09-._~+/==') },
    { clause => '3.1: a long one', %bad_token,
      send => with('Bearer ' . 'x' x 4000) },
);

# --- malformed: 400 invalid_request ------------------------------------------

my %malformed = (
    status => 400, log => 'any',
    headers => { 'www-authenticate' => qr/\berror="invalid_request"/ },
);
rows(
    { clause => '2.1: nothing behind Bearer', %malformed,
      send => with('Bearer') },
    { clause => '2.1: only a space', %malformed, send => with('Bearer ') },
    { clause => '2.1: two tokens', %malformed,
      send => with("Bearer $token $token") },
    { clause => '2.1: a comma', %malformed,
      send => with("Bearer $token, Bearer $token") },
    { clause => '2.1: quotes', %malformed, send => with(qq(Bearer "$token")) },
    { clause => '2.1: not ASCII', %malformed,
      send => sub { raw_request("GET $api HTTP/1.1\r\nHost: x\r\n"
          . "Connection: close\r\n"
          . "Authorization: Bearer \xff\xfe$token\r\n\r\n") } },
    { clause => '2: the header twice', %malformed,
      send => [ GET => $api, headers => { Authorization =>
                [ "Bearer $token", "Bearer $token" ] } ] },
    { clause => '2: two schemes', %malformed,
      send => [ GET => $api, headers => { Authorization =>
                [ "Bearer $token", 'Basic Zm9vOmJhcg==' ] } ] },
    { clause => '2: header and query', %malformed,
      send => [ GET => $api, bearer => $token,
                query => [ access_token => $token ] ] },
    { clause => '2.3: in the query', %malformed,
      send => [ GET => $api, query => [ access_token => $token ] ] },
    { clause => '2.3: in the query, behind others', %malformed,
      send => [ GET => $api, query => [ a => 'b', access_token => $token,
                                        c => 'd' ] ] },
);

# --- good --------------------------------------------------------------------

my %good = (status => 200, log => 0, json => { OAUTH2_CLIENT_ID => 'be-app' });
rows(
    { clause => '2.1: in the header', %good, send => with("Bearer $token") },
    { clause => '2.1: the scheme in any case', %good,
      send => with("bEaReR $token") },
    { clause => 'RFC 9110 11.4: more than one space', %good,
      send => with("Bearer    $token") },
    { clause => 'a query that only looks like it', %good,
      send => [ GET => $api, bearer => $token,
                query => [ my_access_token => 'x', access_tokens => 'y' ] ] },
    { clause => 'POST with a body', status => 200, log => 0,
      send => [ POST => $api, bearer => $token, form => [ a => 'b' ] ],
      json => { body_length => 3 } },
);

# --- not enough --------------------------------------------------------------

rows(
    { clause => '3.1: missing scope: 403, every scope needed', status => 403,
      send => [ GET => '/both/env.cgi', bearer => $token ], log => 1,
      headers => { 'www-authenticate' => sub {
          $_[0] =~ /^Bearer realm="Both",/
              && $_[0] =~ /\berror="insufficient_scope"/
              && $_[0] =~ /\bscope="read write"/
      } } },
    { clause => '3: and without a token', status => 401, log => 'any',
      send => [ GET => '/both/env.cgi' ],
      headers => { 'www-authenticate' =>
                   'Bearer realm="Both", scope="read write"' } },
);

# --- what the application is told --------------------------------------------

subtest 'environment' => sub {
    my $env = json(request('GET', $api, bearer => $token));
    is($env->{REMOTE_USER}, 'be-alice', 'REMOTE_USER');
    is($env->{AUTH_TYPE}, 'OAuth2', 'AUTH_TYPE');
    is($env->{OAUTH2_CLIENT_ID}, 'be-app', 'OAUTH2_CLIENT_ID');
    is($env->{OAUTH2_SCOPE}, 'read', 'OAUTH2_SCOPE');
    like($env->{OAUTH2_SUB}, qr/^\S{16,}$/, 'OAUTH2_SUB');
    cmp_ok(abs($env->{OAUTH2_EXPIRES} - time - 600), '<', 30,
           'OAUTH2_EXPIRES');
    ok(!exists $env->{HTTP_AUTHORIZATION}, 'not the raw token');
    ok(!grep({ defined && /\Q$token\E/ } values %$env), 'nowhere');
    my $php = json(request('GET', '/api/env.php', bearer => $token));
    is($php->{$_}, $env->{$_}, "PHP: $_") for qw(
        REMOTE_USER AUTH_TYPE OAUTH2_CLIENT_ID OAUTH2_SCOPE OAUTH2_SUB
        OAUTH2_EXPIRES);
    ok(!grep({ defined && !ref && /\Q$token\E/ } values %$php),
       'PHP: not the raw token');
    log_is(0, 'no log');
};

subtest 'a client cannot make it up' => sub {
    my %sent = map { $_ => 'evil' } qw(
        OAuth2-User OAuth2-Scope OAuth2-Client-Id OAUTH2_SCOPE
        OAuth2_Client-Id oauth2-sub Remote-User OAuth2-Anything
        OAuth2.Expires OAuth2!Sub);
    my $env = json(request('GET', $api, headers => {
        %sent, Authorization => "Bearer $token" }));
    is($env->{OAUTH2_SCOPE}, 'read', 'OAUTH2_SCOPE is ours');
    is($env->{REMOTE_USER}, 'be-alice', 'REMOTE_USER is ours');
    ok(!grep({ /^HTTP_OAUTH2/i } keys %$env), 'no HTTP_OAUTH2_*')
        or diag(join ' ', grep { /^HTTP_OAUTH2/i } keys %$env);
    my $php = json(request('GET', '/api/env.php', headers => {
        %sent, Authorization => "Bearer $token" }));
    ok(!grep({ /^HTTP_OAUTH2/i } keys %$php), 'PHP: no HTTP_OAUTH2_*');
};

subtest 'our cookies stay here' => sub {
    my $env = json(request('GET', $api, bearer => $token, headers => {
        Cookie => 'a=1; oauth2_session=secret-session-cookie; b=2; '
            . 'oauth2_browser_a=x; __Host-oauth2_session=y; '
            . '__Host-oauth2_browser_b=z; c=3' }));
    is($env->{HTTP_COOKIE}, 'a=1; b=2; c=3', 'cut out');
    $env = json(request('GET', $api, bearer => $token, headers => {
        Cookie => 'oauth2_session=secret-session-cookie' }));
    ok(!exists $env->{HTTP_COOKIE}, 'nothing is left: no header');
};

# --- CORS preflight ----------------------------------------------------------

subtest 'a preflight needs no token, and reaches no application' => sub {
    my %preflight = (Origin => 'https://spa.example',
                     'Access-Control-Request-Method' => 'POST');
    my $res = request('OPTIONS', $api, headers => {
        %preflight, 'OAuth2-User' => 'evil' });
    is($res->{status}, 204, 'answered');
    is($res->{content} // '', '', 'by nobody\'s script');
    for my $lacks (sort keys %preflight) {
        my %less = %preflight;
        delete $less{$lacks};
        is(request('OPTIONS', $api, headers => \%less)->{status}, 401,
           "without $lacks it is no preflight");
    }
    is(request('GET', $api, headers => \%preflight)->{status}, 401,
       'nor is a GET');
    log_lines();
};

no_complaints('all of it');
done_testing();
