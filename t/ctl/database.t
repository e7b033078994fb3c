#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# oauth2ctl: db commands, the embedded file, and a database that is away.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use lib dirname(abs_path(__FILE__));
use File::Temp qw(tempdir);
use JSON::PP ();
use POSIX ();
use Test::More;
use Ctl;

for my $driver ('sqlite3', $ENV{OA2_TEST_PGSQL} ? 'pgsql' : ()) {
    subtest "life of a database: $driver" => sub {
        my $db = Ctl->new($driver);
        my $status = $db->run(['db', 'status', '--json']);
        is($status->{status}, $driver eq 'pgsql' ? 1 : 5,
           'status of an empty one');
        my $json = JSON::PP::decode_json($status->{out});
        ok(!$json->{usable}, '… not usable');
        like($status->{err}, $driver eq 'pgsql' ? qr/db create/
                                                : qr/there is no database/,
             '… says what to do');
        if ($driver eq 'pgsql') {
            $db->fails(1, qr/no tables: oauth2ctl --database '.*' db create$/m,
                       ['client', 'list']);
        }
        $json = $db->json(['db', 'create']);
        cmp_ok($json->{schema}, '>', 0, 'create gives it a version');
        $db->fails(4, qr/already/, ['db', 'create']);
        $json = $db->json(['db', 'migrate']);
        is($json->{applied}, 0, 'nothing to migrate');
        $json = $db->json(['db', 'status']);
        ok($json->{usable} && $json->{reachable}, 'status: usable');
        is($json->{driver}, $driver, '… driver');
        is($json->{schema}, $json->{newest}, '… newest version');
        like($db->works(['db', 'status']), qr/^Usable +yes$/m, '… as text');
        like($db->works(['purge']), qr/^Removed 0 expired rows\.$/, 'purge');
        is($db->json(['purge'])->{removed}, 0, 'purge --json');
        is($db->works(['client', 'list', '--json']), "[\n]\n", 'no clients');

        # What PostgreSQL has is an empty database; a file that is not there
        # may be one that was misspelt.
        my $new = Ctl->new($driver);
        if ($driver eq 'pgsql') {
            is($new->json(['db', 'migrate'])->{applied}, $json->{newest},
               'migrate makes the tables, too');
        }
        else {
            $new->fails(5, qr/no database file/, ['db', 'migrate']);
        }
    };
}

subtest 'purge' => sub {
    for my $driver ('sqlite3', $ENV{OA2_TEST_PGSQL} ? 'pgsql' : ()) {
        my $db = Ctl->new($driver);
        $db->works(['db', 'create']);
        $db->works(['client', 'add', 'x']);
        $db->seed('expired', 'x', 2500);
        is($db->json(['purge'])->{removed}, 2500, "$driver: more than a batch");
        is($db->json(['purge'])->{removed}, 0, "$driver: all is gone");
    }
};

# A wrong name is no new database: nothing is made of it.
subtest 'an embedded file that is named' => sub {
    my $db = Ctl->new('sqlite3');
    for my $words (['client', 'list'], ['user', 'list'], ['grant', 'list'],
                   ['client', 'show', 'x'], ['purge'], ['db', 'status'],
                   ['client', 'add', 'x'], ['user', 'add', 'x', '--external'],
                   ['db', 'backup', "$db->{dir}/b"]) {
        my $result = $db->run($words);
        is($result->{status}, 5, "@$words: 5");
        like($result->{err}, qr/there is no database file \Q$db->{params}\E:/,
             '… says so');
        like($result->{err}, qr/\Qoauth2ctl --database '$db->{database}' db \E
             create$/mx, '… with the whole remedy');
    }
    is_deeply([glob "$db->{dir}/*"], [], '… and nothing is made');
    $db->works(['db', 'create']);
    is((stat $db->{params})[2] & 07777, 0600, 'nobody else may read it');
    my $env = run_ctl(['db', 'status', '--json'],
                      env => { OAUTH2_DATABASE => $db->{database} });
    is(JSON::PP::decode_json($env->{out})->{file}, $db->{params},
       'OAUTH2_DATABASE');
    $env = run_ctl(['--database', "sqlite3 $db->{dir}/other", 'db', 'status'],
                   env => { OAUTH2_DATABASE => $db->{database} });
    is($env->{status}, 5, 'the option comes first');
    is(run_ctl(['--database', "sqlite3 \"$db->{params}\"", 'db', 'status'])
       ->{status}, 0, "httpd's quotes are understood");
    is(run_ctl(["--database=sqlite3 $db->{params}", 'db', 'status'])
       ->{status}, 0, '--database=');

    chmod 0755, $db->{dir} or die $!;
    my $deep = "$db->{dir}/deep/oauth2.sqlite3";
    my $result = run_ctl(['--database', "sqlite3 $deep", 'client', 'list']);
    is($result->{status}, 5, 'a directory that is not there is not made');
    is(run_ctl(['--database', "sqlite3 $deep", 'db', 'create'])->{status}, 0,
       'db create makes it');
    is((stat "$db->{dir}/deep")[2] & 07777, 0700, '… for its owner alone');
};

subtest 'a file of something else' => sub {
    my $db = Ctl->new('sqlite3');
    $db->sql('CREATE TABLE other (x)');
    $db->fails(1, qr/has no tables: oauth2ctl --database '.*' db create/,
               ['client', 'list']);
    is($db->value("SELECT count(*) FROM sqlite_master"), 1, 'is left alone');
};

subtest 'a file that is no database' => sub {
    my $db = Ctl->new('sqlite3');
    open my $out, '>', $db->{params} or die $!;
    print $out "this is no database, but long enough to look like one\n" x 90;
    close $out;
    my $result = $db->run(['client', 'list']);
    like($result->{status}, qr/^[15]$/, 'is refused');
    like($result->{err}, qr/^oauth2ctl: OA2-\d{4}: \S/, '… with an ID');
};

# Root becomes the owner of the directory; others are it already.
subtest 'a directory that cannot be written' => sub {
    my $db = Ctl->new('sqlite3');
    my $root = $> == 0;
    if ($root) {
        my ($uid, $gid) = (getpwnam 'nobody')[2, 3];
        chown $uid, $gid, $db->{dir} or die $!;
        $db->works(['db', 'create']);
        is((stat $db->{params})[4], $uid, 'root makes it for the owner');
        is((stat _)[5], $gid, '… and its group');
        chown 0, 0, $db->{params} or die $!;
        $db->fails(5, qr/does not belong to nobody.*: chown nobody \S+\*$/m,
                   ['client', 'list']);
        chown $uid, $gid, $db->{params} or die $!;
    }
    else {
        $db->works(['db', 'create']);
    }
    $db->works(['client', 'add', 'x']);
    chmod 0500, $db->{dir} or die $!;
    $db->fails(5, qr/\w+ could not write to the directory \S+: Permission .*: use sudo/,
               ['client', 'list']);
    chmod 0700, $db->{dir} or die $!;
    chmod 0400, $db->{params} or die $!;
    $db->fails(5, qr/could not write the file/, ['client', 'add']);
    chmod 0600, $db->{params} or die $!;
    $db->works(['client', 'show', 'x']);

    # A link that httpd's user left there leads root nowhere.
    if ($root) {
        my $victim = tempdir(CLEANUP => 1) . '/victim';
        symlink $victim, "$db->{dir}/link" or die $!;
        my $result = run_ctl(['--database', "sqlite3 $db->{dir}/link",
                              'db', 'create']);
        isnt($result->{status}, 0, 'a link out of the directory');
        ok(!-e $victim, '… makes nothing elsewhere');
    }
};

# Schema versions that are not this program's.
for my $driver ('sqlite3', $ENV{OA2_TEST_PGSQL} ? 'pgsql' : ()) {
    subtest "other versions: $driver" => sub {
        my $db = Ctl->new($driver);
        $db->works(['db', 'create']);
        $db->sql('INSERT INTO oauth2_schema (version, applied) '
                 . 'VALUES (9999, 0)');
        ok($db->json(['db', 'status'])->{usable}, 'a newer one can be used');
        $db->works(['client', 'add', 'x']);
        $db->sql('DELETE FROM oauth2_schema WHERE version > 1');
        my $old = $db->run(['db', 'status', '--json']);
        is($old->{status}, 6, 'an older one: 6');
        ok(JSON::PP::decode_json($old->{out})->{migration_waiting},
           '… a migration is waiting');
        like($old->{err}, qr/migration is waiting.*--database '.*db migrate$/m,
             '… says so, with the remedy');
        like($db->run(['db', 'status'])->{out}, qr/^Migration +waiting$/m,
             '… as text');
        $db->sql('DELETE FROM oauth2_schema');
        my $result = $db->run(['db', 'status', '--json']);
        is($result->{status}, 1, 'none: 1');
        ok(JSON::PP::decode_json($result->{out})->{reachable},
           '… but reachable');
        like($result->{err}, qr/no tables/, '… says so');
    };
}

subtest 'two at once' => sub {
    for my $driver ('sqlite3', $ENV{OA2_TEST_PGSQL} ? 'pgsql' : ()) {
        my $db = Ctl->new($driver);
        # The first use makes httpd's embedded tables: all race for it.
        $db->works(['db', 'create']) if $driver eq 'pgsql';
        my $env = serves("$db->{dir}/servers.json", serves => [
            { issuer => 'https://a', driver => $driver,
              params => $db->{params} }]);
        my @pids;
        for my $n (1 .. 8) {
            my $pid = fork;
            die $! unless defined $pid;
            if (!$pid) {
                my $result = run_ctl(['client', 'add', "c$n"], env => $env);
                print STDERR $result->{err} if $result->{status};
                POSIX::_exit($result->{status});
            }
            push @pids, $pid;
        }
        for my $pid (@pids) {
            waitpid $pid, 0;
            is($?, 0, "$driver: one of eight");
        }
        is(scalar @{$db->json(['client', 'list'])}, 8, "$driver: all there");
        @pids = ();
        for my $n (1 .. 4) {
            my $pid = fork;
            die $! unless defined $pid;
            POSIX::_exit($db->run(['client', 'add', 'same'])->{status})
                if !$pid;
            push @pids, $pid;
        }
        my @status = map { waitpid($_, 0); $? >> 8 } @pids;
        is_deeply([sort @status], [0, 4, 4, 4], "$driver: the same ID once");
    }
};

subtest 'PostgreSQL is away' => sub {
    my $password = secret('pg-password-in-the-open');
    my $away = "pgsql host=127.0.0.1 port=1 user=x password=$password";
    my $start = time;
    my $result = run_ctl(['--database', $away, 'client', 'list']);
    is($result->{status}, 5, 'exit status 5');
    like($result->{err}, qr/^oauth2ctl: OA2-\d{4}: /, '… with an ID');
    cmp_ok(time - $start, '<', 10, '… soon');
    $result = run_ctl(['--database', $away, 'db', 'status', '--json']);
    is($result->{status}, 5, 'db status: 5');
    ok(!JSON::PP::decode_json($result->{out})->{reachable}, '… in JSON, too');
    is(index($result->{out}, $password), -1, '… without the password');
};

if ($ENV{OA2_TEST_PGSQL}) {
    subtest 'PostgreSQL lets nobody in' => sub {
        for (['dbname=nobody_made', qr/make it,.* sudo -u postgres createdb/],
             ['user=nobody_there', qr/put "sudo -u ACCOUNT" in front/]) {
            my ($wrong, $says) = @$_;
            my $result = run_ctl(['--database',
                "pgsql $ENV{OA2_TEST_PGSQL} $wrong", 'client', 'list']);
            is($result->{status}, 5, "$wrong: 5");
            like($result->{err}, $says, '… and what to do');
        }
    };
}

# What ps shows of a process; it asks /proc itself where there is one.
sub arguments {
    my ($pid) = @_;
    return `ps -ww -o args= -p $pid` if !-e "/proc/$pid/cmdline";
    open my $in, '<', "/proc/$pid/cmdline" or die $!;
    return join ' ', split /\0/, do { local $/; <$in> } // '';
}

# While a command waits for its input.
subtest 'arguments that others see' => sub {
    my $password = secret('pg-password-in-the-open');
    my $program = $ENV{OAUTH2CTL} || builddir() . '/oauth2ctl';
    my $pid = open my $to, '|-', $program, '--database',
        "pgsql host=127.0.0.1 port=1 password=$password",
        'token', 'inspect' or die $!;
    my $seen = '';
    for (1 .. 100) {
        $seen = arguments($pid);
        last if $seen =~ /token/ && index($seen, $password) < 0;
        select undef, undef, undef, 0.05;
    }
    like($seen, qr/token inspect/, 'the command');
    is(index($seen, $password), -1, 'not the password of --database');
    kill 'TERM', $pid;
    close $to;
};

told();
done_testing;
