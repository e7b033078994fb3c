#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# oauth2ctl: user invite, user reset.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use lib dirname(abs_path(__FILE__));
use Test::More;
use Ctl;

my $issuer = 'https://api.example.com/oauth2';
my $link = qr{^\Q$issuer\E/set-password\?ticket=oa2t_[\w-]{43}$};
my $dir = tempdir(CLEANUP => 1);

each_database(sub {
    my ($db) = @_;
    my $count = sub { $db->value("SELECT count(*) FROM oauth2_$_[0]") };

    # -- whose link it is, nobody can know without httpd
    $db->fails(1, qr/not known where the link should lead/,
               ['user', 'invite', 'ann']);
    my %row = (issuer => $issuer, driver => 'sqlite3', params => '/x');
    $db->sql("INSERT INTO oauth2_realm (id, name, created, secret_seen) "
             . "VALUES (0, '$issuer', 1, 1)");
    my %env = (env => serves("$dir/servers.json", serves => [ \%row ]));

    # -- printed
    my $json = $db->json(['user', 'invite', 'ann'], %env);
    like(secret($json->{link}), $link, 'a link');
    ok(!$json->{has_password}, 'no password yet');
    is($json->{provider}, 'oauth2', 'a user of this table');
    cmp_ok($json->{expires}, '>', time + 6 * 86400, 'good for a week');
    my $out = $db->works(['user', 'invite', 'ann'], %env);
    my ($again) = $out =~ m{^(https://.*)$}m;
    like(secret($again // ''), $link, 'once more, another');
    is($count->('ticket'), 2, 'two are good');
    $db->works(['user', 'invite', 'ann'], %env) for 1 .. 4;
    is($count->('ticket'), 3, 'three at most');
    is($count->('user'), 1, 'of one user');
    is($db->value('SELECT count(*) FROM oauth2_ticket WHERE digest LIKE '
                  . "'oa2t%'"), 0, 'digests only');

    # -- who can be invited, who can be reset
    my $password = secret('Sesam, oeffne dich');
    $db->works(['user', 'add', 'bob', '--password-stdin'], stdin => $password);
    $db->works(['user', 'add', 'carol', '--external']);
    $db->fails(4, qr/bob has a password already: user reset/,
               ['user', 'invite', 'bob'], %env);
    for my $verb (qw(invite reset)) {
        $db->fails(1, qr/another provider knows.*set --provider oauth2/,
                   ['user', $verb, 'carol'], %env);
        $db->fails(2, qr/colon/, ['user', $verb, 'a:b'], %env);
    }
    $db->fails(3, qr/no user nobody/, ['user', 'reset', 'nobody'], %env);
    $json = $db->json(['user', 'reset', 'BOB'], %env);
    like(secret($json->{link}), $link, 'by any spelling');
    is($json->{username}, 'bob', '… as it is written');
    ok($json->{has_password}, 'the old password is there');
    cmp_ok($json->{expires}, '<', time + 2 * 86400, 'good for a day');
    $db->works(['user', 'disable', 'bob']);
    $db->fails(1, qr/bob is disabled/, ['user', 'reset', 'bob'], %env);

    # -- mailed
    $db->fails(2, qr/OAuth2MailCommand/,
               ['user', 'invite', 'dora', '--mail', 'dora@example.com'], %env);
    is($db->value("SELECT count(*) FROM oauth2_user WHERE name = 'dora'"), 0,
       'and nothing was done');
    $row{mail} = \1;
    %env = (env => serves("$dir/servers.json", serves => [ \%row ]));
    for my $bad ('dora', "dora\@example.com\nBcc: x\@y.z", 'a@b, c@d') {
        $db->fails(2, qr/no plain address/,
                   ['user', 'invite', 'dora', '--mail', $bad], %env);
    }
    my $tickets = $count->('ticket');
    $json = $db->json(['user', 'invite', 'dora', '--mail',
                       'dora@example.com'], %env);
    is($json->{mail}, 'dora@example.com', 'it waits');
    ok(!exists $json->{link}, 'and no link is shown');
    is($count->('ticket'), $tickets, 'nor made yet');
    like($db->value('SELECT text FROM oauth2_job'), qr/^\{"kind":"invitation",
         "user":"dora","sub":"[\w-]{22}","to":"dora\@example\.com"\}$/x,
         'nothing secret waits');
});
told();
done_testing();
