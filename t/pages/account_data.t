# SPDX-License-Identifier: Apache-2.0
#
# account/data, account/export, account/data/delete: what is kept of a person, to
# take along, and its end.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://ad.example/back';
my $hostile = q{"><script>alert(1)</script>};
my %password = map { $_ => user($_) } qw(ad-alice ad-bob ad-carol);
my $client = client('ad-app', name => $hostile, redirect_uri => $uri,
                    scope => 'read', grant => ['authorization_code',
                                               'refresh_token']);
my $watch = client('ad-watch', introspect => 'all', scope => 'read',
                   grant => 'client_credentials');

sub person {
    my ($name, %o) = @_;
    return OAuth2Test::Browser->new(user => $name,
                                    password => $password{$name}, %o);
}

sub is_alive {
    my ($token) = @_;
    return json(request('POST', 'introspect', basic => $watch,
                        form => [ token => $token ]))->{active};
}

for my $page (qw(account/data account/export account/data/delete)) {
    my $answer = OAuth2Test::Browser->new->get($page);
    like($answer->{content}, qr/<h1>Sign in/, "$page: nobody is signed in");
    unlike($answer->{content}, qr/ad-alice/, '… and nothing is told');
}

my $alice = person('ad-alice');
my $tokens = $alice->tokens(client_id => 'ad-app', redirect_uri => $uri,
                            scope => 'read', basic => $client);
my $bob = person('ad-bob');
my $bobs = $bob->tokens(client_id => 'ad-app', redirect_uri => $uri,
                        scope => 'read', basic => $client);
ctl_ok('user', 'set', 'ad-alice', '--claim', "nickname=$hostile");
my ($key) = ctl_ok('--json', 'apikey', 'add', '--user', 'ad-alice',
                   '--name', 'backup') =~ /"api_key":\s*"([^"]+)"/;
note_secret($key);

my $page = $alice->get('account/data');
is($page->{status}, 200, 'the page');
like($page->{content}, qr{action="/oauth2/account/export"},
     'leads to the file');
like($page->{content}, qr{href="/oauth2/account/data/delete"}, 'and to the end');

my $form = $alice->form_with($page, 'form');
my $answer = $alice->get('account/export');
like(header($answer, 'content-type'), qr{^text/html},
     'the URL of the file is the page');
$answer = $alice->post('account/export', form => [ form => 'forged' ]);
is($answer->{status}, 403, 'a form that is not ours');
like($answer->{content}, qr{action="/oauth2/account/export"},
     '… is shown anew');
$answer = person('ad-bob')->submit($form);
is($answer->{status}, 403, 'another user\'s form');
log_allow(qr/OA2-3050/, 'forms that are not ours');
unlike(ctl_ok('audit', '--user', 'ad-alice', '--event', 'user.exported'),
       qr/ad-alice/, 'nothing was handed out');
$answer = $alice->submit($form);
is($answer->{status}, 200, 'the file');
like(header($answer, 'content-type'), qr{^application/json}, 'is JSON');
is(header($answer, 'content-disposition'),
   'attachment; filename="account.json"', 'to be kept');
like(header($answer, 'cache-control'), qr/no-store/, 'by nobody else');
my $all = json($answer);
is($all->{profile}{username}, 'ad-alice', 'whose it is');
like($all->{profile}{sub}, qr/^[\w-]{22}$/, 'the subject');
is($all->{claims}[0]{value}, $hostile, 'a claim');
is($all->{apps}[0]{client_id}, 'ad-app', 'an app that is allowed something');
is($all->{grants}[0]{scope}, 'read', 'a grant');
is(@{ $all->{sessions} }, 1, 'a session');
is($all->{api_keys}[0]{name}, 'backup', 'an API key');
ok((grep { $_->{event} eq 'consent.given' } @{ $all->{events} }),
   'what happened');
unlike($answer->{content}, qr/ad-bob/, 'nothing of others');
for my $secret ($key, $tokens->{access_token}, $tokens->{refresh_token},
                $password{'ad-alice'}, $alice->{cookies}{oauth2_session}) {
    ok(index($answer->{content}, $secret) < 0, 'no secret');
}
unlike($answer->{content}, qr/\$2[aby]\$|\$6\$|digest|credential|hash/,
       'nor what is made of one');
like(ctl_ok('audit', '--user', 'ad-alice', '--event', 'user.exported'),
     qr/ad-alice/, 'it is in the audit trail');

# --- the end -----------------------------------------------------------------

like($alice->get('account/data/delete')->{content},
     qr{account/data" aria-current="page"}, 'where one is');

sub form_of { my ($who) = @_;
    return $who->form_with($who->get('account/data/delete'), 'sure') }

$answer = $alice->submit(form_of($alice), password => $password{'ad-alice'},
                         sure => '');
is($answer->{status}, 422, 'not sure');
like($answer->{content}, qr/id="error-sure"/, '… is said');
$answer = $alice->submit(form_of($alice), password => 'x' x 12, sure => 1);
is($answer->{status}, 422, 'a wrong password');
like($answer->{content}, qr/This is not your password/, '… is said');
log_allow(qr/OA2-5021/, 'a wrong password');
$answer = $alice->post('account/data/delete', form => [
    password => $password{'ad-alice'}, sure => 1 ]);
is($answer->{status}, 403, 'a form that is not ours');
log_allow(qr/OA2-3050/, 'a forged form');
$answer = $bob->submit(form_of($alice), password => $password{'ad-bob'},
                       sure => 1);
is($answer->{status}, 403, 'another user\'s form');
log_allow(qr/OA2-3050/, 'another user\'s form');
ok(is_alive($tokens->{access_token}), 'nothing was done');
ok(is_alive($bobs->{access_token}), '… to anybody');

client('ad-own', name => $hostile, redirect_uri => $uri, scope => 'read');
ctl_ok('app', 'team', 'ad-own', 'ad-alice', '--role', 'owner');
$answer = $alice->submit(form_of($alice), password => $password{'ad-alice'},
                         sure => 1);
is($answer->{status}, 422, 'an app would have no owner');
like($answer->{content}, qr/only owner of the app[^<]*&lt;script/, '… is said');
ctl_ok('client', 'remove', 'ad-own', '--yes');

$answer = $alice->submit(form_of($alice), password => $password{'ad-alice'},
                         sure => 1);
is($answer->{status}, 200, 'done');
like($answer->{content}, qr/<h1>Your account is deleted/, 'it is said');
unlike($answer->{content}, qr/Sign out/, 'nobody is signed in');
ok(!$alice->{cookies}{oauth2_session}, 'and the cookie is taken back');
ok(!is_alive($tokens->{access_token}), 'no token');
ok(is_alive($bobs->{access_token}), 'another user\'s is alive');
is(request('GET', '/keyed', headers => { 'X-API-Key' => $key })->{status}, 401,
   'no key');
log_allow(qr/OA2-3916/, 'a key that is gone');
is((ctl('user', 'show', 'ad-alice'))[0], 3, 'no user');
like(ctl_ok('audit', '--user', 'ad-alice', '--event', 'user.removed'),
     qr/ad-alice/, 'but what happened');

# Where an administrator has not allowed it.
my $carol = person('ad-carol', issuer => 'short');
$page = $carol->get(issuer('short') . '/account/data/delete');
$page = $carol->login($page) if $carol->form_with($page, 'password');
is($page->{status}, 404, 'it is not there');
log_allow(qr/OA2-5582/, 'it is not there');
$page = $carol->get(issuer('short') . '/account/data');
unlike($page->{content}, qr/delete/, 'and not offered');
done_testing();
