# SPDX-License-Identifier: Apache-2.0
#
# account/sessions: where somebody is signed in, and signing out there.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) '
    . 'Gecko/20100101 Firefox/128.0';
my $hostile = q{<script>alert(1)</script>"'&} . "x" x 300;
my %password = map { $_ => user($_) } qw(as-alice as-bob);

# A browser that is signed in and says that it is this one.
sub signed_in {
    my ($name, $agent) = @_;
    my $who = OAuth2Test::Browser->new(user => $name,
                                       password => $password{$name});
    my $page = $who->get('account/sessions');
    my $answer = $who->post($who->form_with($page, 'password')->{action},
        headers => { 'User-Agent' => $agent // 'oauth2-suite' },
        form => $who->filled($who->form_with($page, 'password'),
                             username => $name, password => $password{$name}));
    is($answer->{status}, 303, "$name signs in")
        or diag($answer->{content});
    return $who;
}

sub page_of { return shift->get('account/sessions') }

sub is_signed_in { return page_of(shift)->{content} !~ /<h1>Sign in/ }

sub button_of {
    my ($page, $device) = @_;
    my ($card) = grep { /\Q$device\E/ }
        $page->{content} =~ m{<li class="card">(.*?)</li>}gs;
    return ($card // '') =~ /name="session" value="([^"]+)"/ ? $1 : undef;
}

like(OAuth2Test::Browser->new->get('account/sessions')->{content},
     qr/<h1>Sign in/, 'nobody is signed in: the login page');

my $alice = signed_in('as-alice');
my $page = page_of($alice);
like($page->{content}, qr/<h2 id="session-1">A browser</, 'an unknown program');
like($page->{content}, qr/This browser/, 'is this one');
like($page->{content}, qr/<bdi>\Q@{[ address() ]}\E1</, 'by its address');
like($page->{content}, qr/Signed in<\/dt><dd><time datetime="20/, 'since when');
like($page->{content}, qr/Last used<\/dt><dd><time datetime="20/,
     'and when it was used');
ok(!defined $alice->form_with($page, 'session'), 'no button for oneself');
ok(!defined $alice->form_with($page, 'others'), 'nor for others');

my $fox = signed_in('as-alice', $firefox);
my $evil = signed_in('as-alice', $hostile);
my $bob = signed_in('as-bob', $firefox);
$page = page_of($alice);
is(() = $page->{content} =~ /<li class="card">/g, 3, 'her three');
like($page->{content}, qr/Firefox on Windows/, 'a browser by its name');
unlike($page->{content}, qr/script>/, 'nothing of what a hostile one said');
my $german = $alice->get('account/sessions',
                         headers => { 'Accept-Language' => 'de' });
like($german->{content}, qr/Firefox auf Windows/, 'in the reader\'s language');

my $foxs = button_of($page, 'Firefox');
my $bobs = button_of(page_of(signed_in('as-bob')), 'Firefox');
ok($foxs && $bobs, 'there are buttons');
my $answer = $alice->post('account/sessions', form => [ session => $foxs ]);
is($answer->{status}, 403, 'a form that is not ours');
log_allow(qr/OA2-3050/, 'a forged form');
ok(is_signed_in($fox), '… does nothing');
$answer = $bob->submit($alice->form_with($page, 'session'), session => $foxs);
is($answer->{status}, 403, 'another user\'s form');
log_allow(qr/OA2-3050/, 'another user\'s form');
ok(is_signed_in($fox), '… does nothing');
$answer = OAuth2Test::Browser->new->submit(
    $alice->form_with($page, 'session'), session => $foxs);
is($answer->{status}, 403, 'nobody');
ok(is_signed_in($fox), '… does nothing');
$answer = $alice->submit($alice->form_with($page, 'session'),
                         session => $bobs);
is($answer->{status}, 303, 'another user\'s session');
ok(is_signed_in($bob), '… is not ended');
$answer = $alice->submit($alice->form_with(page_of($alice), 'session'),
                         session => q{'; --});
is($answer->{status}, 400, 'no ID');

$answer = $alice->submit($alice->form_with(page_of($alice), 'session'),
                         session => $foxs);
is($answer->{status}, 303, 'one is ended');
like($alice->follow($answer)->{content},
     qr/role="status"><p>You are signed out there/, 'it is said');
ok(!is_signed_in($fox), 'there nobody is signed in');
ok(is_signed_in($evil), 'elsewhere still');
ok(is_signed_in($bob), 'another user too');

# A protected path remembers sessions: it has to hear of it.
$fox = signed_in('as-alice', $firefox);
my %html = (headers => { Accept => 'text/html' });
is($fox->get('/people/app', %html)->{status}, 200, 'a path of an application');
is($evil->get('/people/app', %html)->{status}, 200, '… and again');
$answer = $alice->submit($alice->form_with(page_of($alice), 'others'),
                         others => 1);
is($answer->{status}, 303, 'all others are ended');
is($fox->get('/people/app', %html)->{status}, 303, 'the path hears of it');
is($evil->get('/people/app', %html)->{status}, 303, '… of each');
$page = $alice->follow($answer);
is($page->{status}, 200, 'here she still is');
like($page->{content}, qr/You are signed out everywhere else/, 'it is said');
is(() = $page->{content} =~ /<li class="card">/g, 1, 'one is left');
is($alice->get('/people/app', %html)->{status}, 200, 'and good');
ok(is_signed_in($bob), 'another user is signed in');
my $trail = ctl_ok('audit', '--user', 'as-alice', '--event', 'session.ended');
like($trail, qr/others/, 'it is in the audit trail');
is(page_of($alice)->{content} =~ /rel="next"/, '', 'no next page');
is($alice->get('account/sessions?after=x')->{status}, 200, 'a wrong key');
done_testing();
