#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# oauth2ctl: user commands, and passwords from terminal and standard input.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use lib dirname(abs_path(__FILE__));
use JSON::PP ();
use Test::More;
use Ctl;

each_database(sub {
    my ($db) = @_;
    my $password = secret('Sesam, oeffne dich');
    my @on = ('--database', $db->{database});

    # -- standard input
    my $bob = $db->json(['user', 'add', 'bob', '--password-stdin'],
                        stdin => "$password\n");
    is($bob->{username}, 'bob', 'username');
    like($bob->{sub}, qr/^[A-Za-z0-9_-]{20,}$/, 'sub is random');
    ok($bob->{has_password} && !$bob->{disabled}, 'with a password, enabled');
    $db->fails(4, qr/user bob already/,
               ['user', 'add', 'bob', '--password-stdin'], stdin => $password);
    $db->works(['user', 'add', "J\xc3\xb8rgen", '--password-stdin'],
            stdin => "$password\r\n");
    my $carol = $db->json(['user', 'add', 'carol', '--external']);
    ok(!$carol->{has_password}, '--external');
    isnt($carol->{sub}, $bob->{sub}, 'another sub');

    my $longest = secret("\xc3\xa9" x 24 . 'xylophone kiwi bright z9');
    $db->works(['user', 'add', 'max', '--password-stdin'], stdin => $longest);
    for (['x' x 73, qr/73 bytes; 72 are the most/],
         ["\xc3\xa9" x 37, qr/74 bytes/],
         ['', qr/is empty/], ["\n", qr/is empty/],
         ["a\nb\n", qr/one line/], ["a\0b", qr/not UTF-8/],
         ["\xff\xfe", qr/not UTF-8/], ['x' x 100_000, qr/longer than/]) {
        my ($stdin, $says) = @$_;
        $db->fails(2, $says, ['user', 'add', 'bad', '--password-stdin'],
                   stdin => $stdin);
    }
    $db->fails(2, qr/no terminal/, ['user', 'add', 'bad'], stdin => $password);

    # -- what clients are told
    $db->works(['user', 'set', 'carol', '--claim', 'email=c@example.org',
                '--claim', 'student/branch name=A=B', '--claim-json',
                'year=3', '--claim-json', 'tags=["a",true]']);
    my $claims = $db->json(['user', 'show', 'CAROL'])->{claims};
    is_deeply([map { [@$_{qw(name source value)}] } @$claims],
              [['email', 'profile', 'c@example.org'],
               ['student/branch name', 'profile', 'A=B'],
               ['tags', 'profile', ['a', JSON::PP::true]],
               ['year', 'profile', 3]], 'claims, with their sources');
    like($db->works(['user', 'show', 'carol']),
         qr/^Claims +email \(profile\): "c\@example\.org"$/m, 'user show');
    $db->works(['user', 'set', 'carol', '--claim', 'email=', '--claim-json',
                'year=']);
    is_deeply([map { $_->{name} }
               @{ $db->json(['user', 'show', 'carol'])->{claims} }],
              ['student/branch name', 'tags'], 'and forgotten');
    $db->works(['user', 'set', 'carol', '--role', 'administrator', '--role',
                'editor']);
    $db->works(['user', 'set', 'carol', '--no-role', 'editor', '--no-role',
                'none']);
    is($db->json(['user', 'show', 'carol'])->{roles}, 'administrator',
       'roles');
    like($db->works(['user', 'show', 'carol']), qr/^Roles +administrator$/m,
         '… shown');
    is_deeply([ map { $_->{username} }
                @{ $db->json(['user', 'list', '--administrators']) } ],
              ['carol'], 'administrators');
    $db->fails(2, qr/exclude each other/, ['user', 'list', '--administrators',
                                           '--replaced']);
    $db->works(['user', 'set', 'carol', '--no-role', 'administrator']);
    is_deeply($db->json(['user', 'list', '--administrators']), [], '… nobody');
    $db->fails(3, qr/no user bad/, ['user', 'set', 'bad', '--role', 'a']);
    $db->fails(2, qr/--role "a b": a role is a word/,
               ['user', 'set', 'carol', '--role', 'a b']);
    $db->fails(2, qr/name the same role/,
               ['user', 'set', 'carol', '--role', 'a', '--no-role', 'a']);
    $db->fails(1, qr/more roles: they are more than 1000 bytes/,
               ['user', 'set', 'carol',
                map { ('--role', $_ . 'x' x 60) } 'a' .. 'z']);
    for (['--claim', 'email', qr/has no =/],
         ['--claim', '=x', qr/a claim's name/],
         ['--claim', 'sub=x', qr/protocol's own/],
         ['--claim', "a=\x01", qr/control characters/],
         ['--claim', 'a=' . 'x' x 65536, qr/at most 16384 bytes/],
         ['--claim-json', 'a=yes', qr/not JSON/],
         ['--claim-json', 'a=null', qr/null is no value/]) {
        my ($option, $value, $says) = @$_;
        $db->fails(2, $says, ['user', 'set', 'carol', $option, $value]);
    }
    $db->fails(2, qr/--provider, --role, --no-role, --claim/, ['user', 'set', 'carol']);
    $db->fails(3, qr/no user nobody/, ['user', 'show', 'nobody']);
    $db->fails(3, qr/no user nobody/,
               ['user', 'set', 'nobody', '--claim', 'a=b']);

    # -- weak ones: t/unit/test_domain_password.c has more
    for (['short', qr/fewer than 12 characters.*--weak/],
         ['Password2024!', qr/easily guessed.*--weak/],
         ['fridolin-2024', qr/easily guessed.*--weak/]) {
        my ($weak, $says) = @$_;
        $db->fails(2, $says, ['user', 'add', 'fridolin', '--password-stdin'],
                   stdin => $weak);
        $db->fails(2, $says, ['user', 'passwd', 'bob', '--password-stdin'],
                   stdin => $weak) if $weak !~ /^fri/;
    }
    my $added = $db->works(['user', 'add', 'fridolin', '--weak',
                            '--password-stdin'], stdin => 'a');
    like($added, qr/^User fridolin is added\.$/m, '--weak');
    like($added, qr/^Database +$db->{driver} /m, '… says where');
    $db->works(['user', 'remove', 'fridolin', '--yes']);

    for (['a:b', qr/colon/], ['a; b', qr/one name/],
         ["a\x{ff1b}  b", qr/one name/]) {
        $db->fails(2, $_->[1], ['user', 'add', $_->[0], '--external']);
    }

    # -- terminal
    my $talk = on_terminal(['Password for dora: ', $password,
                            'Once more: ', $password],
                           [@on, 'user', 'add', 'dora']);
    is($talk->{status}, 0, 'asked twice') or diag $talk->{out};
    is(index($talk->{out}, $password), -1, '… without echo');
    is($talk->{echo}, 'on', '… which is back');
    $talk = on_terminal(['Password for eve: ', $password,
                         'Once more: ', 'another'], [@on, 'user', 'add', 'eve']);
    is($talk->{status}, 1, 'the two differ');
    like($talk->{out}, qr/differ/, '… says so');
    $talk = on_terminal(['Password for eve: ', '^C'],
                        [@on, 'user', 'add', 'eve']);
    is($talk->{status}, 128 + 2, 'interrupted');
    is($talk->{echo}, 'on', '… the echo is back');
    $talk = on_terminal(['Password for eve: ', '^D'],
                        [@on, 'user', 'add', 'eve']);
    is($talk->{status}, 2, 'end of input');
    $talk = on_terminal([], [@on, 'user', 'add', 'dora']);
    is($talk->{status}, 4, 'who is there is not asked for');
    $db->fails(3, qr/no user eve/, ['user', 'passwd', 'eve']);

    # -- list
    my $list = $db->json(['user', 'list']);
    is_deeply([sort map { $_->{username} } @$list],
              [sort 'bob', 'carol', 'dora', "J\x{f8}rgen", 'max'], 'list');
    like($db->works(['user', 'list']), qr/^carol +external +enabled +20\d\d-/m,
         'list as text');

    # -- passwd
    my $other = secret('Simsalabim, 2nd edition');
    $db->works(['user', 'passwd', 'bob', '--password-stdin'], stdin => $other);
    ok($db->json(['user', 'passwd', 'carol', '--password-stdin'],
                 stdin => $other)->{has_password}, 'passwd gives one');
    $db->fails(3, qr/no user bad/,
               ['user', 'passwd', 'bad', '--password-stdin'], stdin => $other);
    $talk = on_terminal(['Password for bob: ', $password,
                         'Once more: ', $password],
                        [@on, 'user', 'passwd', 'bob']);
    is($talk->{status}, 0, 'passwd on a terminal');
    like($talk->{out}, qr/bob has a new password/, '… says so');

    # -- add --provider; who else is alike
    is($db->json(['user', 'add', 'vera', '--external', '--provider', 'ldap'])
       ->{provider}, 'ldap', 'add: who vouches');
    $db->fails(2, qr/--provider is for --external/,
               ['user', 'add', 'wim', '--provider', 'ldap']);
    $db->fails(2, qr/OAuth2LoginProvider/,
               ['user', 'add', 'wim', '--external', '--provider', '']);
    unlike($db->works(['user', 'disable', 'vera']), qr/is not/,
           'disable: nobody is alike');
    $db->works(['user', 'add', "v\xc3\xa9ra", '--external']);
    like($db->works(['user', 'disable', 'vera']),
         qr/^User v\xc3\xa9ra is not: another person, or/m, '… or somebody');
    $db->works(['user', 'remove', $_, '--yes']) for 'vera', "v\xc3\xa9ra";

    # -- set, sign-out
    is($db->json(['user', 'set', 'carol', '--provider', 'ldap'])->{provider},
       'ldap', 'who vouches');
    like($db->works(['user', 'set', 'carol', '--provider', 'ldap']),
         qr/by ldap from now on.* the sessions before have ended/s,
         '… and what ends');
    is($db->json(['user', 'set', 'CAROL', '--provider', 'oauth2'])
       ->{provider}, 'oauth2', '… by any spelling');
    $db->fails(2, qr/--provider/, ['user', 'set', 'carol']);
    $db->fails(2, qr/OAuth2LoginProvider/,
               ['user', 'set', 'carol', '--provider', '']);
    $db->fails(3, qr/no user bad/,
               ['user', 'set', 'bad', '--provider', 'ldap']);
    my $old = $db->value(q{SELECT credential FROM oauth2_user}
                         . q{ WHERE name = 'carol'});
    like($db->works(['user', 'sign-out', 'carol']),
         qr/carol is signed out everywhere/, 'sign-out');
    isnt($db->value(q{SELECT credential FROM oauth2_user}
                    . q{ WHERE name = 'carol'}), $old, '… by a value');
    $db->fails(3, qr/no user bad/, ['user', 'sign-out', 'bad']);
    $db->fails(2, qr/a user, or --all/, ['user', 'sign-out']);
    $db->fails(2, qr/a user, or --all/, ['user', 'sign-out', 'carol', '--all']);
    $db->sql(q{INSERT INTO oauth2_session (digest, user_name, authenticated,}
             . qq{ expires, credential) VALUES ('$_', 'carol', 1, 9000000000,}
             . q{ 'x')}) for qw(one two);
    is($db->json(['user', 'sign-out', '--all'])->{sessions}, 2, '--all');
    like($db->works(['user', 'sign-out', '--all']),
         qr/Everybody is signed out: 0 sessions/, '… says how many');

    # -- spellings that the first version knew apart
    $db->sql(q{INSERT INTO oauth2_user (name, sub, password, disabled,}
             . q{ created) VALUES ('Dora', 'sub-of-another', NULL, 1, 5)});
    like($db->works(['db', 'migrate']), qr/user list --replaced/, 'told');
    is_deeply([map { $_->{username} }
               @{ $db->json(['user', 'list', '--replaced']) }], ['Dora'],
              'listed');
    ok($db->json(['user', 'disable', 'dora'])->{disabled},
       'the account is disabled if one was');
    $db->works(['user', 'remove', 'Dora', '--yes']);
    is_deeply($db->json(['user', 'list', '--replaced']), [], 'removed');
    ok((grep { $_->{username} eq 'dora' } @{ $db->json(['user', 'list']) }),
       '… and not the account');

    # -- disable, enable, remove
    ok($db->json(['user', 'disable', 'bob'])->{disabled}, 'disable');
    ok($db->json(['user', 'disable', 'bob'])->{disabled}, '… twice');
    ok(!$db->json(['user', 'enable', 'bob'])->{disabled}, 'enable');
    $db->fails(3, qr/no user bad/, ['user', "${_}able", 'bad']) for qw(dis en);
    $db->fails(2, qr/add --yes/, ['user', 'remove', 'bob']);
    $talk = on_terminal(['[y/N]', ''], [@on, 'user', 'remove', 'bob']);
    is($talk->{status}, 1, 'not confirmed');
    like($db->works(['user', 'remove', 'bob', '--yes']), qr/bob is removed/,
         'remove');
    $db->fails(3, qr/no user bob/, ['user', 'remove', 'bob', '--yes']);
    my $again = $db->json(['user', 'add', 'bob', '--external']);
    isnt($again->{sub}, $bob->{sub}, 'a sub is never used again');
});

# What is in the database may be older than today's rules.
subtest 'names cannot command the terminal' => sub {
    my $db = Ctl->new('sqlite3');
    $db->works(['db', 'create']);
    $db->works(['client', 'add', 'x']);
    $db->sql("UPDATE oauth2_client SET name = "
             . "'a\x1b[2J\xc2\x9bb\xe2\x80\xaec\nd\xe2\x80\x8e'");
    for my $words (['client', 'list'], ['client', 'show', 'x']) {
        my $text = $db->works($words);
        like($text, qr/a\\x1b\[2J\\u\{9b\}b\\u\{202e\}c\\x0ad\\u\{200e\}/,
             'made visible');
        unlike($text, qr/[^\n -~]/, '… and nothing else');
    }
    is($db->json(['client', 'show', 'x'])->{client_name},
       "a\x1b[2J\x{9b}b\x{202e}c\nd\x{200e}", 'JSON has it as it is');
    my $result = $db->run(['client', 'show', "\x1b]0;title\x07"]);
    unlike($result->{err}, qr/[^\n -~]/, 'errors, too');
};

told();
done_testing;
