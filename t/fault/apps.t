# SPDX-License-Identifier: Apache-2.0
#
# Several servers on one PostgreSQL: an app that a developer makes at one of
# them and an administrator decides upon is used, or refused, at both at once:
# authorize, token, refresh, introspection and what is protected.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows qw(log_allow);
use OAuth2Test::Server qw(wait_for);

my $BACK = 'https://fa.example/back';
my @nodes = qw(main second);
my %password = map { $_ => user($_) } qw(fa-owner fa-user);
my $owner = OAuth2Test::Browser->new(user => 'fa-owner',
                                     password => $password{'fa-owner'});
my $looker = client('fa-looker', scope => 'read', introspect => 'all',
                    grant => 'client_credentials');
log_allow(qr/OA2-5610/, 'an app that is not approved');

sub browser {
    my ($node, $name) = @_;
    return OAuth2Test::Browser->new(user => $name, issuer => $node,
                                    password => $password{$name});
}

# --- a developer's doing, at the first ---------------------------------------

sub enter {
    my ($where) = @_;
    my $page = $owner->get($where);
    return $page if $page->{content} !~ /name="username"/;
    return $owner->follow($owner->login($page));
}

sub send_form {
    my ($page, $field, %typed) = @_;
    my $form = $owner->form_with($page, $field)
        or die "no form with $field: $page->{status}\n$page->{content}\n";
    return $owner->post($form->{action}, form => [
        form => $form->{fields}{form}, map { ($_ => $typed{$_}) }
        sort keys %typed ]);
}

sub add {
    my ($name) = @_;
    my $answer = send_form(
        enter('developer/add'), 'client_name', client_name => $name,
        redirect_uris => $BACK, description => 'word ' x 130, scope => 'read',
        token_endpoint_auth_method => 'client_secret_basic');
    my ($secret) = $answer->{content} =~ /id="secret">([^<]+)</;
    my ($id) = $answer->{content} =~ m{developer/app/([a-z0-9]+)"};
    die "not added: $answer->{status}\n$answer->{content}\n" if !$secret;
    return [ $id, note_secret($secret) ];
}

sub submit {
    my ($app) = @_;
    return send_form(enter("developer/app/$app->[0]"), 'form');
}

# --- what each server says ---------------------------------------------------

sub flow {
    my ($node, $app, $name) = @_;
    my $browser = browser($node, $name);
    my $flow = $browser->authorize(client_id => $app->[0], scope => 'read',
                                   redirect_uri => $BACK);
    return ($browser, $flow);
}

# What a user is shown: "login", "off" (not approved) or "none".
sub authorize {
    my ($node, $app) = @_;
    my ($browser, $flow) = flow($node, $app, 'fa-user');
    my $page = $browser->get($flow->{url});
    return $page->{status} == 200 ? 'login'
        : $page->{status} != 400 ? $page->{status}
        : $page->{content} =~ /has to be approved/ ? 'off'
        : $page->{content} =~ /client_id is unknown/ ? 'none' : '400';
}

sub api {
    my ($node, $token) = @_;
    return request('GET', base($node) . '/api/file.txt',
                   bearer => $token)->{status};
}

sub is_active {
    my ($node, $token) = @_;
    return json(request('POST', issuer($node) . '/introspect',
                        basic => $looker, form => [ token => $token ]))
        ->{active} ? 1 : 0;
}

sub both {
    my ($ask) = @_;
    return join ' ', map { $ask->($_) } @nodes;
}

# An app with a code that was not redeemed and a refresh token of each server,
# and an access token that both have in memory.
sub equip {
    my ($app) = @_;
    my %has = (app => $app);
    for my $node (@nodes) {
        my ($browser, $flow) = flow($node, $app, 'fa-user');
        my $answer = json($browser->redeem($flow, $browser->code($flow),
                                           basic => $app));
        $has{refresh}{$node} = $answer->{refresh_token};
        $has{access} = $answer->{access_token};
        ($browser, $flow) = flow($node, $app, 'fa-user');
        $has{code}{$node} = [ $browser, $flow, $browser->code($flow) ];
    }
    is(both(sub { api($_[0], $has{access}) }), '200 200', 'a token is good')
        for 1 .. 5;
    return \%has;
}

sub redeem {
    my ($node, $has) = @_;
    my ($browser, $flow, $code) = @{ $has->{code}{$node} };
    my $answer = $browser->redeem($flow, $code, basic => $has->{app});
    return "$answer->{status} " . (json($answer)->{error} // '');
}

sub refresh {
    my ($node, $has) = @_;
    my $answer = request(
        'POST', issuer($node) . '/token', basic => $has->{app}, form => [
            grant_type => 'refresh_token',
            refresh_token => $has->{refresh}{$node} ]);
    return "$answer->{status} " . (json($answer)->{error} // '');
}

sub refused_everywhere {
    my ($name, $has, $page) = @_;
    ok(wait_for(1, sub {
        both(sub { api($_[0], $has->{access}) }) eq '401 401'
    }), "$name: what is protected refuses at both");
    is(both(sub { api($_[0], $has->{access}) }), '401 401', "$name: ever after")
        for 1 .. 5;
    is(both(sub { is_active($_[0], $has->{access}) }), '0 0',
       "$name: introspection");
    is(both(sub { authorize($_[0], $has->{app}) }), $page, "$name: authorize");
    is(both(sub { redeem($_[0], $has) }), join(' ', ('401 invalid_client') x 2),
       "$name: token");
    is(both(sub { refresh($_[0], $has) }), join(' ', ('401 invalid_client') x 2),
       "$name: refresh");
}

# --- draft, pending, approved ------------------------------------------------

my $app = add('Bookshelf');
is(both(sub { authorize($_[0], $app) }), 'off off', 'a draft: for nobody');
for my $node (@nodes) {
    my $browser = browser($node, 'fa-owner');
    my $flow = $browser->authorize(client_id => $app->[0], scope => 'read',
                                   redirect_uri => $BACK);
    $browser->follow($browser->login($browser->get(
        issuer($node) . '/developer')));
    my $code = $browser->code($flow);
    ok($code, "$node: but its team gets a code");
    my $answer = $browser->redeem($flow, $code, basic => $app);
    is(json($answer)->{error}, 'invalid_client', "$node: and no token");
}
is(submit($app)->{status}, 303, 'submitted');
is(both(sub { authorize($_[0], $app) }), 'off off', 'pending: for nobody');
ctl_ok('app', 'approve', $app->[0]);
ok(wait_for(1, sub { both(sub { authorize($_[0], $app) }) eq 'login login' }),
   'approved: for all, at both');

# --- suspended, and again in force -------------------------------------------

my $has = equip($app);
ctl_ok('app', 'suspend', $app->[0], 'It does something else.');
refused_everywhere('suspended', $has, 'off off');
ctl_ok('app', 'resume', $app->[0]);
ok(wait_for(1, sub {
    both(sub { api($_[0], $has->{access}) }) eq '200 200'
}), 'resumed: its tokens are good again');
like(both(sub { refresh($_[0], $has) }), qr/^200 +200 *$/, 'and refreshed');

# --- a change of scopes that is rejected changes nothing ----------------------

$has = equip($app);
my $answer = send_form(
    enter("developer/edit/$app->[0]"), 'client_name',
    client_name => 'Bookshelf', redirect_uris => $BACK, scope => 'write',
    description => 'word ' x 130,
    token_endpoint_auth_method => 'client_secret_basic');
is($answer->{status}, 303, 'other scopes are asked for');
is(both(sub { api($_[0], $has->{access}) }), '200 200',
   'what was approved stays in force');
ctl_ok('app', 'reject', $app->[0], 'Nobody needs that.');
is(both(sub { api($_[0], $has->{access}) }), '200 200', 'rejected: still');
my ($seen) = enter("developer/app/$app->[0]")->{content}
    =~ /(Nobody needs that)/;
ok($seen, 'and the developer reads why');

# --- rejected from the start --------------------------------------------------

my $other = add('Second');
is(submit($other)->{status}, 303, 'another is submitted');
ctl_ok('app', 'reject', $other->[0], 'Say what it does.');
is(both(sub { authorize($_[0], $other) }), 'off off', 'rejected: for nobody');
is(both(sub { request('POST', issuer($_[0]) . '/token', basic => $other,
                      form => [ grant_type => 'authorization_code' ])
                  ->{status} }), '401 401', 'rejected: token');

# --- deleted by its owner, at the first ---------------------------------------

$answer = send_form(enter("developer/delete/$app->[0]"), 'name',
                    name => 'Bookshelf');
is($answer->{status}, 303, 'deleted');
refused_everywhere('deleted', $has, 'none none');
done_testing();
