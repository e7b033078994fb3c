#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# oauth2ctl: grant and token commands.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use lib dirname(abs_path(__FILE__));
use Test::More;
use Ctl;

each_database(sub {
    my ($db) = @_;
    for my $id (qw(desk app)) {
        $db->works(['client', 'add', $id, '--redirect-uri',
                 'https://app.example.com/callback']);
    }
    $db->works(['user', 'add', $_, '--external']) for qw(alice bob);

    # -- list
    is_deeply($db->json(['grant', 'list']), [], 'none');
    my $one = $db->seed('desk', 'alice');
    my $two = $db->seed('app', 'alice');
    my $three = $db->seed('desk', 'bob');
    my $list = $db->json(['grant', 'list']);
    is_deeply([sort map { $_->{grant_id} } @$list],
              [sort map { $_->{grant} } $one, $two, $three], 'all');
    is_deeply([map { $_->{grant_id} }
               @{$db->json(['grant', 'list', '--user', 'bob'])}],
              [$three->{grant}], '--user');
    is(scalar @{$db->json(['grant', 'list', '--client', 'desk'])}, 2,
       '--client');
    $list = $db->json(['grant', 'list', '--client', 'desk', '--user', 'alice']);
    is(scalar @$list, 1, 'both');
    is($list->[0]{username}, 'alice', 'username');
    is($list->[0]{client_id}, 'desk', 'client_id');
    is($list->[0]{scope}, 'read write', 'scope');
    cmp_ok($list->[0]{expires}, '>', time, 'expires');
    is(scalar @{$db->json(['grant', 'list', '--limit', '2'])}, 2, '--limit');
    is(scalar @{$db->json(['grant', 'list', '--user', 'Bob'])}, 1,
       '… in any spelling');
    for my $verb (qw(list revoke)) {
        $db->fails(3, qr/no user nobody/, ['grant', $verb, '--user', 'nobody']);
        $db->fails(3, qr/no client dsk/, ['grant', $verb, '--user', 'bob',
                                          '--client', 'dsk']);
    }
    like($db->works(['grant', 'list']), qr/^$one->{grant} +alice +desk +20/m,
         'list as text');

    # -- token inspect
    my $token = $db->json(['token', 'inspect'], stdin => "$one->{access}\n");
    is($token->{type}, 'access_token', 'an access token');
    is($token->{state}, 'active', '… is active');
    is($token->{grant_id}, $one->{grant}, '… its grant');
    is($token->{username}, 'alice', '… its user');
    is($token->{client_id}, 'desk', '… its client');
    is($token->{scope}, 'read write', '… its scope');
    $token = $db->json(['token', 'inspect'], stdin => $one->{refresh});
    is($token->{type}, 'refresh_token', 'a refresh token');
    is($token->{state}, 'active', '… is active');
    $token = $db->json(['token', 'inspect'], stdin => $one->{single});
    ok(!exists $token->{grant_id} && !exists $token->{username},
       'a token without a family');
    my $text = $db->works(['token', 'inspect'], stdin => $one->{access});
    like($text, qr/^State +active$/m, 'as text');
    is(index($text, $one->{access}), -1, 'the token itself is not shown');
    my $talk = on_terminal(['Token: ', $one->{access}],
                           ['--database', $db->{database}, 'token', 'inspect']);
    is($talk->{status}, 0, 'typed on a terminal');
    is(index($talk->{out}, $one->{access}), -1, '… without echo');

    for my $verb (qw(inspect revoke)) {
        $db->fails(3, qr/is unknown, expired/, ['token', $verb],
                   stdin => 'oa2a_' . 'A' x 51);
        $db->fails(3, qr/is unknown, expired/, ['token', $verb],
                   stdin => 'oa2r_' . 'A' x 51);
        $db->fails(3, qr/begin with oa2a_/, ['token', $verb],
                   stdin => secret('what-somebody-pasted'));
        $db->fails(2, qr/is empty/, ['token', $verb], stdin => '');
        $db->fails(2, qr/one line/, ['token', $verb], stdin => "a\nb\nc");
    }

    # -- token list
    my $tokens = $db->json(['token', 'list', '--client', 'desk']);
    my ($mine) = grep { ($_->{grant_id} // '') eq $one->{grant} } @$tokens;
    is($mine->{username}, 'alice', 'a living token: whose');
    is($mine->{scope}, 'read write', '… its scope');
    ok((grep { !$_->{username} && !$_->{grant_id} } @$tokens),
       '… and what the client has for itself');
    $text = $db->works(['token', 'list', '--client', 'desk']);
    like($text, qr/^alice +\Q$one->{grant}\E /m, '… as text');
    is(index($text, $one->{access}), -1, '… not the token');
    is(scalar @{ $db->json(['token', 'list', '--client', 'desk', '--limit',
                            '1']) }, 1, '… --limit');
    $db->fails(2, qr/--client/, ['token', 'list']);
    $db->fails(3, qr/no client/, ['token', 'list', '--client', 'nobody']);

    # -- token revoke: RFC 7009 section 2.1
    like($db->works(['token', 'revoke'], stdin => $one->{access}),
         qr/access token is revoked/, 'an access token');
    $db->fails(3, qr/unknown, expired/, ['token', 'inspect'],
               stdin => $one->{access});
    is($db->json(['token', 'inspect'], stdin => $one->{refresh})->{state},
       'active', '… its family lives on');
    ok($db->json(['token', 'revoke'], stdin => $one->{single})->{revoked},
       'one without a family');
    ok($db->json(['token', 'revoke'], stdin => $two->{refresh})->{family},
       'a refresh token');
    $db->fails(3, qr/unknown, expired/, ['token', 'inspect'],
               stdin => $two->{access});
    is($db->json(['token', 'inspect'], stdin => $two->{refresh})->{state},
       'revoked', '… with its family');
    like($db->works(['token', 'revoke'], stdin => $two->{refresh}),
         qr/revoked before/, '… twice');

    # -- grant revoke
    like($db->works(['grant', 'revoke', $three->{grant}]), qr/^Revoked 1 grant\./,
         'revoke by ID');
    $db->fails(3, qr/no such grant/, ['grant', 'revoke', $three->{grant}]);
    $db->fails(3, qr/no such grant/, ['grant', 'revoke', '1']);
    $db->fails(3, qr/unknown, expired/, ['token', 'inspect'],
               stdin => $three->{access});
    my @more = ($db->seed('desk', 'bob'), $db->seed('app', 'bob'),
                $db->seed('app', 'alice'));
    is($db->json(['grant', 'revoke', '--user', 'bob', '--client', 'app'])
       ->{revoked}, 1, 'of a pair');
    my $all = $db->json(['grant', 'revoke', '--client', 'app']);
    is($all->{revoked}, 1, 'of a client');
    ok($all->{client_credentials}, '… and what it has for itself');
    $db->fails(3, qr/unknown, expired/, ['token', 'inspect'],
               stdin => $more[2]{single});
    $db->works(['token', 'inspect'], stdin => $more[0]{single});
    like($db->works(['grant', 'revoke', '--client', 'app']),
         qr/^Revoked 0 grants, and what the client was issued for itself\./,
         '… which nobody counts');
    is($db->json(['grant', 'revoke', '--user', 'BOB'])->{revoked}, 1,
       'of a user, in any spelling');
    $db->fails(3, qr/no such grant/, ['grant', 'revoke', '--user', 'bob']);
    is_deeply([map { $_->{grant_id} } @{$db->json(['grant', 'list'])}],
              [$one->{grant}], 'what is left');

    # -- a disabled client or user, and a removed one
    $token = $db->seed('desk', 'bob');
    for (['client', 'desk'], ['user', 'bob']) {
        my ($group, $name) = @$_;
        $db->works([$group, 'disable', $name]);
        $db->fails(3, qr/is disabled/, ['token', 'inspect'],
                   stdin => $token->{access});
        $db->works([$group, 'enable', $name]);
    }
    $db->works(['user', 'remove', 'bob', '--yes']);
    $db->fails(3, qr/unknown/, ['token', 'inspect'],
               stdin => $token->{refresh});
    $db->works(['client', 'remove', 'desk', '--yes']);
    is_deeply($db->json(['grant', 'list']), [], 'removed with their grants');
});

told();
done_testing;
