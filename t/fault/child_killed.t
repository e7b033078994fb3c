# SPDX-License-Identifier: Apache-2.0
#
# Children of httpd are killed under load: the others go on, the shared cache
# stays whole, revocations are still seen.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Load;
use OAuth2Test::Logs;
use OAuth2Test::Server qw(wait_for httpd_children);

my $svc = client('fk-svc', scope => 'read', grant => 'client_credentials');
my $pid = var('first_pid');

sub token {
    return json(request('POST', 'token', basic => $svc, form =>
        [ grant_type => 'client_credentials' ]))->{access_token};
}

sub works {
    my ($token) = @_;
    return request('GET', '/api/file.txt', bearer => $token)->{status} == 200;
}

my @tokens = map { token() } 1 .. 50;
my $load = OAuth2Test::Load->new(3, sub {
    my $res = request('GET', '/api/file.txt',
                      bearer => $tokens[ rand @tokens ]);
    return [ $res->{status} ];
});
my $issue = OAuth2Test::Load->new(1, sub {
    my $res = request('POST', 'token', basic => $svc, form =>
        [ grant_type => 'client_credentials' ]);
    return [ $res->{status}, json($res)->{access_token} ];
});
my $killed = 0;
for (1 .. 12) {
    sleep 0.4;
    my @children = httpd_children($pid);
    next if !@children;
    $killed += kill 'KILL', $children[ rand @children ];
}
sleep 1.5;
cmp_ok($killed, '>=', 8, "$killed children were killed");
my @seen = $load->stop;
my @issued = $issue->stop;
my %count;
$count{ $_->[2] }++ for @seen;
diag("protected: ", join ', ', map { "$_: $count{$_}" } sort keys %count);
# A connection to a child that was killed breaks (HTTP::Tiny calls it 599).
is(scalar(grep { $_ != 200 && $_ != 599 } keys %count), 0,
   'every answer that came was 200');
cmp_ok($count{599} // 0, '<', @seen / 10, 'few connections broke');
my ($slowest) = sort { $b <=> $a } map { $_->[1] } @seen;
cmp_ok($slowest, '<', 5, sprintf 'the slowest took %.2f s', $slowest);

my $lost = grep { !works($_) }
    map { $_->[3] } grep { $_->[2] == 200 } @issued;
is($lost, 0, 'no token is lost');

# MinSpareThreads is two children's worth at the most.
ok(wait_for(10, sub { httpd_children($pid) >= 2 }),
   'there are enough children again');
for my $token (@tokens[0 .. 9]) {
    request('POST', 'revoke', basic => $svc, form => [ token => $token ]);
    my @after = parallel(map { [ '/api/file.txt', method => 'GET',
                                 bearer => $token ] } 1 .. 12);
    is(scalar(grep { $_->{status} == 401 } @after), 12,
       'a revoked token is dead everywhere');
}
is(scalar(grep { works($_) } @tokens[10 .. 49]), 40, 'the others live');
# The worker that listens may have been among the dead.
my $heard = token();
request('GET', '/api/file.txt', bearer => $heard) for 1 .. 20;
sleep 2.5;
ctl_ok(\"$heard\n", 'token', 'revoke');
ok(wait_for(1, sub {
    request('GET', '/api/file.txt', bearer => $heard)->{status} == 401
}), 'what oauth2ctl does is heard again');
my @crashed = log_crashes(var('error_log'), 1);
is(scalar @crashed, 0, 'nobody crashed by himself') or diag(@crashed);
done_testing();
