#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# oauth2ctl: which database it works on, and in which realm.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use lib dirname(abs_path(__FILE__));
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use JSON::PP ();
use Test::More;
use Ctl;

my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;
my $file = "$dir/servers.json";

sub sqlite { return { issuer => $_[0], driver => 'sqlite3', params => $_[1] } }

# Runs it as httpd has told; {status, out, err}.
sub told_by {
    my ($env, $status, $says, @words) = @_;
    my $result = run_ctl(\@words, env => $env);
    is($result->{status}, $status, "@words: $status") or diag $result->{err};
    like($result->{$status ? 'err' : 'out'}, $says, '… says so');
    return $result;
}

subtest "httpd's database" => sub {
    my $db = "$dir/one.sqlite3";
    my $env = serves($file, serves => [sqlite('https://a/o', $db)]);
    told_by($env, 5, qr/no database file \Q$db\E:.* oauth2ctl db create$/m,
            qw(client list));
    ok(!-e $db, '… and makes none');
    my $added = told_by($env, 0, qr/^Database +sqlite3 \Q$db\E \(httpd's\)$/m,
                        qw(client add first --scope read));
    secret($added->{out} =~ /^Client secret +(\S+)$/m);
    like($added->{out}, qr{^Realm +https://a/o$}m, '… and for whom');
    told_by($env, 0, qr/^User x is added[^}]*^Database .*one/m,
            qw(user add x --external));
    told_by($env, 0, qr/^first /m, qw(client list));
    told_by($env, 0, qr/^first /m, qw(client list --issuer https://a/o));
    told_by($env, 2, qr{no issuer of that name.*https://a/o},
            qw(client list --issuer https://b/o));
    my $json = JSON::PP::decode_json(
        told_by($env, 0, qr/./, qw(--json db status))->{out});
    is($json->{database}, "sqlite3 $db", 'db status --json');

    # Whoever names one means that one.
    my $other = Ctl->new('sqlite3');
    $other->works(['db', 'create']);
    told_by($env, 0, qr/^CLIENT ID[^\n]*\n\z/, '--database',
            $other->{database}, qw(client list));
    told_by({ %$env, OAUTH2_DATABASE => $other->{database} }, 0,
            qr/^CLIENT ID[^\n]*\n\z/, qw(client list));
    told_by($env, 5, qr/no database file.*--database 'sqlite3 \S+' db create/,
            '--database', "sqlite3 $dir/on.sqlite3", qw(client add x));
    ok(!-e "$dir/on.sqlite3", '… and makes none');
};

subtest 'several databases' => sub {
    my @db = map { "$dir/several$_.sqlite3" } 0, 1;
    my $env = serves($file, serves => [sqlite('https://a/o', $db[0]),
                                       sqlite('https://b/o', $db[1])]);
    for my $words (['client', 'list'], ['client', 'add', 'x'], ['purge'],
                   ['db', 'create'], ['db', 'status']) {
        told_by($env, 2, qr{several databases: say which .*https://a/o .*b/o},
                @$words);
    }
    ok(!-e $_, 'none is made') for @db;
    my $made = told_by($env, 0, qr/^Database +sqlite3 \Q$db[1]\E/m,
                       qw(client add x --issuer https://b/o));
    secret($made->{out} =~ /^Client secret +(\S+)$/m);
    ok(!-e $db[0] && -e $db[1], 'the one that was meant');
    told_by($env, 0, qr/./, qw(db create --issuer https://a/o));
    told_by($env, 3, qr/no client x/,
            qw(client show x --issuer https://a/o));
};

# In both drivers: two issuers in one database are two lists of clients.
for my $driver ('sqlite3', $ENV{OA2_TEST_PGSQL} ? 'pgsql' : ()) {
    subtest "two issuers in one database: $driver" => sub {
        my $db = Ctl->new($driver);
        $db->works(['db', 'create']);
        my @rows = map { { issuer => "https://$_/o", driver => $driver,
                           params => $db->{params} } } qw(a b);
        my $env = serves($file, user => (getpwuid $>)[0], serves => \@rows);
        my @a = qw(--issuer https://a/o);
        my @b = qw(--issuer https://b/o);
        # b comes first here; a has the rows that were there before all the
        # same, as with httpd.
        $db->works(['client', 'add', 'old', '--public', '--redirect-uri',
                    'https://x/']);
        told_by($env, 0, qr/^CLIENT ID[^\n]*\n\z/, qw(client list), @b);
        told_by($env, 0, qr/^old /m, qw(client list), @a);
        told_by($env, 2, qr{say which with --issuer: https://a/o, https://b/o},
                qw(client list));
        told_by($env, 0, qr/Usable +yes/, qw(db status));
        told_by($env, 0, qr/^Removed/, qw(purge));
        for my $at (\@a, \@b) {
            secret(told_by($env, 0, qr{^Realm +$at->[1]$}m,
                           qw(client add same), @$at)
                   ->{out} =~ /^Client secret +(\S+)$/m);
            told_by($env, 0, qr/added/, qw(user add alice --external), @$at);
        }
        told_by($env, 0, qr/disabled/, qw(client disable same), @a);
        told_by($env, 0, qr/^State +enabled$/m, qw(client show same), @b);
        told_by($env, 0, qr/alice is removed/,
                qw(user remove alice --yes), @a);
        told_by($env, 0, qr/^alice /m, qw(user list), @b);
        # Without httpd's word the database itself knows.
        $db->fails(2, qr/several issuers.*https:\/\/a\/o, https:\/\/b\/o/,
                   ['client', 'list']);
        like($db->works(['client', 'list', @b]), qr/^same /m, 'named as well');
        $db->fails(2, qr/knows no issuer of that name; it knows https/,
                   ['client', 'list', '--issuer', 'https://c/o']);
        like($db->works(['realm', 'list']),
             qr{^https://a/o +20.*\n^https://b/o +20}m, 'realm list');
        is_deeply([map { $_->{realm} } @{$db->json(['realm', 'list'])}],
                  ['https://a/o', 'https://b/o'], '… as JSON');
    };
}

subtest 'an issuer is meant before a realm of that name' => sub {
    my $db = "$dir/moved.sqlite3";
    my $env = serves($file, serves => [
        { %{ sqlite('https://new/o', $db) }, realm => 'https://old/o' },
        { %{ sqlite('https://old/o', $db) }, realm => 'fresh' } ]);
    for my $row ([ 'https://old/o', 'fresh' ], [ 'fresh', 'fresh' ],
                 [ 'https://new/o', 'https://old/o' ]) {
        my $said = told_by($env, 0, qr{^Realm +\Q$row->[1]\E$}m,
                           qw(client add), "c-$row->[0]" =~ s/\W/-/gr,
                           '--issuer', $row->[0]);
        secret($said->{out} =~ /^Client secret +(\S+)$/m);
    }
    $env = serves($file, serves => [
        map { { %{ sqlite("https://$_/o", "$dir/$_.sqlite3") },
                realm => 'one' } } qw(a b) ]);
    told_by($env, 2, qr{several databases: give --issuer an issuer's URL},
            qw(client list --issuer one));
};

subtest 'no realm yet' => sub {
    my $db = Ctl->new('sqlite3');
    $db->works(['db', 'create']);
    $db->fails(2, qr/leave out --issuer until then/,
               ['client', 'list', '--issuer', 'https://a/o']);
    like($db->works(['client', 'list']), qr/^CLIENT ID/, 'without: works');
    is($db->works(['realm', 'list', '--json']), "[\n]\n", 'none');
};

subtest 'a file that others can write decides nothing' => sub {
    my $env = serves($file, serves => [sqlite('https://a/o', "$dir/x")]);
    chmod 0666, $file or die $!;
    told_by($env, 1, qr/could not use .*others than root and you can write/,
            qw(client list));
    open my $out, '>', $file or die $!;
    print $out 'nonsense';
    close $out;
    chmod 0644, $file;
    told_by($env, 1, qr/not what httpd writes: remove it/, qw(client list));
};

# Somebody who may not: what to do is said.
subtest 'an ordinary user' => sub {
    my $state = "$dir/closed";
    mkdir $state, 0700 or die $!;
    my $env = serves($file, serves => [sqlite('https://a/o', "$state/x")]);
    my $program = "$dir/oauth2ctl";
    copy($ENV{OAUTH2CTL} || builddir() . '/oauth2ctl', $program) or die $!;
    chmod 0755, $program;
    my @as = ();
    if ($> == 0) {
        @as = qw(setpriv --reuid nobody --regid nogroup --clear-groups);
    }
    else {
        chmod 0, $state or die $!;
    }
    for my $words ('client list', 'client add x', 'user add x --external') {
        my $said = `OAUTH2_SERVERS=$file @as $program $words 2>&1`;
        is($? >> 8, 5, "$words: 5");
        like($said, qr/could not .*\Q$state\E: Permission denied: use sudo$/m,
             '… says to use sudo');
    }
    chmod 0700, $state;
};

# httpd's parameters had a password; here they have none.
subtest 'a password that is httpd\'s' => sub {
    my $env = serves($file, serves => [
        { issuer => 'https://a/o', driver => 'pgsql', password => \1,
          params => 'host=127.0.0.1 port=1 user=x' }]);
    told_by($env, 5, qr/has a password, .* put it into ~\/\.pgpass too$/m,
            qw(client list));
};

told();
done_testing;
