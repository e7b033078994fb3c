#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# oauth2ctl: client commands.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use lib dirname(abs_path(__FILE__));
use Test::More;
use Ctl;

each_database(sub {
    my ($db) = @_;

    # -- add
    my $text = $db->works(['client', 'add', '--name', 'Order desk',
                        '--redirect-uri', 'https://desk.example.com/cb',
                        '--redirect-uri', 'http://127.0.0.1/cb',
                        '--scope', 'read write']);
    my ($id) = $text =~ /^Client ID +(\S+)$/m;
    my ($secret) = $text =~ /^Client secret +(\S+)$/m;
    secret($secret);
    like($id, qr/^[A-Za-z0-9._~][A-Za-z0-9._~-]+$/, 'the ID needs no escaping');
    like($secret, qr/^[A-Za-z0-9._~-]{43,}$/, 'nor does the secret');

    my $client = $db->json(['client', 'show', $id]);
    is($client->{client_id}, $id, 'client_id');
    is($client->{client_name}, 'Order desk', 'client_name');
    is_deeply($client->{redirect_uris}, ['https://desk.example.com/cb',
              'http://127.0.0.1/cb'], 'redirect_uris');
    is_deeply($client->{grant_types}, ['authorization_code', 'refresh_token'],
              'grant_types with a redirect URI');
    is($client->{scope}, 'read write', 'scope');
    is($client->{introspect}, 'none', 'introspect');
    ok(!$client->{public} && !$client->{trusted} && !$client->{disabled},
       'not public, trusted, disabled');
    cmp_ok(abs($client->{created} - time), '<', 60, 'created');
    ok(!exists $client->{client_secret}, 'no secret');
    $text = $db->works(['client', 'show', $id]);
    like($text, qr/^Redirect URIs +https:\/\/desk\.example\.com\/cb\n {19}http:\/\/127/m,
         'show, a URI in each line');
    is(index($text, $secret), -1, 'shown once');

    my $made = $db->json(['client', 'add']);
    is_deeply($made->{grant_types}, ['client_credentials'],
              'grant_types without a redirect URI');
    secret($made->{client_secret});
    isnt($made->{client_id}, $id, 'another ID');
    isnt($made->{client_secret}, $secret, 'another secret');

    my $public = $db->json(['client', 'add', 'app', '--public',
                            '--redirect-uri', 'com.example.app:/cb',
                            '--access-lifetime', '5m',
                            '--refresh-lifetime=7d']);
    ok($public->{public} && !exists $public->{client_secret}, 'public');
    is($public->{access_lifetime}, 300, 'access_lifetime');
    is($public->{refresh_lifetime}, 604800, 'refresh_lifetime');

    my $kept = secret('kept-secret-0123456789');
    my $old = $db->json(['client', 'add', 'old-partner',
                         '--secret-stdin', '--grant', 'client_credentials',
                         '--introspect', 'own',
                         '--resource', 'https://stock.example.com/',
                         '--resource', 'https://stock.example.com/v2'],
                        stdin => "$kept\n");
    ok(!exists $old->{client_secret}, 'a given secret is not shown');
    is($old->{introspect}, 'own', 'introspect');
    is_deeply($old->{resources}, ['https://stock.example.com/',
              'https://stock.example.com/v2'], 'resources');

    $db->fails(4, qr/client app already/, ['client', 'add', 'app']);
    for (["short\n", qr/16 to 1024/], ['x' x 1025, qr/16 to 1024/],
         ["", qr/is empty/], ["\n", qr/is empty/],
         ["two-lines-of-input\nand-another-one\n", qr/one line/],
         ["no\0nul-in-a-secret-please", qr/not UTF-8 text/],
         ["latin-1 is not \xe9 in UTF-8", qr/not UTF-8 text/],
         ["caf\xc3\xa9-is-no-ascii-text", qr/printable ASCII/],
         ['x' x 9000, qr/longer than/]) {
        my ($stdin, $says) = @$_;
        $db->fails(2, $says, ['client', 'add', 'bad', '--secret-stdin'],
                   stdin => $stdin);
    }
    $db->fails(3, qr/no client bad$/m, ['client', 'show', 'bad']);

    # -- set
    my $set = $db->json(['client', 'set', $id, '--name', "Caf\xc3\xa9"]);
    is($set->{client_name}, "Caf\x{e9}", 'set --name');
    is($set->{scope}, 'read write', '… leaves the rest');
    is_deeply($set->{redirect_uris}, $client->{redirect_uris}, '… and the rest');
    $set = $db->json(['client', 'set', $id, '--add-redirect-uri',
                      'https://new.example.com/', '--remove-redirect-uri',
                      'http://127.0.0.1/cb', '--trusted', '--scope', '',
                      '--access-lifetime', '1h']);
    is_deeply($set->{redirect_uris}, ['https://desk.example.com/cb',
              'https://new.example.com/'], 'one more, one less');
    ok($set->{trusted}, '--trusted');
    is($set->{scope}, '', "--scope ''");
    $set = $db->json(['client', 'set', $id, '--redirect-uri',
                      'https://only.example.com/', '--no-trusted',
                      '--access-lifetime', '0']);
    is_deeply($set->{redirect_uris}, ['https://only.example.com/'],
              'the whole list');
    ok(!$set->{trusted} && !exists $set->{access_lifetime}, 'taken back');
    $db->fails(3, qr/no such redirect URI/, ['client', 'set', $id,
               '--remove-redirect-uri', 'https://never.example.com/']);
    $db->fails(2, qr/authorization_code needs/, ['client', 'set', $id,
               '--redirect-uri', '']);
    $db->fails(2, qr/exclude each other/,
               ['client', 'set', $id, '--trusted', '--no-trusted']);
    $db->fails(2, qr/cannot be public/,
               ['client', 'set', 'old-partner', '--public']);
    $db->fails(3, qr/no client bad/, ['client', 'set', 'bad', '--trusted']);
    is_deeply($db->json(['client', 'show', $id])->{redirect_uris},
              ['https://only.example.com/'], 'a refusal changes nothing');
    ok($db->json(['client', 'set', $id, '--public'])->{public}, '--public');

    # -- rotate-secret
    my $new = $db->json(['client', 'rotate-secret', 'old-partner',
                         '--overlap', '1d']);
    secret($new->{client_secret});
    cmp_ok(abs($new->{old_secret_until} - time - 86400), '<', 60, '--overlap');
    like($db->works(['client', 'show', 'old-partner']),
         qr/^Old secret until +20/m, '… is shown');
    $text = $db->works(['client', 'rotate-secret', 'old-partner']);
    like($text, qr/^Client secret +\S+$/m, 'a new one at once');
    secret($text =~ /^Client secret +(\S+)$/m);
    ok(!exists $db->json(['client', 'show', 'old-partner'])
       ->{old_secret_until}, '… no old one');
    $db->works(['client', 'rotate-secret', 'old-partner', '--secret-stdin'],
            stdin => $kept);
    $db->fails(1, qr/client app is public/, ['client', 'rotate-secret', 'app']);
    $db->fails(3, qr/no client bad/, ['client', 'rotate-secret', 'bad']);

    # -- disable, enable
    ok($db->json(['client', 'disable', 'app'])->{disabled}, 'disable');
    like($db->works(['client', 'disable', 'app']), qr/app is disabled\.$/, 'twice');
    like($db->works(['client', 'list']), qr/^app +public +disabled/m, 'listed so');
    ok(!$db->json(['client', 'enable', 'app'])->{disabled}, 'enable');
    $db->fails(3, qr/no client bad/, ['client', "${_}able", 'bad'])
        for qw(dis en);

    # -- list
    my $list = $db->json(['client', 'list']);
    is_deeply([map { $_->{client_id} } @$list],
              [sort $id, $made->{client_id}, 'app', 'old-partner'], 'list');
    like($db->works(['client', 'list']), qr/^\Q$id\E +public +enabled +Caf\xc3\xa9$/m,
         'list as text');

    # -- remove
    $db->fails(2, qr/add --yes/, ['client', 'remove', 'app']);
    is($db->json(['client', 'remove', 'app', '--yes'])->{client_id}, 'app',
       'remove');
    $db->fails(3, qr/no client app/, ['client', 'remove', 'app', '--yes']);
    my $talk = on_terminal(['[y/N]', 'n'],
                           ['--database', $db->{database}, 'client', 'remove',
                            'old-partner']);
    is($talk->{status}, 1, 'not confirmed');
    like($talk->{out}, qr/nothing was done/, '… says so');
    $db->works(['client', 'show', 'old-partner']);
    $talk = on_terminal(['[y/N]', 'y'],
                        ['--database', $db->{database}, 'client', 'remove',
                         'old-partner']);
    is($talk->{status}, 0, 'confirmed');
    $db->fails(3, qr/no client/, ['client', 'show', 'old-partner']);

    # An ID that begins with a dash, one that SQL would like, a long one
    for my $odd ('-dash', "a'b\"c;--", 'x' x 255) {
        my $odd_client = $db->json(['client', 'add', '--', $odd]);
        secret($odd_client->{client_secret});
        is($odd_client->{client_id}, $odd, 'an odd ID');
        $db->works(['client', 'remove', '--yes', '--', $odd]);
    }
});

subtest 'more than a page' => sub {
    my $db = Ctl->new('sqlite3');
    $db->works(['db', 'create']);
    my @all = map { sprintf 'c%04d', $_ } 1 .. 405;
    $db->works(['client', 'add', 'c0001']);
    is(system('python3', '-c', <<'END', $db->{params}), 0, 'made');
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
names = [r[1] for r in db.execute("PRAGMA table_info(oauth2_client)")]
row = db.execute("SELECT * FROM oauth2_client WHERE id = 'c0001'").fetchone()
for n in range(2, 406):
    new = list(row)
    new[names.index("id")] = "c%04d" % n
    db.execute("INSERT INTO oauth2_client VALUES (%s)"
               % ",".join("?" * len(row)), new)
db.commit()
END
    is_deeply([map { $_->{client_id} } @{$db->json(['client', 'list'])}],
              \@all, '405 clients');
    is(scalar(() = $db->works(['client', 'list']) =~ /^c\d{4} /mg), 405,
       '… as text');
};

# What is allowed, and hardly meant: words on standard error, status 0.
each_database(sub {
    my ($db) = @_;
    my @web = ('--redirect-uri', 'https://desk.example/cb');
    for (
        [qr/no scope/, @web],
        [undef, @web, '--scope', 'read'],
        [qr/no redirect URI.*--grant client_credentials/, '--scope', 'read'],
        [undef, '--scope', 'read', '--grant', 'client_credentials'],
        [undef, '--introspect', 'own'],
        [qr/"read,write" is one scope.*spaces/, @web, '--scope', 'read,write'],
        [qr{"https://desk\.example/\*": "\*" stands for itself},
         '--scope', 'read', '--redirect-uri', 'https://desk.example/*'],
        [qr/stolen.*--pkce once/, @web, '--scope', 'read', '--no-pkce'],
    ) {
        my ($says, @options) = @$_;
        my $result = $db->run(['client', 'add', @options]);
        is($result->{status}, 0, "client add @options");
        if ($says) {
            like($result->{err}, qr/^oauth2ctl: warning: .*$says/m,
                 '… with a warning');
        }
        else {
            is($result->{err}, '', '… without a word');
        }
        secret($result->{out} =~ /^Client secret +(\S+)$/m);
    }

    # -- what was made is shown
    my $text = $db->works(['client', 'add', 'shown', @web, '--scope', 'read',
                           '--origin', 'capacitor://localhost']);
    secret($text =~ /^Client secret +(\S+)$/m);
    for (qr/^Type +confidential$/m, qr/^Scope +read$/m, qr/^PKCE +required$/m,
         qr/^Grants +authorization_code\n +refresh_token$/m,
         qr{^Redirect URIs +https://desk\.example/cb$}m,
         qr{^Origins +capacitor://localhost$}m,
         qr/^Database +$db->{driver} /m) {
        like($text, $_, 'shown');
    }

    # -- without PKCE, any scheme, origins
    my $now = $db->json(['client', 'set', 'shown', '--no-pkce']);
    ok(!$now->{require_pkce}, '--no-pkce');
    ok($db->json(['client', 'set', 'shown', '--pkce'])->{require_pkce},
       '--pkce');
    $db->fails(2, qr/public client cannot do without PKCE/,
               ['client', 'set', 'shown', '--public', '--no-pkce']);
    $db->fails(2, qr/exclude/, ['client', 'set', 'shown', '--pkce',
                                '--no-pkce']);
    my @app = ('client', 'set', 'shown', '--add-redirect-uri', 'app:/back');
    $db->fails(2, qr/without a dot/, [@app]);
    $now = $db->json([@app, '--any-scheme']);
    ok($now->{any_scheme}, '--any-scheme');
    is($now->{redirect_uris}[1], 'app:/back', '… takes it');
    $db->fails(2, qr/without a dot/, ['client', 'set', 'shown',
                                      '--no-any-scheme']);
    is_deeply($db->json(['client', 'set', 'shown', '--origin',
                         'https://a.example', '--origin',
                         'ionic://localhost'])->{origins},
              ['https://a.example', 'ionic://localhost'], '--origin');
    $db->fails(2, qr/not an origin/, ['client', 'set', 'shown', '--origin',
                                      'https://a.example/path']);
    is_deeply($db->json(['client', 'set', 'shown', '--origin', ''])
              ->{origins}, [], '… emptied');
});

# Two at the same time: each is done, whoever is first.
each_database(sub {
    my ($db) = @_;
    $db->json(['client', 'add', 'raced', '--public', '--scope', 'a',
               '--redirect-uri', 'https://x/0']);
    $db->works(['client', 'add', 'kept', '--scope', 'a', '--secret-stdin'],
               stdin => secret('a secret of some length'));
    my (%lost, $uris);
    for my $round (1 .. 40) {
        $db->both(['client', 'disable', 'raced'],
                  ['client', 'set', 'raced', '--name', "n$round"]);
        my $now = $db->json_quietly(['client', 'show', 'raced']);
        $lost{disable}++ if !$now->{disabled};
        $lost{name}++ if $now->{client_name} ne "n$round";
        $db->both(['client', 'enable', 'raced'],
                  ['client', 'set', 'raced', '--add-redirect-uri',
                   "https://x/$round"],
                  ['client', 'set', 'raced', '--add-redirect-uri',
                   "https://y/$round"]);
        $now = $db->json_quietly(['client', 'show', 'raced']);
        $lost{enable}++ if $now->{disabled};
        $lost{uri}++ if @{$now->{redirect_uris}} != 1 + 2 * $round;
        my $secret = secret("the secret of round $round");
        $db->both(['client', 'rotate-secret', 'kept', '--secret-stdin'],
                  ['client', 'set', 'kept', '--name', "n$round"],
                  $secret);
        $lost{secret}++ if $db->value("SELECT secret FROM oauth2_client"
            . " WHERE id = 'kept'") ne digest($secret);
    }
    is_deeply(\%lost, {}, '40 rounds: nothing is lost');
});

told();
done_testing;
