# SPDX-License-Identifier: Apache-2.0
#
# The administrators' pages of apps: what waits, all apps, one app, and what is
# decided; who may.

use strict;
use warnings;

use JSON::PP;
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $BACK = 'https://aq.example/back';
my $HOSTILE = q{aq <b>"'&x};
my %browser = map {
    $_ => OAuth2Test::Browser->new(user => $_, password => user($_))
} qw(aq-root aq-dev aq-bob);
ctl_ok('user', 'set', 'aq-root', '--role', 'administrator');

sub enter {
    my ($name, $where, %o) = @_;
    my $page = $browser{$name}->get($where, %o);
    return $page if $page->{content} !~ /name="username"/;
    return $browser{$name}->follow($browser{$name}->login($page));
}

# The form that has this field, with its hidden ones and these values.
sub send_form {
    my ($name, $page, $field, %more) = @_;
    my $form = $browser{$name}->form_with($page, $field)
        or die "no form with $field: $page->{status}\n$page->{content}\n";
    my %all = ((map { ($_ => $form->{fields}{$_}) }
                grep { defined $form->{fields}{$_} } qw(form id)), %more);
    return $browser{$name}->post($form->{action}, form => [
        map { ($_ => $all{$_}) } grep { defined $all{$_} } sort keys %all ]);
}

sub add_app {
    my ($name, $scope) = @_;
    my $page = enter('aq-dev', 'developer/add');
    my $answer = send_form('aq-dev', $page, 'client_name',
        client_name => $name, redirect_uris => $BACK, scope => $scope,
        description => join(' ', ('word') x 130),
        token_endpoint_auth_method => 'client_secret_basic');
    my ($id) = $answer->{content} =~ m{developer/app/([^"]+)"};
    note_secret(($answer->{content} =~ /id="secret">([^<]+)</)[0]);
    return $id;
}

sub submit_app {
    my ($id) = @_;
    my $page = enter('aq-dev', "developer/app/$id");
    return send_form('aq-dev', $page, 'form');
}

sub page_of { return enter('aq-root', 'admin/apps/app',
                           query => [ id => shift ]) }

sub shown { return decode_json(ctl_ok('app', 'show', shift, '--json')) }

sub decide {
    my ($page, $what, $reason) = @_;
    return send_form('aq-root', $page, 'do', do => $what, reason => $reason);
}

sub done { return $browser{'aq-root'}->follow(shift) }

sub trail {
    my ($id) = @_;
    return @{ decode_json(ctl_ok('audit', '--client', $id, '--json')) };
}

my $id = add_app($HOSTILE, 'read');

# --- who may -----------------------------------------------------------------

for my $where ('admin/apps', 'admin/apps/app') {
    my @query = $where =~ /app$/ ? (query => [ id => $id ]) : ();
    like(request('GET', $where, @query)->{content}, qr/<h1>Sign in/,
         "$where: nobody is asked to sign in");
    is(enter('aq-bob', $where, @query)->{status}, 403, '… a stranger');
    is(enter("aq-dev", $where, @query)->{status}, 403, "… its owner");
    is(enter('aq-root', $where, @query)->{status}, 200, '… an administrator');
}
submit_app($id);
for my $who (qw(aq-bob aq-dev aq-root)) {
    is($browser{$who}->post('admin/apps/app', form => [
        id => $id, do => 'approve', form => 'x' ])->{status}, 403,
       "no form of ours: $who");
}
is($browser{'aq-root'}->post('admin/apps/app', form => [
    id => $id, do => 'approve' ], headers => {
        'Sec-Fetch-Site' => 'cross-site' })->{status}, 403, 'another site');
log_allow(qr/OA2-305[01]/, 'no form of ours');
is(shown($id)->{state}, 'pending', 'nothing was decided');
is(enter('aq-root', 'admin/apps/app', query => [ id => $_ ])->{status}, 404,
   'an app that is not there') for 'none', '', 'a:b', '../x';

# --- the queue ---------------------------------------------------------------

my $page = enter('aq-root', 'admin');
# A few of them, and other tests have some, too.
like($page->{content}, qr/id="waiting".*admin\/apps\/app\?id=\w+"/s,
     'where it begins');
$page = enter('aq-root', 'admin/apps');
like($page->{content},
     qr/id="waiting".*app\?id=\Q$id\E"><bdi>aq &lt;b&gt;.*id="all"/s,
     'first of all');
unlike($page->{content}, qr/<b>/, 'a name is no markup');
$page = enter('aq-root', 'admin/apps', query => [ only => 'waiting' ]);
like($page->{content}, qr/app\?id=\Q$id\E"/, 'alone');
$page = enter('aq-root', 'admin/apps', query => [ only => 'draft' ]);
unlike($page->{content}, qr/app\?id=\Q$id\E"/, 'not among drafts');
for my $q ('AQ <B>', $id) {
    $page = enter('aq-root', 'admin/apps', query => [ q => $q ]);
    is(() = $page->{content} =~ /app\?id=\Q$id\E"/g, 1, "found by $q");
}
like(enter('aq-root', 'admin/apps', query => [ q => $_ ])->{content},
     qr/No app matches/, "none by $_") for 'zzzz', '%', 'a:b';

client(sprintf('aqlist-%02d', $_), redirect_uri => [ $BACK ],
       name => sprintf('AQ-list %02d', $_)) for 1 .. 52;
$page = enter('aq-root', 'admin/apps', query => [ q => 'aq-LIST' ]);
is(() = $page->{content} =~ /<bdi>AQ-list/g, 50, 'fifty of them');
my ($link) = $page->{content} =~ /href="([^"]*)" rel="next"/;
$page = $browser{'aq-root'}->get(OAuth2Test::Browser::unescape($link));
is_deeply([ $page->{content} =~ /<bdi>AQ-list (\d+)</g ], [ 51, 52 ],
          '… and the rest behind them');

# --- decide ------------------------------------------------------------------

$page = page_of($id);
like($page->{content}, qr/<ins><code><bdi>read</, 'what it asks for');
my $answer = decide($page, 'reject', '');
is($answer->{status}, 422, 'to reject needs a reason');
like($answer->{content}, qr/id="error-reason">.*Write why/, '… and says so');
$answer = decide($page, 'reject', 'x' x 3000);
is($answer->{status}, 422, 'a long one is too long');
$answer = decide($page, 'reject', $HOSTILE);
is($answer->{status}, 303, 'rejected');
$page = done($answer);
like($page->{content}, qr/role="status"><p>It is rejected/, 'and said');
like($page->{content}, qr/aq &lt;b&gt;&quot;/, 'the reason');
is(shown($id)->{state}, 'rejected', 'indeed');
is((grep { $_->{event} eq 'app.rejected' } trail($id))[0]{by}, 'aq-root',
   'written down with who did it');
unlike($page->{content}, qr/name="do"/, 'nothing to decide');

submit_app($id);
$page = page_of($id);
my $old = $page;
$answer = decide($page, 'approve');
is($answer->{status}, 303, 'approved');
is(header(decide($page, 'approve'), 'location'), header($answer, 'location'),
   'a double click');
is(scalar(grep { $_->{event} eq 'app.approved' } trail($id)), 1,
   '… is written down once');
is(shown($id)->{state}, 'approved', 'indeed');
is(decide($old, 'reject', 'too late')->{status}, 409,
   'a page that is stale decides nothing');
is(shown($id)->{state}, 'approved', '… indeed');

# --- a revision --------------------------------------------------------------

sub ask {
    my (@scopes) = @_;
    my $form = enter('aq-dev', "developer/edit/$id");
    my $found = $browser{'aq-dev'}->form_with($form, 'client_name');
    return $browser{'aq-dev'}->post($found->{action}, form => [
        form => $found->{fields}{form}, client_name => $HOSTILE,
        redirect_uris => $BACK,
        token_endpoint_auth_method => 'client_secret_basic',
        description => join(' ', ('word') x 130),
        map { (scope => $_) } @scopes ]);
}

is(ask(qw(write))->{status}, 303, 'an edit of scopes');
$page = page_of($id);
like($page->{content}, qr/<ins><code><bdi>write</, 'what comes');
like($page->{content}, qr/<del><code><bdi>read</, 'and what goes');
is(ask(qw(read write))->{status}, 303, 'another edit, meanwhile');
$answer = decide($page, 'approve');
is($answer->{status}, 409, 'what nobody has seen is not approved');
like($answer->{content}, qr/changed or decided upon meanwhile/, '… and said');
is(shown($id)->{scope}, 'read', '… and what was approved is in force');
is(decide($answer, 'approve')->{status}, 303, 'by the page as it is now');
is_deeply([ sort split / /, shown($id)->{scope} ], [ qw(read write) ],
          'it is in force');

# --- suspend, resume ---------------------------------------------------------

$page = page_of($id);
is(ask(qw(read write))->{status}, 303, 'saved once more, meanwhile');
is(decide($page, 'suspend', 'unseen')->{status}, 409,
   'what was changed is looked at first');
$page = page_of($id);
is(decide($page, 'suspend')->{status}, 422, 'to suspend needs a reason');
$answer = decide($page, 'suspend', 'it leaks');
is($answer->{status}, 303, 'suspended');
$page = done($answer);
like($page->{content}, qr/Reason:.*it leaks/, 'with the reason');
is(shown($id)->{state}, 'suspended', 'indeed');
$answer = decide($page, 'suspend', 'once more');
is($answer->{status}, 409, 'not twice');
like($answer->{content}, qr/Only an approved app can be suspended\./,
     '… and why');
is(decide($page, 'resume')->{status}, 303, 'resumed');
is(shown($id)->{state}, 'approved', 'indeed');
is(decide($page, 'explode')->{status}, 200,
   'what no button says does nothing');
is((grep { $_->{event} eq 'app.suspended' } trail($id))[0]{by}, 'aq-root',
   'written down with who did it');

is(enter('aq-root', 'admin/apps', query => [ q => 'x' x 300 ])->{status}, 422,
   'too long a name to look for');
($link) = page_of($id)->{content} =~ m{href="([^"]*admin/audit\?[^"]*)"};
like($browser{'aq-root'}->get(OAuth2Test::Browser::unescape($link))
     ->{content}, qr/app\.suspended/, 'what has happened with it');

# A client of oauth2ctl's, too.
$page = page_of('aqlist-01');
like($page->{content}, qr/It has no team/, 'a client without a team');
is(decide($page, 'suspend', 'of no use')->{status}, 303, 'is one as well');
done_testing();
