# SPDX-License-Identifier: Apache-2.0
#
# account/keys: a user's API keys.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $hostile = q{"><script>alert(1)</script>};
my %password = map { $_ => user($_) } qw(ak-alice ak-bob);

sub person {
    my ($name) = @_;
    return OAuth2Test::Browser->new(user => $name,
                                    password => $password{$name});
}

sub page_of { return shift->get('account/keys') }

sub add {
    my ($who, %field) = @_;
    my $form = $who->form_with(page_of($who), 'days');
    my @pairs = (form => $form->{fields}{form}, name => $field{name},
                 days => $field{days} // '90',
                 password => $field{password} // $password{ $who->{user} },
                 map { (scope => $_) } @{ $field{scope} // ['read'] });
    return ($who->post('account/keys', form => \@pairs), \@pairs);
}

sub key_in {
    my ($page) = @_;
    my ($text) = $page->{content} =~ /<code>(oa2k_[\w-]+)</;
    note_secret($text) if $text;
    return $text;
}

sub id_of {
    my ($page, $name) = @_;
    my ($card) = grep { /<bdi>\Q$name\E</ }
        $page->{content} =~ m{<li class="card">(.*?)</li>}gs;
    return ($card // '') =~ /name="delete" value="([^"]+)"/ ? $1 : undef;
}

sub is_good {
    my ($key) = @_;
    return request('GET', '/keyed', headers => { 'X-API-Key' => $key })
        ->{status} == 200;
}

like(page_of(OAuth2Test::Browser->new)->{content}, qr/<h1>Sign in/,
     'nobody is signed in: the login page');
my $alice = person('ak-alice');
my $page = $alice->login(page_of($alice));
like($page->{content}, qr/You have no API key/, 'none yet');
like($page->{content}, qr/Read your orders \(read\)/,
     'a scope that people may give');
unlike($page->{content}, qr/value="admin"/, '… and none of the others');
like($page->{content}, qr/value="90" checked/, 'keys end unless told not to');

my ($answer, $pairs) = add($alice, name => '', scope => []);
is($answer->{status}, 422, 'nothing typed');
like($answer->{content}, qr/id="error-name"/, 'the name is missing');
like($answer->{content}, qr/id="error-scope"/, 'and permissions');
($answer) = add($alice, name => 'x' x 101);
is($answer->{status}, 422, 'a name that is too long');
($answer) = add($alice, name => "\xc3\xa4" x 60);
is($answer->{status}, 422, '… also in bytes');
($answer) = add($alice, name => 'all', scope => ['read', 'admin']);
is($answer->{status}, 422, 'a scope that is not for keys');
like($answer->{content}, qr/id="error-scope"/, '… is refused');
is(() = $answer->{content} =~ /Fewer are safer/g, 1, 'the field has help, once');
like($answer->{content}, qr/name="name"[^>]* value="all"/, 'typed text stays');
($answer) = add($alice, name => 'no', password => '');
is($answer->{status}, 422, 'without the password');
like($answer->{content}, qr/id="error-password"/, '… which is asked for');
($answer) = add($alice, name => 'no', password => 'x' x 12);
is($answer->{status}, 422, 'a wrong password');
like($answer->{content}, qr/This is not your password/, '… is said');
log_allow(qr/OA2-5021/, 'a wrong password');
ok(!key_in($answer), 'and there is no key');
($answer) = add($alice, name => 'long', days => '9999');
is($answer->{status}, 422, 'another lifetime than offered');

($answer, $pairs) = add($alice, name => $hostile, scope => ['read', 'write']);
is($answer->{status}, 200, 'a key');
my $key = key_in($answer);
ok($key, '… is shown');
like($answer->{content}, qr/copy it now/, '… this once');
like($answer->{content}, qr/&lt;script&gt;/, 'its name is text');
unlike($answer->{content}, qr/<script/, '… and nothing else');
ok(is_good($key), 'and it opens what it is for');
my $again = $alice->post('account/keys', form => $pairs);
is(key_in($again), $key, 'the form sent twice: the same key');
$page = page_of($alice);
is(() = $page->{content} =~ /<li class="card">/g, 1, 'and one only');
ok(!key_in($page), 'later it is not shown');
like($page->{content}, qr/<code><bdi>read write</, 'what it may');
like($page->{content}, qr/Good until<\/dt><dd><time/, 'until when');
like($page->{content}, qr/Last used<\/dt><dd><time/, 'when it was used');
($answer) = add($alice, name => 'for ever', days => '0');
ok(is_good(key_in($answer)), 'one without an end');
like(page_of($alice)->{content}, qr/Not yet|<time/, 'is listed');

my $bob = person('ak-bob');
$bob->login(page_of($bob));
my $form = $alice->form_with(page_of($alice), 'delete');
my $id = id_of(page_of($alice), '&quot;&gt;&lt;script&gt;alert(1)'
               . '&lt;/script&gt;');
ok($id, 'there is a button to delete it');
$answer = $bob->submit($bob->form_with(page_of($bob), 'days'),
                       delete => $id);
is($answer->{status}, 303, 'another user\'s key');
ok(is_good($key), '… is not deleted');
$answer = $bob->submit($form, delete => $id);
is($answer->{status}, 403, 'another user\'s form');
log_allow(qr/OA2-3050/, 'another user\'s form');
$answer = $alice->post('account/keys', form => [ delete => $id ]);
is($answer->{status}, 403, 'a form that is not ours');
log_allow(qr/OA2-3050/, 'a forged form');
$answer = OAuth2Test::Browser->new->submit($form, delete => $id);
is($answer->{status}, 403, 'nobody');
ok(is_good($key), '… has deleted it');
$answer = $alice->submit($form, delete => $id);
is($answer->{status}, 303, 'its owner');
like($alice->follow($answer)->{content}, qr/The key is deleted/, 'is told');
ok(!is_good($key), 'it is good no more');
log_allow(qr/OA2-3916/, 'a deleted key');
like(ctl_ok('audit', '--user', 'ak-alice', '--event', 'apikey.revoked'),
     qr/\Q$id\E/, 'it is in the audit trail');

# A session that ended meanwhile: what was typed is there again.
$form = $alice->form_with(page_of($alice), 'days');
delete $alice->{cookies}{oauth2_session};
$answer = $alice->submit($form, name => 'kept name', days => '365',
                         scope => 'write');
is($answer->{status}, 403, 'a session has ended');
$page = $alice->login($answer);
like($page->{content}, qr/value="kept name"/, 'the name is kept');
like($page->{content}, qr/value="365" checked/, 'and how long');
like($page->{content}, qr/value="write" checked/, 'and what it may');
unlike($page->{content}, qr/<bdi>kept name</, 'and nothing was done');

for my $n (1 .. 49) {
    ctl_ok('apikey', 'add', '--user', 'ak-alice', '--name', "n$n");
}
($answer) = add($alice, name => 'one more');
is($answer->{status}, 422, 'too many');
like($answer->{content}, qr/You have 50 keys/, '… is said');
ok(!key_in($answer), 'and no key is shown');
done_testing();
