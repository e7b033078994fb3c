# SPDX-License-Identifier: Apache-2.0
#
# A primary and its synchronous standby behind a TCP balancer.  The standby is
# promoted: the pools' connections go there, and the listeners' stay at the old
# primary, which still answers.  Two servers; what is revoked on the new
# primary is refused by both within 5 s, as when nobody vouches, and at once
# when the listeners have followed; no rotation is lost, and nobody helps.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Balancer;
use OAuth2Test::Browser;
use OAuth2Test::Load;
use OAuth2Test::Server;

my $dir = var('work') . '/failover';
my ($balancer_port) = free_ports(1);
my $uri = 'https://app.example/callback';
my $bound = 5 + 1;              # docs/operations.md; one for this machine
my @names = qw(third fourth);
mkdir $dir;

# --- the databases -----------------------------------------------------------

my $old = cluster('start', "$dir/old");
cluster('standby', "$dir/new", "$dir/old");
END { cluster('remove', "$dir/$_") for grep { -d "$dir/$_" } qw(old new) }

# As the superuser, with psql.
sub sql {
    my ($which, $text) = @_;
    my $params = cluster('superuser', "$dir/$which");
    chomp(my $said = run_quiet('psql', '-XAtq', '-d', $params, '-c', $text));
    die "psql: $said\n" if $?;
    return $said;
}

sub socket_of { return slurp("$dir/$_[0]/socket") =~ s/\n//r . '/.s.PGSQL.5432' }

# What is answered is there as well.
sql(old => q{ALTER SYSTEM SET synchronous_standby_names = '*'});
sql(old => q{ALTER SYSTEM SET synchronous_commit = 'remote_apply'});
sql(old => 'SELECT pg_reload_conf()');
ok(wait_for(20, sub {
    sql(old => 'SELECT sync_state FROM pg_stat_replication') eq 'sync'
}), 'the standby follows');
use_database($old);
ctl_ok('db', 'migrate');

# --- the servers -------------------------------------------------------------

my $balancer = OAuth2Test::Balancer->new($balancer_port, socket_of('old'),
                                         'UPDATE oauth2_refresh SET spent');
my %var = (map({ $_ => var($_) }
               qw(httpd module modules htdocs pages user driver template)),
           params => "host=127.0.0.1 port=$balancer_port dbname=oauth2 "
               . 'user=oauth2');
my @pids = map {
    my $at = "$dir-$_";
    mkdir $at;
    mkdir "$at/state", 0700;
    chown var('child_uid'), var('child_gid'), "$at/state" if !$>;
    run('cp', '-p', var('work') . '/first/state/secret', "$at/state/secret");
    start_httpd($at, $var{template}, { %var, port => var("${_}_port"),
                                       state => "$at/state" });
} @names;

my $app = client('fo-app', redirect_uri => $uri, scope => 'read');
my $svc = client('fo-svc', scope => 'read', grant => 'client_credentials');
my $password = user('fo-alice');
my $browser = OAuth2Test::Browser->new(issuer => 'third', user => 'fo-alice',
                                       password => $password);

sub told {
    my ($pattern) = @_;
    return map { scalar(() = slurp("$dir-$_/error_log") =~ /$pattern/g) }
        @names;
}

sub all_told {
    my ($pattern, $most) = @_;
    return wait_for($most, sub { !grep { !$_ } told($pattern) });
}

sub statuses {
    my ($token) = @_;
    return join ' ', map {
        request('GET', base($_) . '/api/file.txt', bearer => $token)->{status}
    } @names;
}

sub ask {
    my ($name) = @_;
    return request('POST', base($name) . '/oauth2/token', basic => $svc,
                   form => [ grant_type => 'client_credentials' ]);
}

# Cached by each process.
sub warm_token {
    my $token = json(ask('third'))->{access_token};
    for my $name (@names) {
        parallel(map { [ base($name) . '/api/file.txt', method => 'GET',
                         bearer => $token ] } 1 .. 24) for 1 .. 3;
    }
    is(statuses($token), '200 200', 'a token works');
    return $token;
}

sub revoke_and_wait {
    my ($token, $most, $name) = @_;
    ctl_ok(\"$token\n", 'token', 'revoke');
    my $began = time;
    ok(wait_for($most + 2, sub { statuses($token) eq '401 401' }),
       "$name: refused by both");
    my $took = time - $began;
    cmp_ok($took, '<', $most, sprintf '%s: within %d s (%.2f s)', $name, $most,
           $took);
    my @late = map { statuses($token) } 1 .. 10;
    is(scalar(grep { $_ ne '401 401' } @late), 0, "$name: and by all of each");
    return;
}

ok(all_told(qr/OA2-7051/, 15), 'both listen');
revoke_and_wait(warm_token(), 1, 'before');

# A chain of refresh tokens, each of which is the only way on.
my $last = $browser->tokens(client_id => 'fo-app', redirect_uri => $uri,
                            scope => 'read', basic => $app)->{refresh_token};
my $chain = OAuth2Test::Load->new(1, sub {
    my $res = request('POST', base('third') . '/oauth2/token', basic => $app,
                      form => [ grant_type => 'refresh_token',
                                refresh_token => $last ]);
    $last = json($res)->{refresh_token} if $res->{status} == 200;
    sleep 0.05;
    return [ $res->{status}, $last ];
});
sleep 0.5;

# --- the failover ------------------------------------------------------------

my $cached = warm_token();
# In the middle of a refresh: it is done, and nobody hears of it.
$balancer->fail_over(socket_of('new'));
for my $name (@names) {
    my $res = ask($name);
    is($res->{status}, 503, "$name: nobody can write yet");
    cmp_ok(header($res, 'retry-after') // 0, '>', 0, 'Retry-After');
}
is(statuses($cached), '200 200', 'what is read goes on');
cluster('promote', "$dir/new");
my $new = cluster('start', "$dir/new");
use_database($new);
for my $name (@names) {
    ok(wait_for(5, sub { ask($name)->{status} == 200 }),
       "$name: writes again");
}
my ($fresh, $other) = (warm_token(), warm_token());
# The last beat was heard a moment ago at the old primary, where the listeners
# are.
revoke_and_wait($fresh, $bound, 'just now');
is(statuses($cached), '200 200', 'another one is good');
ok(all_told(qr/OA2-2300/, 10), 'the listeners notice where they are');
ok(all_told(qr/:notice\] .*OA2-7051/, 10), 'and follow');
is(sql(old => 'SELECT count(*) FROM pg_stat_activity WHERE query '
       . "LIKE 'LISTEN%'"), 0, 'nobody is at the old primary');
revoke_and_wait($other, 1, 'with both there');

# --- what was under way ------------------------------------------------------

my @seen = $chain->stop;
my %count;
$count{ $_->[2] }++ for @seen;
diag('refreshed: ', join ', ', map { "$_: $count{$_}" } sort keys %count);
is(join(' ', grep { $_ != 200 && $_ != 503 } sort keys %count), '',
   'nothing but 200 and 503');
my $res = request('POST', base('fourth') . '/oauth2/token', basic => $app,
                  form => [ grant_type => 'refresh_token',
                            refresh_token => $seen[-1][3] ]);
is($res->{status}, 200, 'the chain goes on, at the other one');
cmp_ok($count{503} // 0, '>', 0, 'its answer was lost');
is(join(' ', told(qr/OA2-4010|OA2-4001/)), '0 0', 'nobody was taken for a thief');
ok(end_httpd($_), 'and all of it ends') for @pids;
$balancer->end;
done_testing();
