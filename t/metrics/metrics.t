# SPDX-License-Identifier: Apache-2.0
#
# What is counted, and who may read it.  Other files are at work on the same
# server, so a number is compared by "at least"; t/unit/test_base_counter has
# the sums.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Metrics;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $app = client('mt-app', redirect_uri => $uri, scope => 'read write');
my $machine = client('mt-machine', grant => 'client_credentials',
                     scope => 'read');

sub counted {
    my $response = request('GET', '/metrics');
    is($response->{status}, 200, 'answers');
    my ($value, $type, @bad) = parse_metrics($response->{content});
    is_deeply(\@bad, [], 'is OpenMetrics') or diag($response->{content});
    return $value;
}

subtest 'the answer' => sub {
    my $response = request('GET', '/metrics');
    is(header($response, 'content-type'),
       'application/openmetrics-text; version=1.0.0; charset=utf-8', 'type');
    is(header($response, 'cache-control'), 'no-store', 'is not kept');
    is(request('HEAD', '/metrics')->{status}, 200, 'HEAD');
    my $value = counted();
    my ($info) = grep { /^oauth2_database_info/ } keys %$value;
    like($info, qr/driver="\Q@{[ var('db') ]}\E"/, 'which database');
    like($info, qr{issuer="http}, 'whose');
    is($value->{'oauth2_database_up{database="1"}'}, 1, 'it is up');
    my ($build) = grep { /^oauth2_build_info/ } keys %$value;
    like($build, qr/version="\d/, 'version');
};

rows(
    { clause => 'nothing is posted there', status => 405, log => 0,
      headers => { allow => qr/GET/ },
      send => [ POST => '/metrics', form => [] ] },
    { clause => 'no endpoint of the issuer', status => 404,
      send => [ GET => 'metrics' ] },
    { clause => 'below AuthType OAuth2 a token is needed', status => 401,
      log => 0, headers => { 'www-authenticate' => qr/^Bearer/ },
      send => [ GET => '/metrics-guarded' ] },
);
is(request('GET', '/metrics-denied')->{status}, 403,
   'what is required there counts');
log_allow(qr/AH01630/, 'httpd\'s own words for it');

my $first = counted();
my $browser = OAuth2Test::Browser->new(user => 'mt-alice',
                                       password => user('mt-alice'));
my $tokens = $browser->tokens(client_id => 'mt-app', redirect_uri => $uri,
                              scope => 'read', basic => $app);
my $bearer = sub {
    [ GET => '/api/env.cgi', headers => { Authorization => "Bearer $_[0]" } ]
};
my $machines = json(request('POST', 'token', basic => $machine, form =>
    [ grant_type => 'client_credentials' ]))->{access_token};
rows(
    { clause => 'a guarded one with a token', status => 200,
      send => [ GET => '/metrics-guarded',
                headers => { Authorization => "Bearer $machines" } ] },
    { clause => 'good token', status => 200, send => $bearer->($machines) },
    { clause => 'once more, from the cache', status => 200,
      send => $bearer->($machines) },
    { clause => 'no token', status => 401, log => 'any',
      send => [ GET => '/api/env.cgi' ] },
    { clause => 'bad token', status => 401, log => 'any',
      send => $bearer->('x' x 60) },
    { clause => 'two headers in one', status => 400, log => 'any',
      send => $bearer->('x y') },
    { clause => 'too little scope', status => 403, log => 'any',
      send => [ POST => '/limit/env.cgi', form => [],
                headers => { Authorization => "Bearer $machines" } ] },
    { clause => 'bad secret', status => 401, log => 'any',
      send => [ POST => 'token', basic => ['mt-app', 'x' x 20],
                form => [ grant_type => 'refresh_token',
                          refresh_token => 'x' ] ] },
);
my $old = $tokens->{refresh_token};
my $refresh = sub {
    request('POST', 'token', basic => $app, form =>
        [ grant_type => 'refresh_token', refresh_token => $_[0] ])
};
my $new = json($refresh->($old))->{refresh_token};
request('POST', 'revoke', basic => $app, form => [ token => $new ]);
request('POST', 'revoke', basic => $machine, form => [ token => $machines ]);
my $stranger = OAuth2Test::Browser->new(user => 'mt-alice',
                                        password => 'not that one');
$stranger->login($stranger->get('/oauth2/login'));
log_allow(qr/OA2-5021|OA2-3046/, 'a wrong password');

my $then = counted();
my %more = (
    'oauth2_requests_total{endpoint="token",outcome="2xx"}' => 3,
    'oauth2_requests_total{endpoint="token",outcome="invalid_client"}' => 1,
    'oauth2_requests_total{endpoint="authorize",outcome="2xx"}' => 1,
    'oauth2_requests_total{endpoint="login",outcome="3xx"}' => 1,
    'oauth2_request_seconds_count{endpoint="token"}' => 4,
    'oauth2_protected_requests_total{outcome="ok"}' => 3,
    'oauth2_protected_requests_total{outcome="no_token"}' => 1,
    'oauth2_protected_requests_total{outcome="invalid_token"}' => 1,
    'oauth2_protected_requests_total{outcome="invalid_request"}' => 1,
    'oauth2_protected_requests_total{outcome="insufficient_scope"}' => 1,
    'oauth2_tokens_issued_total{grant_type="authorization_code"}' => 1,
    'oauth2_tokens_issued_total{grant_type="refresh_token"}' => 1,
    'oauth2_tokens_issued_total{grant_type="client_credentials"}' => 1,
    'oauth2_revocations_total{what="grant"}' => 1,
    'oauth2_revocations_total{what="token"}' => 1,
    'oauth2_logins_total{outcome="ok"}' => 1,
    'oauth2_logins_total{outcome="failed"}' => 1,
    'oauth2_cache_hits_total{cache="tokens"}' => 1,
    'oauth2_cache_misses_total{cache="tokens"}' => 1,
    'oauth2_cache_hits_total{cache="clients"}' => 1,
    'oauth2_database_statement_seconds_count' => 3,
);
for my $series (sort keys %more) {
    my $grown = ($then->{$series} // 0) - ($first->{$series} // 0);
    cmp_ok($grown, '>=', $more{$series}, $series);
}

subtest 'nothing that was sent is a label' => sub {
    request('GET', "/oauth2/mt-unheard-of");
    my $text = request('GET', '/metrics')->{content};
    unlike($text, qr/mt-|alice|127\.0\.0\.1[^:]/, 'no client, user, path');
    like($text, qr/endpoint="other",outcome="not_found"/, 'counted as other');
};
log_allow(qr/OA2-7071/, 'no such endpoint');

subtest 'mod_status' => sub {
    my $page = request('GET', '/server-status')->{content};
    like($page, qr{<h2>mod_oauth2_api</h2>.*Access tokens issued: \d+}s,
         'has a section');
    my $auto = request('GET', '/server-status?auto')->{content};
    like($auto, qr/^oauth2_tokens_issued: \d+$/m, 'for programs');
    unlike($auto, qr/<dt>/, 'without markup');
};

done_testing();
