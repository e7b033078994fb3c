# SPDX-License-Identifier: Apache-2.0
#
# After "oauth2ctl import": a person signs in with the password that Django has
# hashed, which is ours then, and a client goes on with the refresh token that
# Django has issued.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use JSON::PP;
use MIME::Base64 qw(encode_base64);
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;
use OAuth2Test::Server;

# As django.contrib.auth.hashers.PBKDF2PasswordHasher writes it.
sub pbkdf2 {
    my ($password, $salt, $rounds) = @_;
    my $sum = my $one = hmac_sha256($salt . pack('N', 1), $password);
    for (2 .. $rounds) {
        $one = hmac_sha256($one, $password);
        $sum ^= $one;
    }
    return join '$', 'pbkdf2_sha256', $rounds, $salt, encode_base64($sum, '');
}

# The first word of the hash that is stored.
sub kind_of_hash {
    my ($user) = @_;
    my $sql = "SELECT password FROM oauth2_user WHERE account = '$user'";
    my $hash = var('db') eq 'pgsql'
        ? run_quiet('psql', '-XAtq', '-d', var('params'), '-c', $sql)
        : run_quiet('python3', '-c', 'import sqlite3, sys; '
                    . 'print(sqlite3.connect(sys.argv[1])'
                    . '.execute(sys.argv[2]).fetchone()[0])',
                    var('params'), $sql);
    my ($kind) = $hash =~ /^(\$?\w+)\$/;
    return $kind;
}

my $back = 'https://im.example/cb';
my $password = note_secret(random_text(12));
my %refresh = map { $_ => note_secret(random_text(24)) } qw(good spent);
my @clients = map { [ $_, note_secret(random_text(24)) ] }
    qw(im-app im-other);
my $true = JSON::PP::true;
my $file = var('work') . '/import.json';
spew($file, encode_json([
    { model => 'auth.user', pk => 1, fields => {
        username => 'im-ann', is_active => $true,
        password => pbkdf2($password, 'seasalt', 20_000) } },
    (map { {
        model => 'oauth2_provider.application', pk => $_ + 1, fields => {
            client_id => $clients[$_][0], client_secret => $clients[$_][1],
            client_type => 'confidential', name => 'App',
            authorization_grant_type => 'authorization-code',
            redirect_uris => $back } } } 0 .. 1),
    (map { {
        model => 'oauth2_provider.refreshtoken', pk => $_->[0], fields => {
            user => 1, application => 1, access_token => undef,
            token => $_->[1], revoked => $_->[2] } } }
        [ 1, $refresh{good}, undef ],
        [ 2, $refresh{spent}, '2026-01-01T00:00:00Z' ]),
]));
ctl_ok('import', 'django-oauth-toolkit', $file, '--apply');
ctl_ok('client', 'set', 'im-other', '--compat', 'imported_refresh');
unlink $file;

# --- the password ------------------------------------------------------------

is(kind_of_hash('im-ann'), 'pbkdf2_sha256', 'Django\'s hash is kept');
my $ann = OAuth2Test::Browser->new(user => 'im-ann', password => $password);
my $wrong = $ann->login($ann->get('login'), 'im-ann', 'not this one at all');
ok($ann->form_with($wrong, 'password'), 'a wrong password');
is(kind_of_hash('im-ann'), 'pbkdf2_sha256', 'changes nothing');
log_allow(qr/OA2-5021/, 'a wrong password');
my $tokens = $ann->tokens(client_id => 'im-app', redirect_uri => $back,
                          scope => 'read', basic => $clients[0]);
ok($tokens->{access_token}, 'the right one signs in');
isnt(kind_of_hash('im-ann'), 'pbkdf2_sha256', 'and is hashed anew');
ok($ann->fresh->tokens(client_id => 'im-app', redirect_uri => $back,
                       scope => 'read', basic => $clients[0])
   ->{access_token}, 'and signs in again');

# --- the refresh token -------------------------------------------------------

sub refresh {
    my ($client, $token) = @_;
    return request(POST => 'token', basic => $client, form => [
        grant_type => 'refresh_token', refresh_token => $token ]);
}

my $public = client('im-public', public => 1, redirect_uri => $back,
                    scope => 'read');
rows(
    { clause => 'RFC 6749 6: bound to its client', status => 400,
      json => { error => 'invalid_grant' },
      log => { level => 'notice', like => qr/OA2-4013/ },
      send => sub { refresh($clients[1], $refresh{good}) } },
    { clause => 'not of a client without the switch', status => 400,
      json => { error => 'invalid_grant' }, log => qr/OA2-4011/,
      send => [ POST => 'token', form => [
          client_id => 'im-public', grant_type => 'refresh_token',
          refresh_token => $refresh{good} ] ] },
    { clause => 'not without the secret', status => 401,
      json => { error => 'invalid_client' },
      send => [ POST => 'token', form => [
          client_id => 'im-app', grant_type => 'refresh_token',
          refresh_token => $refresh{good} ] ] },
    { clause => 'what was revoked in Django', status => 400,
      json => { error => 'invalid_grant' }, log => qr/OA2-4012/,
      send => sub { refresh($clients[0], $refresh{spent}) } },
);
my $answer = refresh($clients[0], $refresh{good});
is($answer->{status}, 200, 'Django\'s token is exchanged');
my $new = json($answer);
like($new->{refresh_token}, qr/^oa2r_/, 'for one of ours');
is($new->{scope}, 'read write', 'with the scope of the client');
is(request(GET => '/api/', bearer => $new->{access_token})->{status}, 200,
   'and an access token');
is(json(refresh($clients[0], $refresh{good}))->{access_token},
   $new->{access_token}, 'twice: the same answer');
my $next = json(refresh($clients[0], $new->{refresh_token}));
ok($next->{access_token}, 'ours goes on');
is(decode_json(ctl_ok('client', 'show', 'im-app', '--json'))
   ->{compat_used}{imported_refresh}{uses}, 1, 'counted once');
is(request(POST => 'revoke', basic => $clients[0], form => [
    token => $refresh{good} ])->{status}, 200, 'revoked by what it was');
is(request(GET => '/api/', bearer => $next->{access_token})->{status}, 401,
   'with all that came of it');
log_allow(qr/OA2-/, 'what was revoked');
no_complaints('all of it');
done_testing();
