# SPDX-License-Identifier: Apache-2.0
#
# The administrators' pages of users: the list, one user, roles, disable and
# enable, sign out everywhere, invitations and links for a new password; and who
# may.

use strict;
use warnings;

use JSON::PP;
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $HOSTILE = q{um "><b>'&x};
my %password = map { $_ => user($_) } qw(um-root um-bob um-carol um-dora),
    $HOSTILE;
my %browser = map {
    $_ => OAuth2Test::Browser->new(user => $_, password => $password{$_})
} keys %password;
ctl_ok('user', 'set', 'um-root', '--role', 'administrator');

sub enter {
    my ($name, $where, %o) = @_;
    my $page = $browser{$name}->get($where, %o);
    return $page if $page->{content} !~ /name="username"/;
    return $browser{$name}->follow($browser{$name}->login($page));
}

sub page_of {
    my ($page, $user) = @_;
    return enter('um-root', "admin/users/$page", query => [ name => $user ]);
}

# The form that has this field, with these values and no other ones.
sub send_form {
    my ($page, $field, %more) = @_;
    my $form = $browser{'um-root'}->form_with($page, $field)
        or die "no form with $field: $page->{status}\n$page->{content}\n";
    my %all = ((map { ($_ => $form->{fields}{$_}) } qw(form name)), %more);
    return $browser{'um-root'}->post($form->{action}, form => [
        map { ($_ => $all{$_}) } grep { defined $all{$_} } sort keys %all ]);
}

sub done { my $answer = shift; return $browser{'um-root'}->follow($answer) }

sub shown { return decode_json(ctl_ok('user', 'show', shift, '--json')) }

sub trail {
    my ($user) = @_;
    return @{ decode_json(ctl_ok('audit', '--user', $user, '--json')) };
}

# --- who may -----------------------------------------------------------------

my @pages = ('admin/users', map { "admin/users/$_" }
             qw(user roles link invite));
for my $where (@pages) {
    my @query = (query => [ name => 'um-carol' ]);
    like(request('GET', $where, $where eq 'admin/users' ? () : @query)
         ->{content}, qr/<h1>Sign in/, "$where: nobody is asked to sign in");
    is(enter('um-bob', $where, $where =~ /user$|roles|link/ ? @query : ())
       ->{status}, 403, '… a user is refused');
}
is(enter('um-root', 'admin/users')->{status}, 200, 'an administrator');
for my $where (grep { $_ ne 'admin/users' } @pages) {
    my @form = (form => [ name => 'um-carol', do => 'disable', roles => 'x',
                          form => 'x' ]);
    is($browser{'um-bob'}->post($where, @form)->{status}, 403,
       "POST $where: a user");
    is($browser{'um-root'}->post($where, @form)->{status}, 403,
       '… a form that is not ours');
    is(OAuth2Test::Browser->new->post($where, @form)->{status}, 403,
       '… nobody');
    is($browser{'um-root'}->post($where, @form, headers => {
        'Sec-Fetch-Site' => 'cross-site' })->{status}, 403,
       '… from another site');
}
log_allow(qr/OA2-305[01]/, 'no form of ours');
ok(!shown('um-carol')->{disabled} && shown('um-carol')->{roles} eq '',
   'and nothing was done');

# --- the list ----------------------------------------------------------------

my $page = enter('um-root', 'admin/users', query => [ q => 'UM-' ]);
like($page->{content}, qr{users/user\?name=um-$_"><bdi>um-$_<},
     "um-$_ is found")
    for qw(root bob carol dora);
unlike($page->{content}, qr/rel="next"/, 'there is no more');
$page = enter('um-root', 'admin/users', query => [ q => 'um "' ]);
unlike($page->{content}, qr/<b>/, 'a name is no markup');
my ($link) = $page->{content} =~ /href="([^"]*users\/user\?name=[^"]*)"/;
like($browser{'um-root'}->get(OAuth2Test::Browser::unescape($link))
     ->{content}, qr{<h1><bdi>um &quot;&gt;&lt;b&gt;}, '… and has its page');
like(enter('um-root', 'admin/users', query => [ q => $_ ])->{content},
     qr/No user matches/, "none begins with $_") for 'um-x', ':', '%', '_';
is(enter('um-root', 'admin/users', query => [ q => 'x' x 300 ])->{status}, 422,
   'too long a name');
$page = enter('um-root', 'admin/users',
              query => [ only => 'administrators' ]);
like($page->{content}, qr/<bdi>um-root</, 'administrators');
unlike($page->{content}, qr/<bdi>um-bob</, '… only');
user(sprintf 'umlist-%02d', $_) for 1 .. 52;
$page = enter('um-root', 'admin/users', query => [ q => 'UMlist' ]);
is(() = $page->{content} =~ /<bdi>umlist-/g, 50, 'fifty of them');
($link) = $page->{content} =~ /href="([^"]*)" rel="next"/;
like($link, qr/q=UMlist/, 'and the list goes on');
$page = $browser{'um-root'}->get(OAuth2Test::Browser::unescape($link));
is_deeply([ $page->{content} =~ /<bdi>(umlist-\d+)</g ],
          [ 'umlist-51', 'umlist-52' ], '… behind the last one');
is(enter('um-root', 'admin/users/user', query => [ name => $_ ])->{status},
   404, 'a user who is not there') for 'um-none', '', 'a:b';

# --- roles -------------------------------------------------------------------

$page = page_of('roles', 'um-carol');
my $answer = send_form($page, 'roles', roles => q{editor  "bad"});
is($answer->{status}, 422, 'no such role');
like($answer->{content}, qr/id="error-roles"/, '… is told beside its field');
like($answer->{content}, qr/value="editor  &quot;bad&quot;"/,
     '… and what was typed is there');
is(shown('um-carol')->{roles}, '', '… and nothing saved');
# Somebody else gives a role meanwhile.
ctl_ok('user', 'set', 'um-carol', '--role', 'reviewer');
$answer = send_form($page, 'roles', administrator => 1, roles => 'editor');
is($answer->{status}, 303, 'saved');
like(done($answer)->{content}, qr/role="status"><p>The roles are saved/,
     'and said');
is_deeply([ sort split / /, shown('um-carol')->{roles} ],
          [ qw(administrator editor reviewer) ], 'both count');
is(enter('um-carol', 'admin')->{status}, 200, '… at once');
my ($entry) = grep { ($_->{given} // '') =~ /administrator/ }
    trail('um-carol');
is($entry->{by}, 'um-root', 'it is written down who did it');
$answer = send_form(page_of('roles', 'um-carol'), 'roles',
                    roles => 'x' x 2000);
is($answer->{status}, 422, 'too long');
send_form(page_of('roles', 'um-carol'), 'roles', roles => 'editor');
is(enter('um-carol', 'admin')->{status}, 403, 'taken, at once');

# --- disable, enable, sign out -----------------------------------------------

# That the last administrator stays: t/unit/test_endpoint_admin.c.
ctl_ok('user', 'set', 'um-dora', '--role', 'administrator');
enter('um-dora', 'admin');
$answer = send_form(page_of('user', 'um-dora'), 'do', do => 'disable');
is($answer->{status}, 303, 'of two, one can be disabled');
$page = done($answer);
like($page->{content}, qr/is disabled and signed out everywhere/, 'said');
ok(shown('um-dora')->{disabled}, 'disabled');
like($browser{'um-dora'}->get('admin')->{content}, qr/<h1>Sign in/,
     '… and signed out');
my $twice = send_form($page, 'do', do => 'enable');
is($twice->{status}, 303, 'enabled');
is(header(send_form($page, 'do', do => 'enable'), 'location'),
   header($twice, 'location'), 'a double click');
is((grep { ($_->{what} // '') eq 'enabled' } trail('um-dora'))[0]{by},
   'um-root', 'written down once with who did it');
is(scalar(grep { ($_->{what} // '') eq 'enabled' && ($_->{by} // '')
                     eq 'um-root' } trail('um-dora')), 1, '… once');
enter('um-carol', 'account');
$page = page_of('user', 'um-carol');
# Another button of the same page is no double click.
is(header(send_form($page, 'do', do => 'sign_out'), 'location'),
   '/oauth2/admin/users/user?name=um-carol&done=user_signed_out',
   'signed out');
like($browser{'um-carol'}->get('account')->{content}, qr/<h1>Sign in/,
     '… everywhere');
is(header(send_form($page, 'do', do => 'disable'), 'location'),
   '/oauth2/admin/users/user?name=um-carol&done=user_disabled',
   'and disabled by the same page');
ok(shown('um-carol')->{disabled}, '… indeed');
is(send_form($page, 'do', do => 'explode')->{status}, 200,
   'what no button says does nothing');
$page = page_of('user', 'um-carol');
unlike($page->{content}, qr{users/link}, 'no link for who is disabled');
$answer = send_form(page_of('link', 'um-carol'), 'form');
is($answer->{status}, 409, 'not by hand either');
like($answer->{content}, qr/has to be enabled first/, '… and why');
ctl_ok('user', 'enable', 'um-carol');

# --- links -------------------------------------------------------------------

$page = page_of('link', 'um-carol');
like($page->{content}, qr/<h1>Link for a new password/, 'a user with one');
$answer = send_form($page, 'form', mail => 'no address');
is($answer->{status}, 422, 'no address');
$answer = send_form($page, 'form');
is($answer->{status}, 200, 'the link');
like(header($answer, 'cache-control'), qr/no-store/, '… is not kept');
my ($url) = $answer->{content} =~ m{id="link">([^<]+)<};
note_secret($url =~ /ticket=(.+)/);
$answer = send_form($page, 'form');
is(($answer->{content} =~ m{id="link">([^<]+)<})[0], $url,
   'a double click gets the same');
my $set = OAuth2Test::Browser->new;
$page = $set->get($url);
my $new = note_secret('seven quiet herons read');
like($set->follow($set->submit($set->form_with($page, 'again'),
    password => $new, again => $new))->{content}, qr/<h1>/,
     'it sets a password');
$browser{'um-carol'}{password} = $new;
is(enter('um-carol', 'account')->{status}, 200, '… by which one signs in');
is((grep { $_->{event} eq 'user.invited' } trail('um-carol'))[0]{by},
   'um-root', 'written down with who did it');
$answer = send_form(page_of('link', 'um-carol'), 'form',
                    mail => 'carol@example.org');
is($answer->{status}, 303, 'by mail');
like(done($answer)->{content}, qr/A mail with the link is on its way/, 'said');

# --- invitations -------------------------------------------------------------

$page = enter('um-root', 'admin/users/invite');
for ([ '', qr/fill this in/ ], [ 'a:b', qr/A user name has no colon\./ ],
     [ 'x' x 300, qr/too long/ ], [ 'UM-Bob', qr/has a password already/ ]) {
    my ($name, $why) = @$_;
    $answer = send_form($page, 'mail', name => $name);
    is($answer->{status}, 422, "no invitation for '$name'");
    like($answer->{content}, $why, '… and why');
}
$answer = send_form($page, 'mail', name => ' um-erin ');
is($answer->{status}, 200, 'invited');
($url) = $answer->{content} =~ m{id="link">([^<]+)<};
note_secret($url =~ /ticket=(.+)/);
ok(!shown('um-erin')->{has_password}, 'a user without a password');
like(page_of('user', 'um-erin')->{content}, qr/Invitation link/,
     'who can be invited once more');
is((grep { $_->{event} eq 'user.added' } trail('um-erin'))[0]{by}, 'um-root',
   'written down with who did it');
$answer = send_form($page, 'mail', name => 'um-finn',
                    mail => 'finn@example.org');
is($answer->{status}, 303, 'invited by mail');
ctl_ok('user', 'add', 'um-greta', '--external', '--provider', 'ldap');
$answer = send_form($page, 'mail', name => 'um-greta');
like($answer->{content}, qr/password of this user is kept elsewhere/,
     'whose password is elsewhere');

$page = page_of('user', 'um-carol');
($link) = $page->{content} =~ m{href="([^"]*admin/audit\?[^"]*)"};
like($browser{'um-root'}->get(OAuth2Test::Browser::unescape($link))
     ->{content}, qr/user\.invited/, 'and the page leads to what has happened');

# --- a session that ended ----------------------------------------------------

$page = page_of('roles', 'um-bob');
ctl_ok('user', 'sign-out', 'um-root');
$answer = send_form($page, 'roles', roles => 'kept');
is($answer->{status}, 403, 'the session has ended meanwhile');
$page = $browser{'um-root'}->follow($browser{'um-root'}->login($answer));
like($page->{content}, qr/<bdi>um-bob<.*value="kept"/s,
     'the same page, and what was typed');
is(send_form($page, 'roles', roles => 'kept')->{status}, 303,
   'and it can be sent');
is(shown('um-bob')->{roles}, 'kept', 'and is obeyed');

done_testing();
