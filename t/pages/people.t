# SPDX-License-Identifier: Apache-2.0
#
# OAuth2BrowserLogin: people who are signed in, and programs with a token, on
# one path; the way to the login page and back; roles.

use strict;
use warnings;

use File::Path qw(make_path);
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $machine = client('pe-app', scope => 'read write',
                     grant => 'client_credentials');
my %password = map { $_ => user($_) } qw(pe-alice pe-bob pe-carol);
my %page = (Accept => 'text/html,application/xhtml+xml');

sub token_of {
    return json(request('POST', 'token', basic => $machine, form =>
        [ grant_type => 'client_credentials', scope => shift ]))
        ->{access_token};
}
my %token = map { $_ => token_of($_) } qw(read write);

sub person {
    my ($name) = @_;
    return OAuth2Test::Browser->new(user => $name // 'pe-alice',
                                    password => $password{$name // 'pe-alice'});
}

# As a browser shows a page.
sub visit {
    my ($person, $where, %o) = @_;
    return $person->get($where, %o, headers => { %page,
                                                 %{ $o{headers} || {} } });
}

sub signed_in {
    my ($person) = @_;
    $person->login($person->follow(visit($person, '/people/app')));
    return $person;
}

# The answer to the login page's form.
sub enter {
    my ($person, $page) = @_;
    return $person->submit($person->form_with($page, 'password'),
        username => $person->{user}, password => $person->{password});
}

sub at_login { return (header(shift, 'location') // '')
                   =~ m{^/oauth2/login\?to=[\w.-]+$} }

subtest 'to the login page and back' => sub {
    my $alice = person();
    my $res = visit($alice, '/people/app?a=b%26c&d=%C3%A4');
    is($res->{status}, 303, 'sent away');
    ok(at_login($res), '… to the login page');
    like(header($res, 'cache-control'), qr/no-store/, '… this time');
    ok(!headers($res, 'www-authenticate'), '… without a challenge');
    my $page = $alice->follow($res);
    is($page->{status}, 200, 'the login page');
    my $wrong = $alice->submit($alice->form_with($page, 'password'),
                               username => 'pe-alice', password => 'wrong');
    is($wrong->{status}, 403, 'a wrong password');
    $res = $alice->submit($alice->form_with($wrong, 'password'),
        username => 'pe-alice', password => $password{'pe-alice'});
    is($res->{status}, 303, 'signed in');
    is(header($res, 'location'), '/people/app?a=b%26c&d=%C3%A4',
       '… and sent back');
    my $env = json($alice->follow($res));
    is($env->{REMOTE_USER}, 'pe-alice', 'REMOTE_USER');
    is($env->{AUTH_TYPE}, 'OAuth2', 'AUTH_TYPE');
    like($env->{OAUTH2_SUB}, qr/^[\w-]{22}$/, 'OAUTH2_SUB');
    cmp_ok($env->{OAUTH2_EXPIRES}, '>', time, 'OAUTH2_EXPIRES');
    is_deeply([grep { /^OAUTH2_(?:CLIENT|SCOPE)/ } keys %$env], [],
              'no client, no scope');
    unlike($env->{HTTP_COOKIE} // '', qr/oauth2/, 'nor the cookie');
    is(header($alice->get('/people/app'), 'cache-control'), 'private',
       'for no shared cache');
    is(header($alice->get('/people/cached'), 'cache-control'), 'max-age=60',
       '… unless the application says what may');
    # The login page, again: signed in already.
    $res = $alice->get(header(visit(person(), '/people/x'), 'location'));
    is(header($res, 'location'), '/people/x', 'a link to the login page');
};

subtest 'two tabs' => sub {
    my $alice = person();
    my @tab = map { $alice->follow(visit($alice, "/people/$_")) } qw(one two);
    is(header(enter($alice, $tab[0]), 'location'), '/people/one', 'the first');
    is(header(enter($alice, $tab[1]), 'location'), '/people/two',
       'and the second lead where each was');
    is(visit($alice, '/people/app')->{status}, 200, 'signed in');
};

subtest 'who is sent to the login page, and who is challenged' => sub {
    my @rows = (
        [ 'a browser', 303, 'GET' ],
        [ 'HEAD', 303, 'HEAD' ],
        [ 'Sec-Fetch-Mode: navigate', 303, 'GET', 'Sec-Fetch-Mode', 'navigate' ],
        [ 'a script', 401, 'GET', 'Sec-Fetch-Mode', 'cors' ],
        [ 'an image', 401, 'GET', 'Sec-Fetch-Mode', 'no-cors' ],
        [ 'an old script', 401, 'GET', 'X-Requested-With', 'XMLHttpRequest' ],
        [ 'a program', 401, 'GET', 'Accept', '*/*' ],
        [ 'a JSON client', 401, 'GET', 'Accept', 'application/json' ],
        [ 'a form', 401, 'POST' ],
        [ 'DELETE', 401, 'DELETE' ],
        [ 'a WebSocket', 401, 'GET', 'Upgrade', 'websocket' ],
        [ 'Basic', 401, 'GET', 'Authorization', 'Basic YTpi' ],
        [ 'a bad token', 401, 'GET', 'Authorization', 'Bearer bad' ],
    );
    for (@rows) {
        my ($name, $status, $method, %more) = @$_;
        my $res = request($method, '/people/app', headers => { %page, %more });
        is($res->{status}, $status, $name);
        is(at_login($res) ? 303 : 401, $status, "… $status");
        is((headers($res, 'www-authenticate') ? 401 : 303), $status,
           '… and a challenge if not');
    }
    is(request('GET', '/people/off', headers => { %page })->{status}, 401,
       'Off');
};

subtest 'one path, both' => sub {
    my $alice = signed_in(person());
    my $bob = signed_in(person('pe-bob'));
    my @rows = (
        # path, read token, write token, alice, bob
        [ '/people/app', 200, 403, 200, 200 ],
        [ '/people/scope', 200, 403, 403, 403 ],
        [ '/people/valid', 200, 200, 200, 200 ],
        [ '/people/user', 403, 403, 200, 403 ],
        [ '/people/role', 403, 403, 403, 403 ],
        [ '/people/off', 200, 403, 401, 401 ],
    );
    for (@rows) {
        my ($path, @status) = @$_;
        is_deeply([ (map { request('GET', $path, bearer => $token{$_})
                               ->{status} } qw(read write)),
                    map { visit($_, $path)->{status} } $alice, $bob ],
                  \@status, $path);
    }
    my $env = json($alice->get('/people/app', bearer => $token{read}));
    is($env->{REMOTE_USER}, 'client:pe-app', 'a token before the cookie');
    is($alice->get('/people/app', bearer => 'oa2a_bad')->{status}, 401,
       '… a bad one, too');
    $env = json($alice->get('/people/headers'));
    is($env->{HTTP_OAUTH2_USER}, 'pe-alice', 'OAuth2-User');
    ok(!exists $env->{HTTP_OAUTH2_CLIENT_ID}, '… and no OAuth2-Client-Id');
};

subtest 'what another site has the browser send' => sub {
    my $alice = signed_in(person());
    my $host = base() =~ s{^https?://}{}r;
    my $scheme = base() =~ /^(https?)/ ? $1 : '';
    my @rows = (
        [ 'Sec-Fetch-Site: same-origin', 200, 'Sec-Fetch-Site', 'same-origin' ],
        [ '… none', 200, 'Sec-Fetch-Site', 'none' ],
        [ '… same-site', 403, 'Sec-Fetch-Site', 'same-site' ],
        [ '… cross-site', 403, 'Sec-Fetch-Site', 'cross-site' ],
        [ '… with our Origin', 403, 'Sec-Fetch-Site', 'cross-site', 'Origin',
          base() ],
        [ 'Origin', 200, 'Origin', base() ],
        [ '… of another port', 403, 'Origin', "$scheme://127.0.0.1:1" ],
        [ '… that begins alike', 403, 'Origin', base() . '.evil.example' ],
        [ '… null', 403, 'Origin', 'null' ],
        [ 'neither', 403 ],
        [ 'neither, but Referer', 403, 'Referer', base() . '/' ],
    );
    for my $method (qw(POST PUT PATCH DELETE PROPFIND)) {
        for (@rows) {
            my ($name, $status, %headers) = @$_;
            my $res = $alice->request($method, '/people/app', body => 'x=1',
                type => 'application/x-www-form-urlencoded',
                headers => \%headers);
            is($res->{status}, $status, "$method: $name");
        }
    }
    is($alice->get('/people/app', headers => {
        'Sec-Fetch-Site' => 'cross-site' })->{status}, 200, 'a link');
    is($alice->get('/people/app', headers => { Upgrade => 'websocket',
        Origin => 'https://evil.example' })->{status}, 403, 'a WebSocket');
    is(request('POST', '/people/app', bearer => $token{read},
               headers => { Origin => 'https://evil.example' })->{status}, 200,
       'a token needs none of it');
};

subtest 'nobody is led elsewhere' => sub {
    my @paths = ('//evil.example/people', '/people/%5c%5cevil.example',
                 '/people/..//evil.example', "/people/%0d%0aSet-Cookie:%20a",
                 '/people//evil.example', '/people/x?next=//evil.example');
    for my $path (@paths) {
        my $alice = person();
        my ($res) = raw_request("GET $path HTTP/1.1\r\nHost: "
            . (base() =~ s{^https?://}{}r) . "\r\nAccept: text/html\r\n"
            . "Connection: close\r\n\r\n");
        my $to = header($res, 'location') // '';
        next if $to eq '';
        $to =~ s{^\Q${\ base()}\E}{};
        like($to, qr{^/oauth2/login(?:\?to=[\w.-]+)?$}, $path);
        $res = enter($alice, $alice->get($to));
        like(header($res, 'location'), qr{^/(?![/\\])[^\\]*$}, '… and back');
        unlike(header($res, 'location'), qr/[\r\n]/, '… in one line');
    }
    my $to = header(visit(person(), '/people/app'), 'location');
    my @bad = ('/people', '//evil.example', 'https://evil.example', '',
               $to =~ s/^.*to=//r =~ s/.$//r, 'x.y');
    for my $bad (@bad) {
        my $alice = person();
        my $page = $alice->get('login', query => [ to => $bad ]);
        next if $page->{status} == 400;
        is(header(enter($alice, $page), 'location'), '/oauth2/home',
           "to=$bad leads nowhere");
    }
};

subtest 'roles, a new password, the end' => sub {
    my $bob = signed_in(person('pe-bob'));
    is($bob->get('/people/role')->{status}, 403, 'no role');
    ctl_ok('user', 'set', 'pe-bob', '--role', 'editor');
    settle();
    is($bob->get('/people/role')->{status}, 200, 'a role counts at once');
    ctl_ok('user', 'set', 'pe-bob', '--no-role', 'editor');
    settle();
    is($bob->get('/people/role')->{status}, 403, '… and is taken at once');

    my $other = signed_in(person('pe-bob'));
    my $out = $bob->get('logout');
    $bob->submit($bob->form_with($out, 'form'));
    is($bob->get('/people/app')->{status}, 401, 'signed out');
    is($other->get('/people/app')->{status}, 200, '… there only');
    ctl_ok('user', 'sign-out', 'pe-bob');
    settle();
    is($other->get('/people/app')->{status}, 401, 'signed out everywhere');
    my $carol = signed_in(person('pe-carol'));
    ctl_ok('user', 'disable', 'pe-carol');
    settle();
    is($carol->get('/people/app')->{status}, 401, 'disabled');
    # What is good as a session is no token.
    my $alice = signed_in(person());
    my ($session) = $alice->{cookies}{(grep { /session/ }
                                       keys %{ $alice->{cookies} })[0]};
    is($alice->get('/people/app')->{status}, 200, 'a session');
    is(request('GET', '/people/app', bearer => $session)->{status}, 401,
       '… is no token');
};

subtest 'where httpd goes on inside' => sub {
    my $alice = signed_in(person());
    # The error document of the same kind, to nobody: as it was.
    is(visit(person(), '/people/error', headers => { Accept => '*/*' })
       ->{status}, 401, 'an error document for nobody');
    is(request('GET', '/people/error', bearer => $token{write})->{status},
       403, '… and for somebody');
    my $dir = var('htdocs') . '/htaccess/people';
    make_path($dir);
    open my $out, '>', "$dir/.htaccess" or die "$dir: $!\n";
    print {$out} "AuthType OAuth2\nAuthName People\nOAuth2BrowserLogin On\n"
        . "Require oauth2-session\n";
    close $out or die "$dir: $!\n";
    open $out, '>', "$dir/index.html" or die "$dir: $!\n";
    print {$out} "the desk\n";
    close $out or die "$dir: $!\n";
    my $res = visit(person(), '/htaccess/people/');
    ok(at_login($res), '.htaccess');
    like(visit($alice, '/htaccess/people/')->{content}, qr/the desk/,
         '… signed in, by DirectoryIndex');
    is(request('GET', '/htaccess/people/')->{status}, 401, '… a program');
    is($alice->request('HEAD', '/htaccess/people/')->{status}, 200, 'HEAD');
};

subtest 'pages of the module, by what httpd requires' => sub {
    my $alice = person();
    my $page = $alice->get('/own/alice?x=1');
    is($page->{status}, 200, 'nobody is signed in');
    my $res = enter($alice, $page);
    is(header($res, 'location'), '/own/alice?x=1', 'the login page, and back');
    my $bob = signed_in(person('pe-bob'));
    my @rows = ([ '/own/alice', 200, 403 ], [ '/own/any', 200, 200 ],
                [ '/own/role', 403, 403 ], [ '/own/ip', 403, 403 ]);
    for (@rows) {
        my ($path, @status) = @$_;
        is_deeply([ map { $_->get($path)->{status} } $alice, $bob ], \@status,
                  $path);
    }
    log_allow(qr/AH0163[01]/, 'an address that is not');
    like($alice->get('/own/alice')->{content}, qr/<h1>Your password</,
         'the page');
    # A token beside the cookie opens nothing.
    is($bob->get('/own/alice', bearer => $_)->{status}, 403,
       'a token, and the cookie') for $token{read}, 'oa2a_bad';
    is($bob->post('/own/alice', form => [ x => 1 ])->{status}, 403,
       'nor does a form');
    is($alice->post('/own/alice', form => [ x => 1 ])->{status}, 403,
       'one that is not ours');
    log_allow(qr/OA2-3051/, 'no form of ours');
};

subtest 'only some people make apps' => sub {
    ctl_ok(qw(user set pe-alice --role developer));
    my %expected = ('pe-alice' => 200, 'pe-bob' => 403);
    for my $name (sort keys %expected) {
        my $person = OAuth2Test::Browser->new(
            user => $name, password => $password{$name}, issuer => 'later');
        my $page = $person->get(issuer('later') . '/developer/add');
        like($page->{content}, qr/name="password"/, "$name: the login page");
        my $res = $person->follow(enter($person, $page));
        is($res->{status}, $expected{$name}, '… and then');
        is($res->{content} =~ /name="client_name"/ ? 200 : 403,
           $expected{$name}, '… the form');
        is($person->get(issuer('later') . '/account')->{status}, 200,
           '… other pages');
    }
    log_lines();
};

done_testing;
