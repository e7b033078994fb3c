# SPDX-License-Identifier: Apache-2.0
#
# account/profile: what is known of a user, what of it the user may set, and
# the language of the pages.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64url);
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $hostile = q{"><script>alert(1)</script>};
my %password = map { $_ => user($_) } qw(ap-alice ap-bob);
my $where = issuer('short') . '/account/profile';
my ($NICK, $TEAM) = map { 'claim_' . encode_base64url($_) }
    'nickname', 'team name';

sub person {
    my ($name) = @_;
    my $who = OAuth2Test::Browser->new(user => $name, issuer => 'short',
                                       password => $password{$name});
    $who->login($who->get($where));
    return $who;
}

sub save {
    my ($who, %field) = @_;
    return $who->submit($who->form_with($who->get($where), 'language'),
                        language => 'browser', %field);
}

sub claims_of { return ctl_ok('user', 'show', shift) }

like(OAuth2Test::Browser->new->get($where)->{content}, qr/<h1>Sign in/,
     'nobody is signed in: the login page');
ctl_ok('user', 'set', 'ap-alice', '--claim', "team name=$hostile");
my $alice = person('ap-alice');
my $page = $alice->get($where);
like($page->{content}, qr/<bdi>ap-alice</, 'the name');
like($page->{content}, qr/team name<\/dt><dd><bdi>&quot;&gt;&lt;script/,
     'what an administrator has set, as text');
unlike($page->{content}, qr/<script/, '… and as nothing else');
unlike($page->{content}, qr/name="\Q$TEAM\E"/, '… is not for the user to set');
like($page->{content}, qr/name="\Q$NICK\E"/, 'what is editable has a field');
like($page->{content}, qr/value="browser" checked/, 'no language is chosen');

my $answer = save($alice, $NICK => $hostile, $TEAM => 'mine');
is($answer->{status}, 303, 'saved');
$page = $alice->follow($answer);
like($page->{content}, qr/Your profile is saved/, 'it is said');
like($page->{content}, qr/value="&quot;&gt;&lt;script/, 'and there');
like(claims_of('ap-alice'), qr/nickname.*<script>alert/, 'and kept');
unlike(claims_of('ap-alice'), qr/mine/, 'but not what is not editable');
$answer = save($alice, $NICK => 'x' x 1001);
is($answer->{status}, 422, 'too long');
like($answer->{content}, qr/id="error-\Q$NICK\E"/, '… is said of its field');
$answer = save($alice, $NICK => "a\x01b");
is($answer->{status}, 422, 'a control character');
$answer = save($alice, language => 'zz');
is($answer->{status}, 422, 'a language that there is not');
$answer = save($alice, $NICK => '');
is($answer->{status}, 303, 'taken away');
unlike(claims_of('ap-alice'), qr/nickname/, '… it is gone');

my $form = $alice->form_with($alice->get($where), 'language');
my $bob = person('ap-bob');
$answer = $bob->submit($form, $NICK => 'forged');
is($answer->{status}, 403, 'another user\'s form');
log_allow(qr/OA2-3050/, 'another user\'s form');
$answer = $alice->post($where, form => [ language => 'de', $NICK => 'f' ]);
is($answer->{status}, 403, 'a form that is not ours');
log_allow(qr/OA2-3050/, 'a forged form');
unlike(claims_of($_), qr/nickname/, "… nothing is set of $_")
    for qw(ap-alice ap-bob);

# Something that is no text is not for a line of text.
ctl_ok('user', 'set', 'ap-bob', '--claim-json', 'nickname=["a","b"]');
$page = $bob->get($where);
like($page->{content}, qr/nickname<\/dt><dd><bdi>\[&quot;a&quot;/,
     'a list is shown');
unlike($page->{content}, qr/name="\Q$NICK\E"/, '… and has no field');

# --- language ----------------------------------------------------------------

my %french = (headers => { 'Accept-Language' => 'fr' });
like($alice->get($where, %french)->{content}, qr/<html lang="fr"/,
     'as the browser asks for');
$answer = save($alice, language => 'de');
is($answer->{status}, 303, 'German is chosen');
like($alice->get($where, %french)->{content}, qr/<html lang="de"/,
     'from now on it is that');
like($alice->get(issuer('short'), %french)->{content}, qr/<html lang="de"/,
     '… on all pages');
like($bob->get($where, %french)->{content}, qr/<html lang="fr"/,
     'for others it is not');
my $uri = 'https://ap.example/back';
client('ap-app', redirect_uri => $uri, scope => 'read', public => 1);
my $ask = sub {
    return $alice->get($alice->authorize(
        client_id => 'ap-app', redirect_uri => $uri, scope => 'read', @_)
        ->{url}, %french)->{content};
};
like($ask->(), qr/<html lang="de"/, 'the consent page too');
like($ask->(ui_locales => 'es'), qr/<html lang="es"/,
     'unless the app asks for one');
like($ask->(ui_locales => 'zz'), qr/<html lang="de"/, '… that there is');
is(save($alice, language => 'browser')->{status}, 303, 'none is chosen');
like($alice->get($where, %french)->{content}, qr/<html lang="fr"/,
     'as the browser asks for');
like(ctl_ok('audit', '--user', 'ap-alice', '--event', 'user.profile_changed'),
     qr/claims.*language|language.*claims/s, 'it is in the audit trail');

# --- a session that ended meanwhile ------------------------------------------

$form = $alice->form_with($alice->get($where), 'language');
delete $alice->{cookies}{oauth2_session};
$answer = $alice->submit($form, $NICK => 'kept nick', language => 'es');
is($answer->{status}, 403, 'nobody is signed in');
$page = $alice->login($answer);
like($page->{content}, qr/value="kept nick"/, 'what was typed is kept');
like($page->{content}, qr/value="es" checked/, 'and what was chosen');
done_testing();
