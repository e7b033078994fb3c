# SPDX-License-Identifier: Apache-2.0
#
# The login page: forms, CSRF, cookies, sessions, providers, prompt and
# login_hint, throttling.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
client('lo-app', redirect_uri => $uri, scope => 'read write',
       name => 'Orders & <Sons>');
my %password = map { $_ => user($_) } qw(lo-alice lo-bob lo-throttled lo-off);
ctl_ok('user', 'disable', 'lo-off');
my %good = (client_id => 'lo-app', redirect_uri => $uri, scope => 'read');

sub person {
    my ($name, %more) = @_;
    return OAuth2Test::Browser->new(user => $name // 'lo-alice',
        password => $password{ $name // 'lo-alice' }, %more);
}

# To the login page.
sub opened {
    my ($person, %p) = @_;
    my $page = $person->follow($person->get($person->authorize(
        %good, %p)->{url}));
    return ($page, $person->form_with($page, 'password'));
}

# --- the page ----------------------------------------------------------------

subtest 'headers and form' => sub {
    my $person = person();
    my ($page, $form) = opened($person);
    is($page->{status}, 200, 'a page');
    my $csp = header($page, 'content-security-policy');
    my ($nonce) = $csp =~ /style-src 'nonce-([^']+)'/;
    like($csp, qr/default-src 'none'/, 'CSP: default-src');
    like($csp, qr/base-uri 'none'/, 'CSP: base-uri');
    like($csp, qr/frame-ancestors 'none'/, 'CSP: frame-ancestors');
    like($csp, qr{form-action 'self' https://app\.example(?:;|$)},
         'CSP: form-action reaches the client');
    unlike($csp, qr/unsafe|script-src/, 'CSP: nothing unsafe');
    like($page->{content}, qr/<style nonce="\Q$nonce\E"/, 'the nonce');
    unlike($page->{content}, qr/<script|\son\w+=|style="/i, 'no script');
    is(header($page, 'x-content-type-options'), 'nosniff', 'nosniff');
    is(header($page, 'x-frame-options'), 'DENY', 'X-Frame-Options');
    like(header($page, 'cache-control'), qr/no-store/, 'no-store');
    like($page->{content}, qr/Orders &amp; &lt;Sons&gt;/, 'who asks');
    like($page->{content}, qr/Suite &amp; &lt;Sons&gt;/, 'where');
    is_deeply([ sort keys %{ $form->{fields} } ],
              [ qw(form password username) ], 'nothing else in it');
    unlike($page->{content}, qr/app\.example|st-1|code_challenge/,
           'nothing of the request in it');
    my ($again) = opened(person());
    my ($other) = header($again, 'content-security-policy')
        =~ /'nonce-([^']+)'/;
    isnt($other, $nonce, 'a nonce is used once');
};

subtest 'cookies' => sub {
    for my $server (qw(main tls)) {
        my $prefix = $server eq 'tls' ? '__Host-' : '';
        my $person = person('lo-alice', issuer => $server);
        my ($page) = opened($person);
        my ($browser_cookie) = grep { /^\Q$prefix\Eoauth2_browser_[0-9a-f]$/ }
            keys %{ $person->{cookies} };
        my $session_cookie = "${prefix}oauth2_session";
        ok($browser_cookie, "$server: a browser cookie");
        ok(!$person->{cookies}{$session_cookie}, "$server: no session yet");
        $person->login($page);
        ok($person->{cookies}{$session_cookie}, "$server: $session_cookie");
        for my $name ($browser_cookie, $session_cookie) {
            my $is = $person->{attributes}{$name};
            like($is, qr/; *HttpOnly/i, "$name: HttpOnly");
            like($is, qr/; *SameSite=Lax/i, "$name: SameSite");
            like($is, qr{; *Path=/(?:;|$)}i, "$name: Path");
            unlike($is, qr/; *Domain=/i, "$name: no Domain");
            if ($server eq 'tls') {
                like($is, qr/; *Secure/i, "$name: Secure");
            }
            else { unlike($is, qr/; *Secure/i, "$name: not Secure") }
        }
    }
};

# --- sessions ----------------------------------------------------------------

subtest 'a session is new at each login' => sub {
    my $person = person();
    my ($page) = opened($person);
    # Fixation: somebody else's session cookie is planted before the login.
    my $thief = person('lo-bob');
    my ($his) = opened($thief);
    $thief->login($his);
    my $planted = $thief->{cookies}{oauth2_session};
    my $fresh = person();
    my ($mine) = opened($fresh);
    $fresh->{cookies}{oauth2_session} = $planted;
    my $res = $fresh->login($mine);
    isnt($fresh->{cookies}{oauth2_session}, $planted, 'not the planted one');
    like($res->{content}, qr/lo-alice/, 'but her own');
    $thief->{cookies}{oauth2_session} = $planted;
    (undef, my $his_form) = opened($thief);
    ok($his_form, 'and the planted one has ended');
    ($page) = opened($person);
    $person->login($page);
    my $first = $person->{cookies}{oauth2_session};
    isnt($first, $planted, 'its own');
    ($page) = opened($person, prompt => 'login');
    $person->login($page);
    isnt($person->{cookies}{oauth2_session}, $first, 'again a new one');
    my $old = person();
    $old->{cookies} = { %{ $person->{cookies} }, oauth2_session => $first };
    my (undef, $form) = opened($old);
    ok($form, 'the old one has ended');
};

subtest 'signed in: no page, no question twice' => sub {
    my $person = person('lo-bob');
    $person->walk($person->authorize(%good));
    my $res = $person->get($person->authorize(%good)->{url});
    is($res->{status}, 303, 'at once');
    ok(query_of(header($res, 'location'))->{code}, 'a code');
    log_is(0, 'no log');
};

subtest 'two session cookies count as none' => sub {
    my $person = person('lo-bob');
    $person->walk($person->authorize(%good));
    my $session = $person->{cookies}{oauth2_session};
    my $res = request('GET', $person->authorize(%good)->{url}, headers => {
        Cookie => "oauth2_session=$session; " . $person->cookie_header });
    ok($person->form_with($res, 'password'), 'asked to sign in');
};

# --- forms that are not obeyed -----------------------------------------------

subtest 'a form that is not this browser\'s comes back with a reason' => sub {
    my $person = person();
    my (undef, $form) = opened($person);
    my %right = (username => 'lo-alice', password => $password{'lo-alice'});
    my $other = person();
    my (undef, $others) = opened($other);
    my %bad = (status => 403, log => qr/OA2-(?:3050|3051|3600)/,
               body => qr/role="alert".*name="password"/s);
    my $bent = $form->{fields}{form} =~ s/.$/-/r;
    for my $row ([ 'none', '' ], [ 'made up', 'x' x 43 ], [ 'bent', $bent ],
                 [ 'another browser\'s', $others->{fields}{form} ]) {
        row({ clause => $row->[0], %bad, send => sub {
            $person->submit($form, %right, form => $row->[1])
        } });
        ok(!$person->{cookies}{oauth2_session}, "$row->[0]: not signed in");
    }
    my $again = row({ clause => 'without cookies', %bad, send => sub {
        person()->post($form->{action},
                       form => $person->filled($form, %right))
    } });
    like($again->{content}, qr/Orders &amp;.*allow cookies/s,
         'the reason, and for which app');
    # Who comes back goes on from there.
    my $thief = person();
    my $page = $thief->post($form->{action},
                            form => $person->filled($form, %right));
    log_lines();
    ok($thief->form_with($thief->login($page), 'decision'), 'it goes on');
    is($person->submit($form, %right)->{status}, 303, 'the right one');
};

subtest 'tabs that were opened before the first cookie' => sub {
    my $person = person();
    # The answers of four tabs, each asked for without a cookie; there are 16
    # names, and here each has one of its own.
    my @pages;
    for my $i (1 .. 4) {
        until ($pages[$i - 1]) {
            my $page = request('GET', $person->authorize(
                %good, state => "tab-$i")->{url});
            my ($name) = split /=/, header($page, 'set-cookie');
            next if $person->{cookies}{$name};
            $person->keep_cookies($pages[$i - 1] = $page);
        }
    }
    is(scalar(keys %{ $person->{cookies} }), 4, 'a cookie each');
    $_->{url} = issuer() . '/authorize' for @pages;
    for my $i (reverse 1 .. 4) {
        my $res = $person->login($pages[$i - 1]);
        $res = $person->decide($res, 'allow')
            if $person->form_with($res, 'decision');
        my $q = query_of(header($res, 'location'));
        is($q->{state}, "tab-$i", "tab $i goes on");
        ok($q->{code}, 'to its end');
    }
    opened($person);
    is(scalar(grep { /browser/ } keys %{ $person->{cookies} }), 4,
       'and no more are made');
    # One of that name with another value is nobody's: a value fits one name.
    my @made = grep { /^oauth2_browser_/ } map {
        header(request('GET', 'login', headers => { Cookie => "$_=" . 'x' x 43 }),
               'set-cookie') // ''
    } grep { /browser/ } keys %{ $person->{cookies} };
    cmp_ok(scalar @made, '>=', 3, 'a new one for each that does not fit');
};

subtest 'another site\'s form adds no cookie' => sub {
    my $person = person();
    my (undef, $form) = opened($person);
    my $filled = $person->filled($form, username => 'lo-alice',
                                 password => 'wrong');
    for my $row ([ 'Sec-Fetch-Site' => 'cross-site' ],
                 [ 'Sec-Fetch-Site' => 'same-site' ],
                 [ Origin => 'https://evil.example' ]) {
        for my $name (qw(login consent logout)) {
            row({ clause => "@$row: $name", status => 403, log => qr/OA2-5500/,
                  headers => { 'set-cookie' => undef }, send => sub {
                      request('POST', $name, form => $filled,
                              headers => { @$row })
                  } });
        }
        my $flow = $person->authorize(%good);
        my $res = row({ clause => "@$row: authorize", status => 303,
                        headers => { 'set-cookie' => undef }, send => sub {
                            request('POST', 'authorize', headers => { @$row },
                                    form => $flow->{pairs})
                        } });
        $res->{url} = issuer() . '/authorize';
        ok($person->form_with($person->follow($res), 'password'),
           'goes on, with the cookies');
        is(scalar keys %{ $person->{cookies} }, 1, 'and no more of them');
    }
    row({ clause => 'our own, where cookies are not allowed', status => 403,
          log => qr/OA2-3050/, send => sub {
              request('POST', 'login', form => $filled,
                      headers => { 'Sec-Fetch-Site' => 'same-origin',
                                   Origin => 'null' })
          } });
};

subtest 'what was typed is looked at, whoever is signed in' => sub {
    my $person = person();
    my ($one, $form) = opened($person);
    my ($two) = opened($person, state => 'tab-two');
    $person->walk($person->authorize(%good));
    row({ clause => 'another tab\'s form, a wrong password', status => 403,
          log => { level => 'notice', like => qr/OA2-5021.*"lo-bob"/ },
          send => sub {
              $person->submit($form, username => 'lo-bob', password => 'wrong')
          } });
    for my $row ([ 'lo-bob', $one ], [ 'lo-alice', $two ]) {
        my ($name, $page) = @$row;
        my $res = $person->login($page, $name, $password{$name});
        $res = $person->decide($res, 'allow')
            if $person->form_with($res, 'decision');
        ok(query_of(header($res, 'location'))->{code}, "$name: goes on");
        like($person->get('home')->{content}, qr/Signed in as.*\Q$name\E/s,
             'signed in is who was named');
    }
};

subtest 'the page by itself, from a bookmark' => sub {
    my $person = person();
    my $page = $person->get('login');
    is($page->{status}, 200, 'a page');
    $page = $person->login($page);
    like($page->{content}, qr/Signed in as.*lo-alice/s, 'who is it');
    is(person()->get('login?flow=x&x=y')->{status}, 200, 'whatever was there');
};

subtest 'the form twice: one session' => sub {
    my $person = person('lo-bob');
    my (undef, $form) = opened($person);
    my @send = map { [ $form->{action},
        headers => { Cookie => $person->cookie_header },
        form => $person->filled($form, username => 'lo-bob',
                                password => $password{'lo-bob'}) ] } 1 .. 4;
    my @answers = parallel(@send);
    my %seen = map { $_ => 1 } map { headers($_, 'set-cookie') } @answers;
    is(scalar keys %seen, 1, 'the same cookie for all');
    is_deeply([ map { $_->{status} } @answers ], [ (303) x 4 ], 'all go on');
};

subtest 'another name of this host' => sub {
    my $person = person();
    my $there = base() =~ s/127\.0\.0\.1/localhost/r;
    my $url = $person->authorize(%good)->{url} =~ s/127\.0\.0\.1/localhost/r;
    my $page = $person->get($url);
    my $form = $person->form_with($page, 'password');
    like($form->{action}, qr{^\Q$there\E/}, 'its forms lead there');
    my $res = $person->submit($form, username => 'lo-alice',
                              password => $password{'lo-alice'});
    like(header($res, 'location'), qr{^/oauth2/authorize\?}, 'a path');
    $res = $person->get("$there" . header($res, 'location'));
    $res = $person->submit($person->form_with($res, 'decision'),
                           decision => 'allow')
        if $person->form_with($res, 'decision');
    is(query_of(header($res, 'location'))->{iss}, issuer(), 'iss is ours');
};

subtest 'long requests' => sub {
    my $person = person();
    my $state = join '', map { ('a' .. 'z')[$_ % 26] } 1 .. 4096;
    my $res = $person->walk($person->authorize(%good, state => $state));
    is(query_of(header($res, 'location'))->{state}, $state, 'all of it');
    my $flow = $person->authorize(%good, state => '%' x 4096);
    $res = $person->post('authorize', form => $flow->{pairs});
    is(query_of(header($res, 'location'))->{error}, 'invalid_request',
       'what no URL can hold is refused');
    log_is(qr/OA2-5600/, 'and told');
};

# --- wrong passwords ---------------------------------------------------------

subtest 'which of name and password is wrong cannot be told' => sub {
    from(11);
    my @pages = map {
        my ($name, $password) = @$_;
        my $person = person();
        my (undef, $form) = opened($person);
        my $res = row({
            clause => "$name", status => 403, log => { level => 'notice' },
            headers => { 'set-cookie' => undef },
            body => qr/user name or the password is wrong/i,
            send => sub { $person->submit($form, username => $name,
                                          password => $password) },
        });
        $res->{content} =~ s/nonce="[^"]*"|value="[^"]*"//gr;
    } [ 'lo-bob', 'wrong-password' ], [ 'nobody-at-all', 'wrong-password' ],
      [ 'lo-off', $password{'lo-off'} ];
    is($pages[$_], $pages[0], "the same page: $_") for 1, 2;
    from(1);
};

subtest 'empty fields' => sub {
    my $person = person();
    my (undef, $form) = opened($person);
    for my $pair ([ '', '' ], [ 'lo-alice', '' ], [ '', 'x' ]) {
        my $res = $person->submit($form, username => $pair->[0],
                                  password => $pair->[1]);
        is($res->{status}, 400, "'@$pair'");
        ok($person->form_with($res, 'password'), 'asked again');
    }
    log_lines();
};

subtest 'throttle: one account' => sub {
    from(12);
    my $person = person('lo-throttled', issuer => 'short');
    my (undef, $form) = opened($person);
    my $try = sub {
        my ($password) = @_;
        return $person->submit($form, username => 'lo-throttled',
                               password => $password);
    };
    # OAuth2LoginAttempts 3, OAuth2LoginWait 2s
    is($try->('wrong-password')->{status}, 403, 'the first is looked at');
    # A pause may be over before this test comes to its next step.  Each time
    # another form, which no answer was kept for.
    my $in_pause = sub {
        my ($name, $password, $where) = @_;
        my $res;
        for (1 .. 20) {
            my $asking = person('lo-throttled', issuer => 'short');
            my (undef, $asked) = opened($asking);
            for (1 .. 10) {
                last if $try->('wrong-password')->{status} == 429;
            }
            from($where);
            $res = $asking->submit($asked, username => $name,
                                   password => $password);
            from(12);
            last if $res->{status} == 429;
        }
        return $res;
    };
    my $res = $in_pause->('lo-throttled', $password{'lo-throttled'}, 12);
    is($res->{status}, 429, 'the right password is not, in a pause');
    cmp_ok(header($res, 'retry-after') // 0, '>', 0, 'Retry-After');
    like($res->{content}, qr/too many attempts/i, 'it says why');
    $res = $in_pause->(' LO-Throttled ', 'x', 13);
    is($res->{status}, 429, 'from another address, in other letters');
    sleep 2.5;
    is($try->($password{'lo-throttled'})->{status}, 303, 'after the pause');
    my @lines = grep { !/:(?:notice|info)\]/ } log_lines();
    is(scalar @lines, 0, 'nothing above notice');
    from(1);
};

# Some providers take them for one; "short" asks a password file too.
subtest 'throttle: names that differ by accents' => sub {
    from(14);
    my $person = person('lo-bob', issuer => 'short');
    my (undef, $form) = opened($person);
    my $try = sub {
        return $person->submit($form, username => $_[0], password => 'x')
            ->{status};
    };
    my @e = ('e', map { "\xc3$_" } "\xa8", "\xa9", "\xaa", "\xab");
    my @names = map { my $first = $_; map { "lo-${first}th${_}r" } @e } @e;
    # OAuth2LoginAttempts 3: twice as many.  A pause may be over before the next
    # one comes.
    my $looked_at = 0;
    for my $name (@names) {
        last if $try->($name) == 429;
        $looked_at++;
    }
    cmp_ok($looked_at, '>=', 6, 'some are looked at');
    cmp_ok($looked_at, '<', @names, 'and then no name that is alike');
    is($try->('lo-other'), 403, 'another one is');
    log_lines();
    from(1);
};

subtest 'throttle: others are not hit' => sub {
    from(12);
    my $person = person('lo-bob', issuer => 'short');
    my (undef, $form) = opened($person);
    is($person->submit($form, username => 'lo-bob',
                       password => $password{'lo-bob'})->{status}, 303,
       'another account from the same address');
    from(1);
};

# --- providers ---------------------------------------------------------------

subtest 'OAuth2LoginProvider oauth2 file' => sub {
    my $file = var('file_users');
    my $person = OAuth2Test::Browser->new(
        user => 'file-alice', password => $file->{'file-alice'});
    my $res = $person->walk($person->authorize(%good));
    ok(query_of(header($res, 'location'))->{code}, 'a user of mod_authn_file');
    my ($listed) = grep { $_->{username} eq 'file-alice' }
        @{ JSON::PP->new->decode(ctl_ok('--json', 'user', 'list')) };
    ok($listed && !$listed->{has_password}, 'known from now on');
    ctl_ok('user', 'disable', 'file-alice');
    my $again = $person->fresh;
    my ($page) = opened($again);
    $res = $again->login($page);
    is($res->{status}, 403, 'and can be disabled here');
    log_lines();
    ctl_ok('user', 'enable', 'file-alice');
};

# --- prompt and login_hint ---------------------------------------------------

subtest 'prompt=none' => sub {
    my $person = person('lo-bob');
    my $ask = sub {
        my $res = $person->get($person->authorize(
            %good, prompt => 'none', @_)->{url});
        my $q = query_of(header($res, 'location'));
        return $q->{error} // ($q->{code} ? 'code' : 'nothing');
    };
    is($ask->(), 'login_required', 'nobody is signed in');
    $person->walk($person->authorize(%good));
    is($ask->(), 'code', 'signed in, consented');
    is($ask->(scope => 'read write'), 'consent_required', 'more is asked');
    log_lines();
};

subtest 'prompt=login, prompt=consent' => sub {
    my $person = person('lo-bob');
    $person->walk($person->authorize(%good));
    my ($page, $form) = opened($person, prompt => 'login');
    ok($form, 'login: asked although signed in');
    my $res = $person->login($page);
    ok(query_of(header($res, 'location'))->{code}, 'login: then a code');
    $page = $person->follow($person->get($person->authorize(
        %good, prompt => 'consent')->{url}));
    ok($person->form_with($page, 'decision'), 'consent: asked again');
    $page = $person->follow($person->get($person->authorize(
        %good, prompt => 'login consent')->{url}));
    ok($person->form_with($page, 'password'), 'both: first the login');
    $page = $person->login($page);
    ok($person->form_with($page, 'decision'), 'both: then the consent');
    ($page, $form) = opened($person, prompt => 'login');
    $res = $person->get($person->authorize(%good)->{url});
    ok(query_of(header($res, 'location'))->{code},
       'the login that waits does not stand in another tab\'s way');
};

subtest 'in no other page (SSI), which would have none of our headers' => sub {
    my $person = person('lo-bob');
    $person->walk($person->authorize(%good));
    my $url = $person->authorize(%good, prompt => 'consent')->{url};
    ok($person->form_with($person->follow($person->get($url)), 'decision'),
       'the page itself');
    log_lines();
    my $page = $person->get('/open/endpoint.shtml?' . ($url =~ s/^[^?]*\?//r));
    is($page->{status}, 200, 'the page around');
    unlike($page->{content}, qr/<form|lo-bob/, 'nothing of ours');
    like($page->{content}, qr/(?:error occurred.*){2}/s, 'but it was tried');
    log_allow(qr/unable to include/, 'SSI');
};

subtest 'login_hint' => sub {
    my $person = person();
    my (undef, $form) = opened($person, login_hint => 'ann@example.org');
    is($form->{fields}{username}, 'ann@example.org', 'filled in');
};

no_complaints('all of it');
done_testing();
