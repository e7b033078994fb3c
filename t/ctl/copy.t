#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# oauth2ctl: db backup and db copy.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use lib dirname(abs_path(__FILE__));
use File::Temp qw(tempdir);
use IPC::Open2 qw(open2);
use Test::More;
use Ctl;

my $here = dirname(abs_path(__FILE__));

# What there is in it, a row a line.
sub dump_of {
    open my $in, '-|', 'python3', "$here/fill.py", 'dump', @_ or die $!;
    my @lines = <$in>;
    close $in or die 'fill.py failed';
    return \@lines;
}

sub full {
    my $db = Ctl->new('sqlite3');
    $db->works(['db', 'create']);
    is(system('python3', "$here/fill.py", 'fill', $db->{params}), 0,
       'rows of every kind');
    return $db;
}

# Holds a transaction in the file, as httpd may, until the pipe is closed.
sub writer {
    my ($file) = @_;
    my $pid = open2(my $out, my $in, 'python3', '-c', <<'END', $file);
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
db.execute("DELETE FROM oauth2_token")
print("ready", flush=True)
sys.stdin.read()
END
    <$out>;
    return ($pid, $in, $out);
}

subtest 'backup' => sub {
    my $db = full();
    my $before = dump_of($db->{params});
    cmp_ok(scalar @$before, '>', 2000, 'rows');
    my $dir = tempdir(CLEANUP => 1);
    my ($pid, $in, $out) = writer($db->{params});
    like($db->works(['db', 'backup', "$dir/copy"]),
         qr/^Backup +\Q$dir\E\/copy$/m, 'while somebody writes');
    close $in;
    waitpid $pid, 0;
    is_deeply(dump_of("$dir/copy"), $before, '… all that was committed');
    is((stat "$dir/copy")[2] & 07777, 0600, '… for its owner alone');
    like(run_ctl(['--database', "sqlite3 $dir/copy", 'db', 'status'])->{out},
         qr/^Usable +yes$/m, '… and can be used');
    is_deeply([grep { /backup/ } glob "$db->{dir}/*"], [],
              '… nothing else is left');
    $db->fails(4, qr/there is a file \S+ already/,
               ['db', 'backup', "$dir/copy"]);
    $db->fails(1, qr/could not write \S+: No such file/,
               ['db', 'backup', "$dir/none/copy"]);

    my $bad = Ctl->new('sqlite3');
    $bad->works(['db', 'create']);
    open my $file, '+<:raw', $bad->{params} or die $!;
    print $file 'x' x 4096;
    close $file;
    if ($> == 0) {
        my ($uid, $gid) = (getpwnam 'nobody')[2, 3];
        chown $uid, $gid, $bad->{dir}, glob "$bad->{dir}/*" or die $!;
    }
    for (1, 2) {
        $bad->fails(5, qr/OA2-\d{4}: /, ['db', 'backup', "$dir/failed"]);
        ok(!-e "$dir/failed", 'a backup that failed leaves nothing behind');
    }

    # Root writes where httpd's user may not.
    if ($> == 0) {
        my ($uid, $gid) = (getpwnam 'nobody')[2, 3];
        chown $uid, $gid, $db->{dir}, glob "$db->{dir}/*" or die $!;
        $db->works(['db', 'backup', "$dir/root"]);
        is((stat "$dir/root")[4], 0, 'root keeps what is written for root');
        is_deeply(dump_of("$dir/root"), $before, '… all of it');
    }
};

subtest 'copy to what is no PostgreSQL' => sub {
    my $db = full();
    $db->fails(2, qr/--to names a PostgreSQL database/,
               ['db', 'copy', '--to', "sqlite3 $db->{dir}/x"]);
    $db->fails(5, qr/OA2-\d{4}: /,
               ['db', 'copy', '--to', 'pgsql host=127.0.0.1 port=1']);
};

if ($ENV{OA2_TEST_PGSQL}) {
    subtest 'copy' => sub {
        my $db = full();
        my $to = Ctl->new('pgsql');
        my $before = dump_of($db->{params});
        my @dump = ('--pgsql', $ENV{OA2_TEST_PGSQL}, $to->{schema});
        my $json = $db->json(['db', 'copy', '--to', $to->{database}]);
        is($json->{rows}{oauth2_token}, 2300, 'rows are counted');
        is_deeply(dump_of(@dump), $before, 'every row of every table');
        is($to->json(['db', 'status'])->{schema},
           $db->json(['db', 'status'])->{schema}, 'its tables were made');
        isnt($to->value("SELECT value FROM oauth2_setting WHERE name"
                        . " = 'channel'"), '', 'its own settings stay');

        # All or nothing, and never among other rows.
        $db->fails(1, qr/oauth2_\w+ of the other database has rows already/,
                   ['db', 'copy', '--to', $to->{database}]);
        is_deeply(dump_of(@dump), $before, '… nothing is changed');
        my $half = Ctl->new('pgsql');
        $half->works(['db', 'create']);
        $half->works(['user', 'add', 'x', '--external']);
        $db->fails(1, qr/oauth2_user of the other database has rows/,
                   ['db', 'copy', '--to', $half->{database}]);
        is($half->value('SELECT count(*) FROM oauth2_client'), 0,
           '… nothing is left of what was copied before');
        my $old = Ctl->new('pgsql');
        $old->works(['db', 'create']);
        $old->sql('DELETE FROM oauth2_schema WHERE version > 1');
        $db->fails(1, qr/schema versions are \d+ and 1: .*db migrate/,
                   ['db', 'copy', '--to', $old->{database}]);
    };

    # What somebody writes meanwhile is either all there or not at all.
    subtest 'copy while somebody writes' => sub {
        my $db = full();
        my $to = Ctl->new('pgsql');
        my $before = dump_of($db->{params});
        my ($pid, $in, $out) = writer($db->{params});
        $db->works(['db', 'copy', '--to', $to->{database}]);
        close $in;
        waitpid $pid, 0;
        is_deeply(dump_of('--pgsql', $ENV{OA2_TEST_PGSQL}, $to->{schema}),
                  $before, 'one moment');
    };
}

told();
done_testing;
