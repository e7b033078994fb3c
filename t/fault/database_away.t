# SPDX-License-Identifier: Apache-2.0
#
# PostgreSQL stops and comes back: 503 with Retry-After within 3 s and then at
# once, cached tokens go on for a few seconds, recovery without help.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Server qw(cluster wait_for slurp);

my $uri = 'https://app.example/callback';
my $svc = client('fa-svc', scope => 'read', grant => 'client_credentials',
                 introspect => 'all');
my $app = client('fa-app', redirect_uri => $uri, scope => 'read');
my $password = user('fa-alice');
my $browser = OAuth2Test::Browser->new(user => 'fa-alice',
                                       password => $password);
my @grant = (POST => 'token', basic => $svc, form =>
             [ grant_type => 'client_credentials', scope => 'read' ]);

sub timed {
    my $began = time;
    my $res = request(@_);
    return ($res, time - $began);
}

sub unavailable {
    my ($name, $most, @send) = @_;
    my ($res, $took) = timed(@send);
    is($res->{status}, 503, "$name: 503") or diag($res->{content});
    cmp_ok(header($res, 'retry-after') // 0, '>', 0, "$name: Retry-After");
    cmp_ok($took, '<', $most, sprintf '%s: within %.1f s (%.2f s)', $name,
           $most, $took);
    return $res;
}

sub token { return json(request(@_ ? @_ : @grant))->{access_token} }

my $rounds = 0;
for my $how (qw(stop kill)) {
    $rounds++;
    # Warm in every process, so that what follows meets the cache.
    my $cached = token();
    for (1 .. 3) {
        parallel(map { [ '/api/file.txt', method => 'GET',
                         bearer => $cached ] } 1 .. 24);
    }
    my $uncached = token();
    my $began = time;
    cluster($how, var('cluster'));
    my $res = request('GET', '/api/file.txt', bearer => $cached);
    is($res->{status}, 200, "$how: a cached token goes on working")
        if time - $began < 4;

    $res = unavailable("$how: the first", 3, @grant);
    is(json($res)->{error}, 'temporarily_unavailable', "$how: as JSON");
    like(header($res, 'cache-control'), qr/no-store/, "$how: not stored");
    sleep 0.2;
    unavailable("$how: token, again", 1, @grant);
    unavailable("$how: introspect", 1, POST => 'introspect', basic => $svc,
                form => [ token => $uncached ]);
    unavailable("$how: revoke", 1, POST => 'revoke', basic => $svc,
                form => [ token => $uncached ]);
    $res = unavailable("$how: authorize", 1, GET => $browser->authorize(
        client_id => 'fa-app', redirect_uri => $uri)->{url});
    like($res->{content}, qr/<h1>.*try again/is, "$how: a page");
    $res = unavailable("$how: a token that is not cached", 1,
                       GET => '/api/file.txt', bearer => $uncached);
    is(request('GET', '/api/file.txt')->{status}, 401,
       "$how: no token is still 401");
    is(request('GET', '/api/file.txt', bearer => 'oa2a_' . 'A' x 51)->{status},
       401, "$how: a made-up token needs no database");
    is(request('GET',
               '/.well-known/oauth-authorization-server/oauth2')->{status},
       200, "$how: metadata neither");

    # All workers at once must not queue up behind the database.
    my $parallel_began = time;
    my @answers = parallel(map { [ 'token', basic => $svc, form =>
        [ grant_type => 'client_credentials' ] ] } 1 .. 40);
    cmp_ok(time - $parallel_began, '<', 3, "$how: 40 at once do not queue");
    is(scalar(grep { $_->{status} == 503 } @answers), 40, "$how: all 503");

    # What strangers ask for does not fill the log.
    for (1 .. 5) {
        parallel(map { [ 'token', basic => $svc, form =>
            [ grant_type => 'client_credentials' ] ] } 1 .. 60);
    }
    my @told = grep { /\[oauth2_api:error\]/ }
        split /\n/, slurp(var('error_log'));
    is(scalar @told, $rounds, "$how: 300 more were refused, it was told once");
    like($told[-1], qr/OA2-7300: .*OA2-2\d{3}: /, "$how: with the reason");

    # Without a listener nobody vouches for the cache: 5 s, then no more.
    ok(wait_for(12, sub {
        request('GET', '/api/file.txt', bearer => $cached)->{status} == 503
    }), "$how: the cached token is not trusted for ever");
    cmp_ok(time - $began, '<', 12, "$how: but not beyond 5 s or so");

    cluster('start', var('cluster'));
    my $back = time;
    ok(wait_for(10, sub { request(@grant)->{status} == 200 }),
       sprintf '%s: recovered', $how);
    cmp_ok(time - $back, '<', 5, sprintf('%s: recovered after %.1f s', $how,
                                         time - $back));
    # Each process of each server has to come back, not just one.
    ok(wait_for(10, sub {
        my @now = parallel(map { [ 'token', basic => $svc, form =>
            [ grant_type => 'client_credentials' ] ] } 1 .. 40);
        !grep { $_->{status} != 200 } @now;
    }), "$how: every process has recovered");
    is(request('GET', '/api/file.txt', bearer => $uncached)->{status}, 200,
       "$how: tokens from before are good");
    ok(wait_for(15, sub {
        my $log = slurp(var('error_log'));
        my @back = $log =~ /\[oauth2_api:notice\] .* OA2-7051:/g;
        @back >= $rounds;
    } ), "$how: the listener is back");
    my @refused;
    ok(wait_for(15, sub {
        @refused = slurp(var('error_log'))
            =~ /\[oauth2_api:notice\] .* OA2-7301: .*?(\d+) statements/g;
        @refused >= $rounds;
    }), "$how: that it is back is told");
    is(scalar @refused, $rounds, "$how: once");
    cmp_ok($refused[-1], '>=', 300, "$how: with how many were refused");
}

subtest 'the log says it once, not once a request' => sub {
    my @lines = grep { /\[oauth2_api:(?:error|warn)\]/ } split /\n/,
        slurp(var('error_log'));
    ok(@lines > 0, 'it is said');
    ok(!grep({ !/OA2-\d{4}/ } @lines), 'with an id')
        or diag(grep { !/OA2-\d{4}/ } @lines);
    my @listener = grep { /cached tokens are asked/ } @lines;
    cmp_ok(scalar @listener, '<=', 4, 'the lost listener: once each');
};
done_testing();
