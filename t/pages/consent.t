# SPDX-License-Identifier: Apache-2.0
#
# The consent page, sign-out, and flows that go astray.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
client('co-app', redirect_uri => $uri, name => 'Evil <b>App</b>',
       scope => 'read write admin billing');
client('co-trusted', redirect_uri => $uri, scope => 'read', trusted => 1);
my %password = map { $_ => user($_) } qw(co-alice co-bob co-leaves);
my %good = (client_id => 'co-app', redirect_uri => $uri, scope => 'read');

sub person {
    my ($name) = @_;
    return OAuth2Test::Browser->new(user => $name,
                                    password => $password{$name});
}

# Signed in, at the consent page.
sub opened {
    my ($person, %p) = @_;
    my $page = $person->follow($person->get($person->authorize(
        %good, prompt => 'consent', %p)->{url}));
    $page = $person->login($page) if $person->form_with($page, 'password');
    return ($page, $person->form_with($page, 'decision'));
}

subtest 'the page' => sub {
    my ($page, $form) = opened(person('co-alice'),
                               scope => 'read admin billing');
    is($page->{status}, 200, 'a page');
    like($page->{content}, qr/Evil &lt;b&gt;App&lt;\/b&gt;/, 'who asks');
    like($page->{content}, qr/Read your orders/, 'what for');
    like($page->{content}, qr/Manage &lt;everything&gt;/, 'escaped');
    like($page->{content}, qr/See your bills/, 'and the third');
    like($page->{content}, qr/co-alice/, 'who is signed in');
    like($page->{content}, qr/app\.example/, 'where it goes');
    unlike($page->{content}, qr/Create &amp; change/, 'not what is not asked');
    my $csp = header($page, 'content-security-policy');
    like($csp, qr{form-action 'self' https://app\.example(?:;|$)},
         'form-action: here and the client');
    like($csp, qr/frame-ancestors 'none'/, 'never framed');
    is(header($page, 'x-frame-options'), 'DENY', 'never framed');
    is_deeply([ sort keys %{ $form->{fields} } ], [ qw(csrf flow) ],
              'no scope travels through the form');
};

subtest 'CSRF' => sub {
    my $person = person('co-alice');
    my (undef, $form) = opened($person);
    # Asked again: nothing is decided by it.
    my %bad = (status => 303, log => qr/CSRF/, headers => {
        location => "$form->{action}?flow=$form->{fields}{flow}" });
    for my $csrf ('', 'x' x 43) {
        row({ clause => "csrf '$csrf'", %bad, send => sub {
            $person->submit($form, decision => 'allow', csrf => $csrf)
        } });
    }
    row({ clause => 'a login form\'s token', %bad, send => sub {
        my $other = person('co-alice');
        my $login = $other->form_with($other->follow($other->get(
            $other->authorize(%good)->{url})), 'password');
        $person->submit($form, decision => 'allow',
                        csrf => $login->{fields}{csrf})
    } });
    my $res = $person->get("$form->{action}?flow=$form->{fields}{flow}"
        . "&decision=allow&csrf=$form->{fields}{csrf}");
    is(header($res, 'location'), undef, 'GET decides nothing');
    $res = $person->submit($form, decision => 'allow');
    ok(query_of(header($res, 'location'))->{code}, 'the flow still waits');
};

subtest 'scope cannot be changed on the way' => sub {
    my $person = person('co-bob');
    my $flow = $person->authorize(%good);
    my $page = $person->login($person->follow($person->get($flow->{url})));
    my $form = $person->form_with($page, 'decision');
    my $res = $person->submit(
        $form, decision => 'allow', scope => 'read write admin',
        client_id => 'co-trusted', redirect_uri => 'https://evil.example/');
    like(header($res, 'location'), qr{^\Q$uri\E\?code=}, 'to the client');
    $page = $person->follow($person->get($person->authorize(
        %good, scope => 'read write')->{url}));
    ok($person->form_with($page, 'decision'), 'write was not allowed by that');
};

subtest 'a decision is needed' => sub {
    my $person = person('co-alice');
    my (undef, $form) = opened($person);
    for my $decision (undef, '', 'maybe') {
        my $res = row({ clause => 'decision ' . ($decision // 'none'),
            status => 400, log => 1, headers => { location => undef },
            send => sub { $person->submit($form, decision => $decision) } });
    }
    my $res = $person->submit($form, decision => 'allow');
    ok(query_of(header($res, 'location'))->{code}, 'then it goes on');
};

subtest 'a flow ends once' => sub {
    my $person = person('co-alice');
    my (undef, $form) = opened($person);
    my $res = $person->submit($form, decision => 'allow');
    ok(query_of(header($res, 'location'))->{code}, 'a code');
    row({ clause => 'the same form again (Back button)', status => 400,
          headers => { location => undef }, log => 1,
          body => qr/go back to the app/i,
          send => sub { $person->submit($form, decision => 'allow') } });
    row({ clause => 'the page again', status => 400, log => 1,
          headers => { location => undef },
          send => sub {
              $person->get("$form->{action}?flow=$form->{fields}{flow}")
          } });
};

subtest 'two tabs with two flows' => sub {
    my $person = person('co-alice');
    my (undef, $one) = opened($person, state => 'tab-one');
    my (undef, $two) = opened($person, state => 'tab-two');
    my $res = $person->submit($two, decision => 'allow');
    is(query_of(header($res, 'location'))->{state}, 'tab-two', 'the second');
    $res = $person->submit($one, decision => 'deny');
    my $q = query_of(header($res, 'location'));
    is($q->{state}, 'tab-one', 'and the first');
    is($q->{error}, 'access_denied', 'denied');
    log_lines();
};

subtest 'a flow belongs to its browser' => sub {
    my $person = person('co-alice');
    my (undef, $form) = opened($person);
    my $thief = person('co-bob');
    $thief->walk($thief->authorize(%good));
    row({ clause => 'another browser, signed in', status => 400, log => 1,
          headers => { location => undef }, send => sub {
              $thief->get("$form->{action}?flow=$form->{fields}{flow}")
          } });
    row({ clause => 'nobody', status => 400, log => 1, send => sub {
        request('GET', "$form->{action}?flow=$form->{fields}{flow}")
    } });
    for my $flow ('', 'x', 'x' x 43, '%00', '../..', 'x' x 2000) {
        my $res = request('GET', "$form->{action}?flow=$flow", headers =>
                          { Cookie => 'oauth2_browser=abc' });
        is($res->{status}, 400, 'flow=' . substr $flow, 0, 20);
    }
    log_lines();
};

subtest 'consent is remembered per client and scope' => sub {
    my $person = person('co-leaves');
    $person->walk($person->authorize(%good));
    my $res = $person->get($person->authorize(%good)->{url});
    ok(query_of(header($res, 'location'))->{code}, 'not asked again');
    my $later = $person->fresh;
    my $page = $later->follow($later->get($later->authorize(%good)->{url}));
    $res = $later->login($page);
    ok(query_of(header($res, 'location'))->{code},
       'nor in another browser');
};

subtest 'a trusted client is not asked about' => sub {
    my $person = person('co-alice');
    my $page = $person->follow($person->get($person->authorize(
        %good, client_id => 'co-trusted')->{url}));
    my $res = $person->login($page);
    ok(query_of(header($res, 'location'))->{code}, 'a code');
};

# --- sign-out ----------------------------------------------------------------

subtest 'sign-out' => sub {
    my $person = person('co-leaves');
    $person->walk($person->authorize(%good));
    my $page = $person->get('logout');
    is($page->{status}, 200, 'asked first');
    ok($person->{cookies}{oauth2_session}, 'a GET signs nobody out');
    my $form = $person->form_with($page, 'csrf');
    row({ clause => 'CSRF', status => 403, log => qr/CSRF/,
          send => sub { $person->submit($form, csrf => 'x') } });
    ok($person->{cookies}{oauth2_session}, 'still signed in');
    my $cookie = $person->{cookies}{oauth2_session};
    my $res = $person->follow($person->submit($form));
    ok(!$person->{cookies}{oauth2_session}, 'the cookie is gone');
    like($res->{content}, qr/signed out/i, 'it says so');
    $person->{cookies}{oauth2_session} = $cookie;
    $page = $person->follow($person->get($person->authorize(%good)->{url}));
    ok($person->form_with($page, 'password'), 'and the session has ended');
};

subtest 'switch account at consent' => sub {
    my $person = person('co-alice');
    my ($page) = opened($person, scope => 'read write');
    my ($switch) = grep { $_->{action} =~ m{/logout$} }
        $person->forms_of($page);
    ok($switch, 'offered') or return;
    $page = $person->follow($person->submit($switch));
    ok($person->form_with($page, 'password'), 'to the login page');
    $page = $person->login($page, 'co-bob', $password{'co-bob'});
    like($page->{content}, qr/co-bob/, 'as somebody else');
    my $res = $person->decide($page, 'allow');
    ok(query_of(header($res, 'location'))->{code}, 'the flow went on');
};

# --- users and clients that go away meanwhile --------------------------------

subtest 'a disabled user\'s session ends' => sub {
    my $person = person('co-leaves');
    $person->walk($person->authorize(%good));
    ctl_ok('user', 'disable', 'co-leaves');
    settle();
    my $page = $person->follow($person->get($person->authorize(%good)
                                            ->{url}));
    ok($person->form_with($page, 'password'), 'signed out');
    is($person->login($page)->{status}, 403, 'and cannot sign in');
    log_lines();
};

subtest 'a client that is removed while the page is open' => sub {
    client('co-gone', redirect_uri => $uri, scope => 'read');
    my $person = person('co-alice');
    my (undef, $form) = opened($person, client_id => 'co-gone');
    ctl_ok('client', 'remove', 'co-gone', '--yes');
    settle();
    row({ clause => 'the form', status => 400, log => 1,
          headers => { location => undef },
          send => sub { $person->submit($form, decision => 'allow') } });
};

no_complaints('all of it');
done_testing();
