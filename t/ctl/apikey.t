#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# oauth2ctl: API key commands.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use lib dirname(abs_path(__FILE__));
use Test::More;
use Ctl;

each_database(sub {
    my ($db) = @_;
    $db->works(['client', 'add', 'desk', '--scope', 'read write',
                '--grant', 'client_credentials']);
    $db->works(['user', 'add', $_, '--external']) for qw(alice bob);
    my $add = sub { return $db->json(['apikey', 'add', @_]) };

    # -- add
    my $one = $add->('--user', 'Alice', '--name', 'backup', '--scope',
                     'read files');
    secret($one->{api_key});
    like($one->{api_key}, qr/^oa2k_[\w-]{51}$/, 'a key');
    is($one->{username}, 'alice', '… of a user, in any spelling');
    is($one->{scope}, 'read files', '… with scopes');
    ok(!exists $one->{expires} && !exists $one->{last_used},
       '… that never expires, and was not used');
    my $two = $add->('--client', 'desk', '--name', 'stock', '--scope', 'read',
                     '--scope', 'write', '--expires', '90d');
    secret($two->{api_key});
    is($two->{client_id}, 'desk', 'one of a client');
    is($two->{scope}, 'read write', '… its scopes');
    cmp_ok(abs($two->{expires} - time - 90 * 86400), '<', 60, '… its end');
    my $text = $db->works(['apikey', 'add', '--user', 'bob', '--name', 'x',
                           '--expires', 'never']);
    like($text, qr/^API key +(oa2k_\S+)$/m, 'as text');
    like($text, qr/shown this once only/, '… said to be shown once');
    secret($text =~ /(oa2k_\S+)/);
    like(told(), qr/has no scope/, 'one without a scope is warned of');

    # -- what cannot be
    my @name = ('--name', 'x');
    for my $case ([2, qr/--user or --client/, @name],
                  [2, qr/--user or --client/, @name, '--user', 'alice',
                   '--client', 'desk'],
                  [2, qr/give the key a name/, '--user', 'alice'],
                  [2, qr/at most 100/, '--user', 'alice', '--name', 'a' x 101],
                  [2, qr/one line/, '--user', 'alice', '--name', "a\nb"],
                  [2, qr/the scope "admin" cannot be given/, @name, '--client', 'desk',
                   '--scope', 'admin'],
                  [2, qr/cannot be a scope/, @name, '--user', 'alice',
                   '--scope', 'a"b'],
                  [2, qr/--expires 90/, @name, '--user', 'alice', '--expires',
                   '90'],
                  [3, qr/no user nobody/, @name, '--user', 'nobody'],
                  [3, qr/no client nothing/, @name, '--client', 'nothing']) {
        my ($status, $says, @args) = @$case;
        $db->fails($status, $says, ['apikey', 'add', @args]);
    }

    # -- list
    my $list = $db->json(['apikey', 'list']);
    is(scalar @$list, 3, 'all');
    ok(!grep({ exists $_->{api_key} } @$list), '… without the keys');
    is_deeply([map { $_->{key_id} }
               @{$db->json(['apikey', 'list', '--user', 'alice'])}],
              [$one->{key_id}], '--user');
    is_deeply([map { $_->{name} }
               @{$db->json(['apikey', 'list', '--client', 'desk'])}],
              ['stock'], '--client');
    $db->fails(3, qr/no user nobody/, ['apikey', 'list', '--user', 'nobody']);
    $db->fails(2, qr/a user's or a client's/,
               ['apikey', 'list', '--user', 'bob', '--client', 'desk']);
    like($db->works(['apikey', 'list']),
         qr/^$one->{key_id} +alice +never +- +backup +read files$/m,
         'list as text');

    # -- revoke
    $db->fails(2, qr/either a key's ID, or/, ['apikey', 'revoke']);
    $db->fails(2, qr/either a key's ID, or/,
               ['apikey', 'revoke', $one->{key_id}, '--user', 'alice']);
    $db->fails(3, qr/no such API key/, ['apikey', 'revoke', 'k47114711']);
    like($db->works(['apikey', 'revoke', $one->{key_id}]),
         qr/^Revoked 1 API key\.$/m, 'one');
    $db->fails(3, qr/no such API key/, ['apikey', 'revoke', $one->{key_id}]);
    is($db->json(['apikey', 'revoke', '--client', 'desk'])->{revoked}, 1,
       "all of a client's");
    is(scalar @{$db->json(['apikey', 'list'])}, 1, "bob's is left");
    is_deeply([sort map { $_->{event} }
               grep { $_->{event} =~ /^apikey/ } @{$db->json(['audit'])}],
              [('apikey.added') x 3, ('apikey.revoked') x 2], 'the trail');

    # -- with their owner
    $db->works(['user', 'remove', 'bob', '--yes']);
    is_deeply($db->json(['apikey', 'list']), [], 'a user takes them along');

    # -- so many
    $add->('--user', 'alice', '--name', "n$_") for 1 .. 50;
    $db->fails(1, qr/has 50 API keys already/,
               ['apikey', 'add', '--user', 'alice', '--name', 'more']);
});

done_testing();
