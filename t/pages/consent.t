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
    is_deeply([ sort keys %{ $form->{fields} } ], [ qw(form) ],
              'no scope travels through the form');
};

subtest 'forged and stale forms decide nothing' => sub {
    my $person = person('co-alice');
    my (undef, $form) = opened($person);
    for my $field ('', 'x' x 43) {
        row({ clause => "form '$field'", status => 403, log => qr/OA2-3051/,
              headers => { location => undef }, send => sub {
                  $person->submit($form, decision => 'allow', form => $field)
              } });
    }
    my $other = person('co-alice');
    my (undef, $theirs) = opened($other);
    my %again = (status => 403, headers => { location => undef },
                 body => qr/role="alert".*name="decision"/s);
    row({ clause => 'another browser\'s', %again, log => qr/OA2-3600/,
          send => sub { $person->submit($form, decision => 'allow',
                                        form => $theirs->{fields}{form}) } });
    my $login = $other->form_with($person->fresh->get($person->authorize(
        %good)->{url}), 'password');
    row({ clause => 'a login page\'s', %again, log => qr/OA2-3600/,
          send => sub { $person->submit($form, decision => 'allow',
                                        form => $login->{fields}{form}) } });
    my $bob = person('co-bob');
    $bob->{cookies} = { %{ $person->{cookies} } };
    $bob->login($bob->get($bob->authorize(%good, prompt => 'login')->{url}));
    row({ clause => 'of who was signed in before', %again,
          log => qr/OA2-5602/, body => qr/somebody else.*co-bob/s,
          send => sub { $bob->submit($form, decision => 'allow') } });
    my $nobody = person('co-bob');
    $nobody->{cookies} = { %{ $bob->{cookies} } };
    delete $nobody->{cookies}{oauth2_session};
    my $page = row({ clause => 'of nobody any more', status => 403,
        log => qr/OA2-5601/, body => qr/sign-in has ended.*name="password"/s,
        send => sub { $nobody->submit($form, decision => 'deny') } });
    $page = $nobody->login($page);
    ok($nobody->form_with($page, 'decision'), 'and it goes on from there');
    my $res = $person->get("$form->{action}?decision=allow&form="
                           . $form->{fields}{form});
    is(header($res, 'location'), '/oauth2/login', 'GET decides nothing');
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

subtest 'a form sent twice gets the same answer' => sub {
    for my $decision (qw(allow deny)) {
        my $person = person('co-alice');
        my (undef, $form) = opened($person);
        my $first = header($person->submit($form, decision => $decision),
                           'location');
        like($first, qr/[?&](?:code|error)=/, "$decision: an answer");
        is(header($person->submit($form, decision => $decision), 'location'),
           $first, "$decision: the same again (a double click)");
        my $thief = person('co-bob');
        $thief->walk($thief->authorize(%good));
        row({ clause => "$decision: not in another browser", status => 403,
              headers => { location => undef }, log => 1, send => sub {
                  $thief->submit($form, decision => $decision)
              } });
        log_lines();
    }
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

subtest 'the page by hand' => sub {
    my $person = person('co-alice');
    for my $query ('', '?flow=x', '?form=' . 'x' x 2000, '?flow=%00') {
        my $res = $person->get("consent$query");
        like($res->{status}, qr/^(?:303|400)$/, "consent$query");
    }
    row({ clause => 'a form without a request', status => 400,
          log => qr/OA2-5001/, send => sub {
              my $form = $person->form_with($person->get('login'), 'form');
              $person->post('consent', form => [
                  form => $form->{fields}{form}, decision => 'allow' ])
          } });
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
    my $form = $person->form_with($page, 'form');
    row({ clause => 'a forged form', status => 403, log => qr/OA2-3051/,
          body => qr/role="alert".*Sign out/s,
          send => sub { $person->submit($form, form => 'x') } });
    ok($person->{cookies}{oauth2_session}, 'still signed in');
    my $cookie = $person->{cookies}{oauth2_session};
    my $res = $person->follow($person->submit($form));
    ok(!$person->{cookies}{oauth2_session}, 'the cookie is gone');
    like($res->{content}, qr/signed out/i, 'it says so');
    is($person->submit($form)->{status}, 303, 'once more: no harm');
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

subtest 'what a client lost while the page was open' => sub {
    my %change = ('co-scope' => [ '--scope', 'read' ],
                  'co-uri' => [ '--redirect-uri', 'https://new.example/' ]);
    my %expected = ('co-scope' => qr/error=invalid_scope/,
                    'co-uri' => qr/wrong address/);
    my %open;
    for my $id (sort keys %change) {
        client($id, redirect_uri => $uri, scope => 'read admin');
        my %lost = (client_id => $id, scope => 'read admin');
        my ($person, $late) = (person('co-alice'), person('co-alice'));
        my (undef, $form) = opened($person, %lost);
        my $page = $late->get($late->authorize(%good, %lost)->{url});
        $open{$id} = [
            sub { $person->submit($form, decision => 'allow') },
            sub { $late->login($page) },
        ];
        ctl_ok('client', 'set', $id, @{ $change{$id} });
    }
    settle();
    for my $id (sort keys %change) {
        for my $step (@{ $open{$id} }) {
            my $res = $step->();
            my $said = (header($res, 'location') // '') . $res->{content};
            like($said, $expected{$id}, "$id: not issued");
            unlike($said, qr/[?&]code=/, "$id: no code");
        }
    }
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
