# SPDX-License-Identifier: Apache-2.0
#
# sign-up: people make accounts for themselves: by a mailed link or with a
# password, at once or with an administrator's approval.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Own;
use OAuth2Test::Rows;
use OAuth2Test::Server qw(free_ports end_httpd);

my $hostile = q{"><script>alert(1)</script>};
my $new = note_secret('three quiet otters sing');

sub sign_up {
    my ($who, $issuer, %field) = @_;
    my $where = issuer($issuer) . '/sign-up';
    return $who->submit($who->form_with($who->get($where), 'username'),
                        %field);
}

sub fresh { return OAuth2Test::Browser->new }

# --- by mail, at once --------------------------------------------------------

my $who = fresh();
my $page = $who->get('login');
like($page->{content}, qr{href="/oauth2/sign-up"}, 'the login page leads there');
$page = $who->get('sign-up');
is($page->{status}, 200, 'the page');
like($page->{content}, qr/name="email"/, 'asks for a mail address');
unlike($page->{content}, qr/type="password"/, '… and for no password');

user('su-taken');
my @wrong = (
    [ 'nothing', {}, 'username' ],
    [ 'a colon', { username => 'a:b' }, 'username' ],
    [ 'too long', { username => 'x' x 300 }, 'username' ],
    [ 'a taken one', { username => 'su-taken' }, 'username' ],
    [ 'in another spelling', { username => 'SU-Taken ' }, 'username' ],
    [ 'that looks like it', { username => "s\xc3\xbc-taken" }, 'username' ],
    [ 'no address', { username => 'su-x', email => 'nobody' }, 'email' ],
    [ 'two addresses', { username => 'su-x', email => 'a@x.example,b@y.example' },
      'email' ],
    [ 'a line of its own',
      { username => 'su-x', email => "a\@x.example\r\nBcc: b\@y.example" },
      'email' ],
);
for my $case (@wrong) {
    my ($name, $field, $at) = @$case;
    my $answer = sign_up($who, 'main', email => 'w@su.example', %$field);
    is($answer->{status}, 422, "$name: refused");
    like($answer->{content}, qr/id="error-$at"/, "$name: beside its field");
}
my $answer = $who->post('sign-up', form => [ username => 'su-forged',
                                             email => 'f@su.example' ]);
is($answer->{status}, 403, 'a form that is not ours');
is((ctl('user', 'show', 'su-forged'))[0], 3, '… makes nobody');
log_allow(qr/OA2-3050/, 'a forged form');
my $login = $who->form_with($who->get('login'), 'password');
$answer = $who->post('sign-up', form => [
    form => $login->{fields}{form}, username => 'su-forged',
    email => 'f@su.example' ]);
is($answer->{status}, 403, 'another page\'s form');
log_allow(qr/OA2-5587/, 'another page\'s form');

my $form = $who->form_with($who->get('sign-up'), 'username');
my %field = (username => "su-ann$hostile", email => 'ann@su.example');
for my $time ('once', 'a double click') {
    $answer = $who->submit($form, %field);
    is($answer->{status}, 303, "$time: made");
    $page = $who->follow($answer);
    like($page->{content}, qr/<h1>Your account is created/, "$time: it is said");
}
unlike($page->{content}, qr/<script/, 'and no script');
like(ctl_ok('user', 'show', "su-ann$hostile"), qr/enabled/, 'it is there');
like(ctl_ok('user', 'show', "su-ann$hostile"), qr/email.*ann\@su\.example/,
     'with the address');
like(ctl_ok('audit', '--event', 'user.signed_up'), qr/su-ann/,
     'in the audit trail');
for my $n (1 .. 3) {
    $answer = sign_up(fresh(), 'main', username => "su-many-$n",
                      email => 'many@su.example');
    is($answer->{status}, 303, "mail $n to one address");
}
$answer = sign_up(fresh(), 'main', username => 'su-many-4',
                  email => 'many@su.example');
is($answer->{status}, 429, 'one more is too many');
cmp_ok(header($answer, 'retry-after'), '>', 0, '… for a while');
is((ctl('user', 'show', 'su-many-4'))[0], 3, '… and makes nobody');
log_allow(qr/OA2-5585/, 'too many');

# --- by mail, with approval --------------------------------------------------

my $other = OAuth2Test::Browser->new(issuer => 'short');
$answer = sign_up($other, 'short', username => 'su-bob',
                  email => 'bob@su.example');
is($answer->{status}, 303, 'one that waits');
$page = $other->follow($answer);
like($page->{content}, qr/has to approve it/, 'it is said');
like(ctl_ok('user', 'list'), qr/su-bob\s.*pending/, 'it is pending');
is((ctl('user', 'reset', 'su-bob'))[0], 1, 'and gets no link');
like(ctl_ok('user', 'approve', 'su-bob'), qr/gets a mail/, 'approved');
like(ctl_ok('user', 'list'), qr/su-bob\s.*enabled/, 'it is enabled');
isnt((ctl('user', 'approve', 'su-bob'))[0], 0, 'and that is once');

# --- nobody ------------------------------------------------------------------

$page = fresh()->get(issuer('root') . '/sign-up');
is($page->{status}, 404, 'where it is off there is no page');
log_allow(qr/OA2-5584/, 'off');
unlike(fresh()->get(issuer('root') . '/login')->{content}, qr/sign-up/,
       '… and no way to it');

# --- with a password ---------------------------------------------------------

my ($port) = free_ports(1);
my $server = own_httpd(var('work') . '/sign_up', <<"END",
OAuth2Issuer http://127.0.0.1:$port/oauth2
OAuth2Database @{[ var('driver') ]} "@{[ var('params') ]}"
OAuth2Realm @{[ issuer() ]}
OAuth2SecretFile "@{[ var('state') ]}/secret"
OAuth2SignUp Approval
<Location "/oauth2">
    SetHandler oauth2
</Location>
END
    listen => [$port], log => var('error_log'));
$server->{start}->();
own_issuer(password => $port, '/oauth2');
my $own = OAuth2Test::Browser->new(issuer => 'password');
my %chosen = (username => 'su-carol', password => $new, again => $new);
unlike($own->get(issuer('password') . '/sign-up')->{content},
       qr/name="email"/, 'no address is asked for where no mail can be sent');
$answer = sign_up($own, 'password', %chosen, password => 'carol');
is($answer->{status}, 422, 'a bad password');
like($answer->{content}, qr/id="error-password"/, 'is refused');
unlike($answer->{content}, qr/value="carol"/, '… and not shown again');
like($answer->{content}, qr/value="su-carol"/, 'but the name is');
$answer = sign_up($own, 'password', %chosen);
is($answer->{status}, 303, 'a good one is taken');
like(ctl_ok('user', 'list'), qr/su-carol\s+here\s+pending/, 'pending');

sub sign_in {
    return $own->submit($own->form_with(
        $own->get(issuer('password') . '/login'), 'password'), %chosen);
}
isnt(sign_in()->{status}, 303, 'who is pending cannot sign in');
log_allow(qr/OA2-5021/, 'pending');
ctl_ok('user', 'approve', 'su-carol');
settle();
is(sign_in()->{status}, 303, 'who is approved can');
end_httpd($server->{pid});
done_testing();
