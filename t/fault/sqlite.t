# SPDX-License-Identifier: Apache-2.0
#
# SQLite on a disk that is full, and in a file that cannot be written: 503,
# nothing is broken, and it goes on when there is room again.

use strict;
use warnings;

use IPC::Open2;
use Test::More;
use Time::HiRes qw(sleep);
use OAuth2Test;
use OAuth2Test::Logs;
use OAuth2Test::Server;

my $dir = var('work') . '/sqlite';
my $state = "$dir/state";
my ($port) = free_ports(1);
my %var = map { $_ => var($_) }
    qw(httpd module modules htdocs pages user oauth2ctl);
my @owner = (var('child_uid'), var('child_gid'));

mkdir $dir;
mkdir $state;
# Only root may mount.
run('mount', '-t', 'tmpfs', '-o', 'size=2m,mode=0700', 'tmpfs', $state);
END {
    my $status = $?;
    system 'umount', '-l', $state if defined $state;
    $? = $status;
}
chown @owner, $state if !$>;

my $file = "$state/oauth2.db";
my $pid = start_httpd($dir, var('template'), {
    %var, port => $port, state => $state, driver => 'sqlite3',
    params => $file });
my $secret = note_secret(random_text(24));

sub oauth2ctl {
    my ($input, @words) = @_;
    open my $to, '|-', $var{oauth2ctl}, '--database', "sqlite3 $file",
        @words or die "oauth2ctl: $!\n";
    print {$to} "$input\n";
    close $to or die "oauth2ctl @words failed\n";
    return;
}
oauth2ctl($secret, 'client', 'add', 'fs-svc', '--secret-stdin', '--scope',
          'read', '--grant', 'client_credentials', '--introspect', 'all');

my $base = "http://127.0.0.1:$port";
my @grant = (POST => "$base/oauth2/token", basic => [ 'fs-svc', $secret ],
             form => [ grant_type => 'client_credentials' ]);

sub introspects {
    my ($token) = @_;
    return json(request('POST', "$base/oauth2/introspect",
                        basic => [ 'fs-svc', $secret ],
                        form => [ token => $token ]))->{active};
}

sub unavailable {
    my ($name) = @_;
    my $res = request(@grant);
    is($res->{status}, 503, "$name: 503") or diag($res->{content});
    cmp_ok(header($res, 'retry-after') // 0, '>', 0, "$name: Retry-After");
    return;
}

my @tokens;
for (1 .. 20) {
    my $res = request(@grant);
    push @tokens, json($res)->{access_token} if $res->{status} == 200;
}
is(scalar @tokens, 20, 'tokens before');

# --- full --------------------------------------------------------------------

# A full disk refuses an administrator's write for certain only where nothing
# on it becomes free again.  SQLite itself frees: a checkpoint lets the
# write-ahead log begin anew, in blocks that the file has already.  A reader
# that stays at the moment when the log was emptied keeps it from beginning
# anew, so that every change has to make the file longer.
my $reader = open2(my $reader_says, my $reader_hears, 'python3', '-c', <<'END',
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
while any(db.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchone()):
    time.sleep(0.01)
db.execute('BEGIN')
db.execute('SELECT count(*) FROM oauth2_token').fetchone()
print('reads', flush=True)
sys.stdin.read()
END
    $file);
is(readline $reader_says, "reads\n", 'the write-ahead log is held');

open my $fill, '>', "$state/fill" or die "$state/fill: $!\n";
$fill->autoflush(1);
while (syswrite $fill, 'x' x 4096) { }
unavailable('full') for 1 .. 20;
is(request('GET', "$base/api/file.txt", bearer => $tokens[0])->{status}, 200,
   'what is there can be read');
close $fill;
unlink "$state/fill";
close $reader_hears;
waitpid $reader, 0;
ok(wait_for(5, sub { request(@grant)->{status} == 200 }),
   'room again: it goes on by itself');
is(scalar(grep { !introspects($_) } @tokens), 0,
   'all ' . @tokens . ' answered tokens are there');

# --- read-only ---------------------------------------------------------------

my @files = glob "$file*";
chown 0, 0, @files, $state;
chmod 0444, @files;
chmod 0555, $state;
# Connections that are open stay writable: only new processes notice.  (A
# restart would refuse to begin, and say why.)
kill 'KILL', httpd_children($pid);
ok(wait_for(10, sub { request('GET', "$base/api/file.txt")->{status} == 401 }),
   'new children');
unavailable('read-only') for 1 .. 3;
chmod 0700, $state;
chmod 0600, @files;
chown @owner, @files, $state;
ok(wait_for(8, sub { request(@grant)->{status} == 200 }),
   'writable again: it goes on by itself');

ok(end_httpd($pid), 'httpd ends');
my $check = run_quiet('python3', '-c', <<'END', $file);
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check')
      .fetchone()[0])
END
is($check, "ok\n", 'the file is whole');
my @crashed = log_crashes("$dir/error_log", 1);
is(scalar @crashed, 0, 'nobody crashed') or diag(@crashed);
done_testing();
