# SPDX-License-Identifier: Apache-2.0
#
# Graceful restarts under load: no request is lost, and no shared memory,
# semaphore, file descriptor or database connection leaks.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Load;
use OAuth2Test::Server qw(wait_for slurp run_quiet
                          restart_httpd httpd_children);

my $svc = client('fg-svc', scope => 'read', grant => 'client_credentials');
my $pid = var('first_pid');
my $restarts = var('restarts');

sub token {
    return json(request('POST', 'token', basic => $svc, form =>
        [ grant_type => 'client_credentials' ]))->{access_token};
}

sub works {
    my ($token) = @_;
    return request('GET', '/api/file.txt', bearer => $token)->{status} == 200;
}

sub restart { return restart_httpd($pid, var('error_log')) }

# What the parent holds: descriptors, mappings that are shared, System V ids.
sub held {
    opendir my $fd, "/proc/$pid/fd" or die "/proc/$pid/fd: $!\n";
    my $fds = grep { !/^\./ } readdir $fd;
    my $shared = grep { /^\S+ \S*s / } split /\n/, slurp("/proc/$pid/maps");
    # The process that made a segment; the owner of a set of semaphores.
    my $ids = (grep { ((split)[4] // '') eq $pid } split /\n/,
               slurp('/proc/sysvipc/shm'))
        + (grep { ((split)[4] // '') eq var('child_uid') } split /\n/,
           slurp('/proc/sysvipc/sem'));
    my ($rss) = slurp("/proc/$pid/status") =~ /^VmRSS:\s+(\d+)/m;
    return { fds => $fds, shared => $shared, ids => $ids, rss => $rss };
}

my @tokens = map { token() } 1 .. 50;
# The first restarts build what later ones keep.
ok(restart(), 'restarted') for 1 .. 2;
sleep 2;
my $before = held();
my $load = OAuth2Test::Load->new(3, sub {
    return [ request('GET', '/api/file.txt',
                     bearer => $tokens[ rand @tokens ])->{status} ];
});
my $issue = OAuth2Test::Load->new(1, sub {
    my $res = request('POST', 'token', basic => $svc, form =>
        [ grant_type => 'client_credentials' ]);
    return [ $res->{status}, json($res)->{access_token} ];
});
my $done = 0;
for (1 .. $restarts) {
    $done += restart() ? 1 : 0;
    sleep 0.4;
}
is($done, $restarts, "$restarts graceful restarts");
my @seen = $load->stop;
my @issued = $issue->stop;
my %count;
$count{ $_->[2] }++ for @seen, @issued;
is_deeply([ keys %count ], [200], 'each of ' . (@seen + @issued)
          . ' requests was answered 200')
    or diag(join ', ', map { "$_: $count{$_}" } sort keys %count);
my ($slowest) = sort { $b <=> $a } map { $_->[1] } @seen, @issued;
cmp_ok($slowest, '<', 3, sprintf 'the slowest took %.2f s', $slowest);
is(scalar(grep { !works($_) }
          map { $_->[3] } @issued), 0, 'no token is lost');

ok(wait_for(20, sub { httpd_children($pid) <= 8 }),
   'the old children have ended');
sleep 1;
my $after = held();
is($after->{fds}, $before->{fds}, 'descriptors of the parent');
is($after->{shared}, $before->{shared}, 'shared mappings of the parent');
# Somebody else's server may come and go; a leak would come every time.
cmp_ok($after->{ids} - $before->{ids}, '<', $restarts / 2,
       'System V shared memory and semaphores');
cmp_ok($after->{rss} - $before->{rss}, '<', 200 * $restarts + 8192,
       "memory of the parent grew by at most 200 KiB a restart");
my $connections = run_quiet('psql', '-XAtq', '-d', var('params'), '-c',
    q(SELECT count(*) FROM pg_stat_activity WHERE usename = 'oauth2'));
cmp_ok($connections, '<', 2 * (3 * 9 + 3), 'database connections')
    or diag($connections);

subtest 'what the cache holds outlives a restart' => sub {
    my $token = token();
    request('GET', '/api/file.txt', bearer => $token) for 1 .. 10;
    request('POST', 'revoke', basic => $svc, form => [ token => $token ]);
    restart();
    is(request('GET', '/api/file.txt', bearer => $token)->{status}, 401,
       'a revoked token stays dead');
};
done_testing();
