# SPDX-License-Identifier: Apache-2.0
#
# A database that is there, and busy: the pool's only connection is in use, and
# what it asks for is locked by somebody else.  Who waits for a connection and
# who waits for the lock are told apart in the log; 503 with Retry-After, told
# once at level error, and all is well when the lock is gone.

use strict;
use warnings;

use IPC::Open2;
use Test::More;
use OAuth2Test;
use OAuth2Test::Server;

my %var = map { $_ => var($_) } qw(httpd module modules htdocs pages user);

# One child, whose threads share one connection.
my $template = var('work') . '/busy.conf.in';
spew($template, slurp(var('template')), <<'END');
StartServers         1
ServerLimit          1
MaxRequestWorkers    16
MinSpareThreads      1
MaxSpareThreads      16
OAuth2DatabaseConnections 1
OAuth2DatabaseWait   1s
END

# Somebody else has what tokens are written to, until told to end: [process,
# its input].
sub lock_pgsql { return lock_table(var('params'), 'oauth2_token') }

sub lock_sqlite3 {
    my ($file) = @_;
    my $pid = open2(my $says, my $hears, 'python3', '-c', <<'END', $file);
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
db.execute('BEGIN IMMEDIATE')
print('locked', flush=True)
sys.stdin.read()
END
    return [ $pid, $hears, scalar readline $says ];
}

sub busy {
    my ($driver, $params, $locker, $reason) = @_;
    my $dir = var('work') . "/busy-$driver";
    my ($port) = free_ports(1);
    mkdir $dir;
    mkdir "$dir/state", 0700;
    chown var('child_uid'), var('child_gid'), "$dir/state" if !$>;
    $params ||= "$dir/state/oauth2.db";
    my $pid = start_httpd($dir, $template, {
        %var, driver => $driver, params => $params, port => $port,
        state => "$dir/state" });
    my $base = "http://127.0.0.1:$port";
    my $secret = note_secret(random_text(24));
    open my $to, '|-', var('oauth2ctl'), '--database', "$driver $params",
        qw(client add busy-svc --secret-stdin --scope read --grant
           client_credentials) or die "oauth2ctl: $!\n";
    print {$to} "$secret\n";
    close $to or die "oauth2ctl failed\n";
    my @ask = ("$base/oauth2/token", basic => [ 'busy-svc', $secret ],
               form => [ grant_type => 'client_credentials' ]);
    my $log = sub { grep { $_[0] ? /\[oauth2_api:$_[0]\]/ : 1 }
                    split /\n/, slurp("$dir/error_log") };
    my $token = json(request('POST', @ask))->{access_token};
    ok($token, 'not busy yet');

    my $lock = $locker->($params);
    is($lock->[2], "locked\n", 'locked');
    my @answers = parallel(map { [ @ask ] } 1 .. 3);
    for (@answers) {
        is($_->{status}, 503, 'refused') or diag($_->{content});
        is(json($_)->{error}, 'temporarily_unavailable', 'as JSON');
        is(header($_, 'retry-after'), 1, 'Retry-After');
        unlike($_->{content}, qr/connection|lock/i, 'nothing of the inside');
    }
    my @busy = grep { /\[client .*OA2-2005: / } $log->('info');
    cmp_ok(scalar @busy, '>', 0, 'no connection became free: told at info');
    like($_, qr/OA2-2005: no database connection became free in time: allow /,
         'with the remedy') for @busy;
    my @locked = grep { /\[client .*OA2-2011: / } $log->('info');
    cmp_ok(scalar @locked, '>', 0, 'the lock: told at info');
    like($_, qr/OA2-2011: \w+: the database could not do it now: $reason/,
         'with the reason') for @locked;
    is(@busy + @locked, 3, 'a line for each');
    my @told = $log->('error');
    is(scalar @told, 1, 'once at error');
    like($told[0], qr/OA2-7300: .*OA2-20(?:05|11): /, 'with the first reason');

    unlock_table($lock);
    is(request('POST', @ask)->{status}, 200, 'unlocked: it goes on');
    ok(wait_for(15, sub {
        request('POST', @ask);
        grep { /OA2-7301: .*\b[3-9] statements/ } $log->('notice');
    }), 'which is told with how many were refused (a beat may be one)');
    is(scalar(() = $log->('error')), 1, 'and nothing else at error');
    ok(end_httpd($pid), 'httpd ends');
    return;
}

subtest 'PostgreSQL' => sub {
    busy('pgsql', var('params'), \&lock_pgsql, qr/SQLSTATE 57014: .*too long/);
};
subtest 'SQLite' => sub {
    busy('sqlite3', undef, \&lock_sqlite3, qr/database is locked/);
};
done_testing();
