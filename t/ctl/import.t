#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# oauth2ctl import: dumps as Django 3.2 with django-oauth-toolkit 1.7
# (django.json) and Omniport (omniport.json) write them.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use lib dirname(abs_path(__FILE__));
use File::Temp qw(tempdir);
use JSON::PP ();
use Test::More;
use Ctl;

my $here = dirname(abs_path(__FILE__));
my $dir = tempdir(CLEANUP => 1);
my @toolkit = ('import', 'django-oauth-toolkit');

secret('dNnCe4vIqyLsUc2cVNmD6uLh0cF8vHk1', 'kEw9TzqLm2v8XbN4cR7yUaPd',
       'correct horse battery');

sub file {
    my ($name, $text) = @_;
    open my $out, '>:raw', "$dir/$name" or die $!;
    print $out $text;
    close $out or die $!;
    return "$dir/$name";
}

sub application {
    my ($key, $id, $type) = @_;
    return { model => 'oauth2_provider.application', pk => $key, fields => {
        client_id => $id, client_type => $type, name => $id,
        client_secret => secret('kEw9TzqLm2v8XbN4cR7yUaPe'),
        authorization_grant_type => 'authorization-code',
        redirect_uris => "https://$id.example/cb" } };
}

sub refresh_token {
    my ($key, $user, $application, $access, %more) = @_;
    return { model => 'oauth2_provider.refreshtoken', pk => $key, fields => {
        user => $user, application => $application, access_token => $access,
        token => secret("refreshtokenofdjangos$key"), revoked => undef,
        created => '2026-01-01T00:00:00Z', %more } };
}

sub numbers { return [map { "$_[0]{$_}" } qw(made same different skipped)] }

# {"kind name": what is said of it, …}
sub remarks {
    my ($report) = @_;
    my %by;
    $by{"$_->{kind} $_->{name}"} .= "$_->{says}\n" for @{$report->{remarks}};
    return \%by;
}

each_database(sub {
    my ($db) = @_;
    $db->works(['user', 'add', 'zoe', '--external']);

    # -- told, not done
    my $report = $db->json([@toolkit, "$here/django.json"]);
    ok(!$report->{applied}, 'by default nothing is written');
    is_deeply(numbers($report->{users}), [5, 0, 0, 1], 'users');
    is_deeply(numbers($report->{clients}), [3, 0, 0, 3], 'clients');
    my $says = remarks($report);
    like($says->{'user cy'}, qr/no password in Django.*user invite/,
         'an unusable password');
    like($says->{'user eve'}, qr/"argon2" are not known/, 'argon2');
    like($says->{'user Ann'}, qr/one account with "ann"/,
         'two that are one here');
    like($says->{'user bob'}, qr/superuser/, 'rights are told');
    like($says->{'client implicit-app'}, qr/implicit grant is not served/,
         'implicit');
    like($says->{'client password-app'}, qr/password grant is not served/,
         'password');
    like($says->{'client weak-app'}, qr/16 to 1024 characters.*longer one/,
         'a short secret');
    like($says->{'client web-app'}, qr{http://web.example/old".*left out},
         'a redirect URI without TLS');
    like($says->{'client spa'}, qr/has to send PKCE/, 'a public client');
    unlike($db->works(['user', 'list']), qr/^ann /m, '… no user is there');
    like($db->works([@toolkit, "$here/django.json"]),
         qr/^users +5 to be made.*with --apply does it\.$/ms, 'as text');

    # -- done
    $report = $db->json([@toolkit, "$here/django.json", '--apply',
                         '--keep-ids', '--no-pkce', '--scope', 'read']);
    is_deeply(numbers($report->{users}), [5, 0, 0, 1], '--apply: users');
    is_deeply(numbers($report->{clients}), [3, 0, 0, 3], '… and clients');
    my $ann = $db->json(['user', 'show', 'ann']);
    is($ann->{sub}, '1', '--keep-ids');
    ok($ann->{has_password}, 'a password');
    is_deeply([map { "$_->{name}=$_->{value}" } @{$ann->{claims}}],
              ['email=ann@example.org', 'family_name=Example',
               'given_name=Ann', 'name=Ann Example'], 'what is known of her');
    ok($db->json(['user', 'show', 'dora'])->{disabled}, 'is_active');
    ok(!$db->json(['user', 'show', 'cy'])->{has_password}, 'no password');
    my $web = $db->json(['client', 'show', 'web-app']);
    is_deeply($web->{redirect_uris}, ['https://web.example/cb'],
              'redirect URIs');
    is($web->{scope}, 'read', '--scope');
    ok(!$web->{require_pkce}, '--no-pkce');
    my $spa = $db->json(['client', 'show', 'spa']);
    ok($spa->{public} && $spa->{require_pkce}, 'a public client has PKCE');

    # -- once more
    $report = $db->json([@toolkit, "$here/django.json", '--apply',
                         '--keep-ids', '--no-pkce', '--scope', 'read']);
    is_deeply(numbers($report->{users}), [0, 5, 0, 1], 'again: users');
    is_deeply(numbers($report->{clients}), [0, 3, 0, 3], '… and clients');
    $db->works(['user', 'disable', 'ann']);
    $db->works(['client', 'set', 'web-app', '--name', 'Mine']);
    $report = $db->json([@toolkit, "$here/django.json", '--apply']);
    is_deeply(numbers($report->{users}), [0, 4, 1, 1],
              'what is different here stays');
    is_deeply(numbers($report->{clients}), [0, 2, 1, 3], '… clients too');
    is($db->json(['client', 'show', 'web-app'])->{client_name}, 'Mine',
       '… as it is');
    like($db->works(['audit', '--event', 'site.imported']),
         qr/site\.imported.*users=5.*clients=3/, 'in the audit trail');

    # -- Omniport
    $report = $db->json(['import', 'omniport', "$here/omniport.json",
                         '--apply', '--scope', 'read']);
    is_deeply(numbers($report->{users}), [2, 0, 0, 1], 'Omniport: users');
    is_deeply(numbers($report->{clients}), [2, 0, 0, 0], '… and apps');
    is($db->json(['client', 'show', 'placement'])->{scope},
       'read person.full_name student.branch.name', 'data points are scopes');
    ok($db->json(['client', 'show', 'waiting'])->{disabled},
       'not approved: disabled');
    like($db->works(['app', 'list', '--waiting']), qr/^waiting /m,
         'and in the queue');
    $db->works(['app', 'approve', 'waiting']);
    ok(!$db->json(['client', 'show', 'waiting'])->{disabled}, 'approved');
    my $app = $db->json(['app', 'show', 'placement']);
    is($app->{description}, 'Jobs', 'what it is');
    is_deeply([map { "$_->{user} $_->{role}" } @{$app->{team}}],
              ['17114001 owner', '17114002 member'], 'whose it is');

    # -- refresh tokens
    my $tokens = file('tokens', JSON::PP->new->encode([
        { model => 'auth.user', pk => 31, fields => {
            username => 'rita', password => '!', is_active => JSON::PP::true } },
        application(32, 'holder', 'confidential'),
        application(33, 'pocket', 'public'),
        refresh_token(41, 31, 32, 51), refresh_token(42, 31, 32, 52),
        refresh_token(43, 31, 32, 53, revoked => '2026-01-01T00:00:00Z'),
        refresh_token(44, 31, 33, 54), refresh_token(45, 99, 32, 55),
        { model => 'oauth2_provider.accesstoken', pk => 51, fields => {
            user => 31, application => 32, token => 'x' x 30,
            scope => 'read', expires => '2026-01-01T00:00:00Z' } },
    ]));
    $report = $db->json([@toolkit, $tokens]);
    is_deeply(numbers($report->{tokens}), [2, 0, 0, 2], 'tokens, told');
    $report = $db->json([@toolkit, $tokens, '--apply', '--claim', 'email',
                         '--compat', 'deny_home']);
    is_deeply(numbers($report->{tokens}), [2, 0, 0, 2],
              '… and taken: those that are good, of who has a secret');
    $says = remarks($report);
    like($says->{'client holder'}, qr/switch imported_refresh/, 'the switch');
    like($says->{'client pocket'}, qr/not taken over/, 'a public client');
    is_deeply($db->json(['client', 'show', 'holder'])->{compat},
              ['deny_home', 'imported_refresh'], 'is set, and --compat');
    is_deeply($db->json(['client', 'show', 'pocket'])->{compat}, [],
              'not of a public client');
    my @grants = map { $_->{scope} }
        @{$db->json(['grant', 'list', '--user', 'rita'])};
    is_deeply([sort @grants], ['read', 'read write'],
              'the scope of its access token, or the client\'s');
    $report = $db->json([@toolkit, $tokens, '--apply']);
    is_deeply(numbers($report->{tokens}), [0, 2, 0, 2], 'once more: nothing');

    # -- what is no dump
    for (['{}', qr/begins with no/], ['', qr/begins with no/],
         ['[{"model":"auth.user","fields":{}', qr/ends within an object/],
         ['[{"model":"a.b","fields":{}} {"model":"a.b"}]', qr/no "," between/],
         ['[{"model":"a.b","fields":{}}', qr/no "," between/],
         ['[{"fields":{}}]', qr/no "model"/], ["[{\"\xff\":1}]", qr/no JSON/],
         ['[1]', qr/no object/], ['[' . '{"a":"' . 'x' x (1 << 20) . '"}]',
                                  qr/larger than/],
         ['[]]', qr/no object/]) {
        my ($text, $why) = @$_;
        $db->fails(1, $why, [@toolkit, file('bad', $text)]);
    }
    $db->fails(1, qr/could not read/, [@toolkit, "$dir/none"]);
    $db->fails(2, qr/--compat: there is no .* "implicit"/,
               [@toolkit, file('e', '[]'), '--compat', 'implicit']);
    $db->fails(2, qr/--scope is words/, [@toolkit, file('e', '[]'),
                                         '--scope', 'a"b']);
    $db->fails(1, qr/ends within/, [@toolkit, '--apply', file('half',
        '[{"model":"auth.user","pk":1,"fields":{"username":"half",'
        . '"password":"!"}},{"model"')]);
    $db->fails(3, qr/no user half/, ['user', 'show', 'half']);
}, ready => 1);

told();
done_testing();
