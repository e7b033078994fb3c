# SPDX-License-Identifier: Apache-2.0
#
# docs/examples/omniport.conf, as it stands there, and what Omniport's documents
# have a client send, word for word.  A row of the table is a feature of that
# server; each has to be tried.

use strict;
use warnings;

use JSON::PP qw(decode_json encode_json);
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Own;
use OAuth2Test::Rows;
use OAuth2Test::Server;

my %row = (
    'authorise page' => 'GET /oauth/authorise, response_type is code',
    'unregistered redirect_uri' => 'fails, and the user sees no consent page',
    'login' => 'asks to log in first, guests are refused',
    'consent screen' => 'site, app, user, permissions in groups, two buttons',
    'deny' => 'back at the home page',
    'approve' => 'REDIRECT_URL?code=...&state=...',
    'trusted apps' => 'are not asked for, and written down',
    'code' => 'once',
    'token' => 'POST /open_auth/token/',
    'refresh, revoke' => 'the same URL; POST /open_auth/revoke_token/',
    'user data' => 'GET /open_auth/get_user_data/',
    'data points' => 'what an app asks for, and no more',
    'portal list' => '/developer: a card for each app',
    'add' => '/developer/add: fields, and what is wrong beside them',
    'after adding' => 'the page of the app',
    'approval' => 'unusable until an administrator approves',
    'edit' => 'permissions need approval again, all else is free',
    'team' => 'members come and go',
    'connected apps' => '/account',
);
my %tried;

sub feature {
    my ($name, $test) = @_;
    die "no row \"$name\"\n" if !$row{$name};
    $tried{$name} = 1;
    subtest("$name: $row{$name}" => $test);
    return;
}

# --- the server, and what is taken over --------------------------------------

my ($port) = free_ports(1);
my $own = own_httpd(
    var('work') . '/omniport', <<"END",
LogLevel warn oauth2_api:info
OAuth2Database @{[ var('driver') ]} "@{[ var('params') ]}"
OAuth2Realm @{[ issuer() ]}
OAuth2SecretFile "@{[ var('state') ]}/secret"
Include $ENV{OA2_SRCDIR}/docs/examples/omniport.conf
END
    listen => [$port], log => var('error_log'),
    define => { OMNIPORT_SITE => "http://127.0.0.1:$port" });
own_issuer(omniport => $port, '/oauth');
my $base = base('omniport');
my $back = 'https://placement.example/cb';

my %app = map { $_ => [ "om-$_", note_secret(random_text(24)) ] }
    qw(jobs house strict waiting);
sub application {
    my ($name, %field) = @_;
    return {
        model => 'open_auth.application', fields => {
            client_id => $app{$name}[0], client_secret => $app{$name}[1],
            redirect_uris => $back, client_type => 'confidential',
            authorization_grant_type => 'authorization-code',
            name => "The $name app", is_approved => JSON::PP::true,
            data_points => '["person.full_name","student.branch.name"]',
            %field } };
}
spew("$own->{dir}/site.json", encode_json([
    application('jobs'),
    application('house', skip_authorization => JSON::PP::true),
    application('strict'),
    application('waiting', is_approved => JSON::PP::false),
]));
ctl_ok('import', 'omniport', "$own->{dir}/site.json", '--apply', '--compat',
       'no_pkce default_response_type deny_home error_detail');
ctl_ok('client', 'set', $app{strict}[0], '--compat', '');
my %password = map { $_ => user($_) } qw(om-alice om-bob om-dora om-admin);
ctl_ok('user', 'set', 'om-alice', map { ('--claim', $_) }
       'person/fullName=Alice Example', 'student/branch name=Geology',
       'student/currentYear=3', 'contactInformation/emailAddress=a@b.example');
ctl_ok('user', 'set', 'om-admin', '--role', 'administrator');
ctl_ok('client', 'set', $app{house}[0], '--access-lifetime', '10m');
ctl_ok('app', 'team', $app{house}[0], 'om-bob', '--role', 'owner');
$own->{start}->();

sub browser {
    my ($name) = @_;
    return OAuth2Test::Browser->new(issuer => 'omniport', user => $name,
                                    password => $password{$name});
}

my $alice = browser('om-alice');

# As documented: no PKCE, no response_type, no scope.
sub authorise {
    my ($app, %p) = @_;
    return "$base/oauth/authorise?" . form_encode(
        client_id => $app->[0], redirect_uri => $back, state => 'some state',
        %p);
}

sub token {
    my ($app, @form) = @_;
    return request(POST => "$base/open_auth/token/", form => [
        client_id => $app->[0], client_secret => $app->[1], @form ]);
}

sub redeem {
    my ($app, $code) = @_;
    return token($app, grant_type => 'authorization_code',
                 redirect_uri => $back, code => $code);
}

sub code_of { return query_of(header($_[0], 'location'))->{code} }

# On past consent, to the client.
sub walk {
    my ($browser, $url, $decision) = @_;
    return $browser->walk({ url => $url }, $decision);
}

# --- apps and users ----------------------------------------------------------

my ($consent, $token);
feature 'authorise page' => sub {
    for my $path (qw(/oauth/authorise /oauth/authorise/)) {
        my $page = request(GET => "$base$path", query =>
                           [ client_id => $app{jobs}[0] ]);
        is($page->{status}, 200, "$path: client_id is enough");
        like($page->{content}, qr/name="password"/, 'on to the login');
    }
    my $page = request(GET => "$base/oauth/authorise");
    is($page->{status}, 400, 'without one it is an error');
    log_is(qr/OA2-5012/, 'no client_id');
    $page = request(GET => authorise($app{strict}));
    is(query_of(header($page, 'location'))->{error}, 'invalid_request',
       'an app without the switches has to do as the RFCs say');
    log_is(qr/OA2-5612/, 'no response_type');
};

feature 'unregistered redirect_uri' => sub {
    my $page = $alice->get(authorise(
        $app{jobs}, redirect_uri => 'https://evil.example/'));
    is($page->{status}, 400, 'an error');
    is(header($page, 'location'), undef, 'and no redirect');
    unlike($page->{content}, qr/name="(?:decision|password)"/, 'no form');
    log_allow(qr/OA2-5011/, 'a page');
};

feature 'login' => sub {
    my $page = $alice->get(authorise($app{jobs}));
    ok($alice->form_with($page, 'password'), 'first the login');
    my $guest = browser('om-alice');
    my $refused = $guest->login($guest->get(authorise($app{jobs})),
                                'om-guest', 'a password of nobody');
    ok($guest->form_with($refused, 'password'), 'a guest stays there');
    log_allow(qr/OA2-5021/, 'a guest');
    $consent = $alice->login($page);
    ok($alice->form_with($consent, 'decision'),
       'then the request that was waiting');
};

feature 'consent screen' => sub {
    my $text = $consent->{content};
    like($text, qr/\Q$_\E/, $_)
        for 'Omniport', 'The jobs app', 'om-alice', 'You</bdi></h3>',
            'Your studies', 'Your full name', 'placement.example',
            'value="allow"', 'value="deny"';
    my $form = $alice->form_with($consent, 'decision');
    my $forged = $alice->post($form->{action}, form =>
                              [ decision => 'allow' ]);
    is($forged->{status}, 403, 'not by a form of somebody else');
    log_allow(qr/OA2-/, 'a forged form');
    is($alice->get("$form->{action}?decision=allow")->{status}, 303,
       'nor by GET, which leads away');
};

feature 'deny' => sub {
    my $page = $alice->decide($consent, 'deny');
    is($page->{status}, 200, 'a page');
    is($page->{url}, "$base/oauth/home", 'the home page');
    log_is(qr/OA2-5031/, 'refused');
    my $denied = walk($alice, authorise(
        $app{strict}, response_type => 'code', code_challenge => 'x' x 43,
        code_challenge_method => 'S256'), 'deny');
    is(query_of(header($denied, 'location'))->{error}, 'access_denied',
       'an app without the switch hears of it');
    log_is(qr/OA2-5031/, 'refused');
};

my $answer;
feature 'approve' => sub {
    $answer = walk($alice, authorise($app{jobs}));
    is($answer->{status}, 303, 'by a redirect');
    my $to = header($answer, 'location');
    like($to, qr/^\Q$back\E\?code=[^&]+&state=some(?:%20|\+)state/,
         'REDIRECT_URL?code=...&state=...');
    is(query_of($to)->{iss}, issuer('omniport'), 'and iss, RFC 9207');
};

feature 'trusted apps' => sub {
    my $res = $alice->get(authorise($app{house}));
    ok(code_of($res), 'a code at once');
    like(ctl_ok('audit', '--client', $app{house}[0]), qr/code\.issued/,
         'in the audit trail');
};

feature 'token' => sub {
    my $res = redeem($app{jobs}, code_of($answer));
    is($res->{status}, 200, 'POST /open_auth/token/');
    $token = json($res);
    is($token->{token_type}, 'Bearer', 'token_type');
    is($token->{expires_in}, 36000, 'expires_in');
    like($token->{scope}, qr/^read write\b/, 'scope');
    ok($token->{$_}, $_) for qw(access_token refresh_token);
    log_is({ level => 'notice', like => qr/OA2-4700/ }, 'no PKCE');
    $res = request(POST => "$base/open_auth/token/", form =>
                   [ client_id => $app{jobs}[0], client_secret => 'wrong',
                     grant_type => 'refresh_token', refresh_token => 'x' ]);
    is($res->{status}, 401, 'a wrong secret');
    is(json($res)->{error}, 'invalid_client', 'errors: {"error"}');
    log_allow(qr/OA2-/, 'a wrong secret');
    $res = redeem($app{house}, code_of($alice->get(authorise($app{house}))));
    is(json($res)->{expires_in}, 600, 'less for an app that shall have less');
    log_is({ level => 'notice', like => qr/OA2-4700/ }, 'no PKCE');
};

sub data {
    my ($token) = @_;
    return request(GET => "$base/open_auth/get_user_data/",
                   bearer => $token);
}

feature 'user data' => sub {
    my $told = json(data($token->{access_token}));
    ok(delete $told->{sub}, 'sub, too');
    is_deeply($told, { person => { fullName => 'Alice Example' },
                       student => { 'branch name' => 'Geology' } },
              'in groups');
    my $res = request(GET => "$base/open_auth/get_user_data/");
    is($res->{status}, 401, 'without a token');
    is($res->{content},
       '{"detail":"Authentication credentials were not provided."}',
       'what the documents say');
    like(header($res, 'www-authenticate'), qr/^Bearer realm=/,
         'and RFC 6750\'s challenge');
    $res = data('made-up');
    is($res->{status}, 401, 'a bad token');
    ok(json($res)->{$_}, $_) for qw(detail error);
    log_allow(qr/OA2-591/, 'no token, a bad one');
};

feature 'data points' => sub {
    unlike(data($token->{access_token})->{content}, qr/currentYear|example/,
           'nothing that the app is not registered for');
    my $res = $alice->get(authorise($app{jobs}, scope =>
                                    'contact_information.email_address'));
    is(query_of(header($res, 'location'))->{error}, 'invalid_scope',
       'nor can it ask for that');
    log_is(qr/OA2-3003/, 'another data point');
};

feature 'code' => sub {
    my $code = code_of(walk($alice, authorise($app{jobs})));
    my $res = redeem($app{jobs}, $code);
    is($res->{status}, 200, 'once');
    is(redeem($app{jobs}, $code)->{status}, 400, 'and no more');
    is(data(json($res)->{access_token})->{status}, 401,
       'what came of it is taken back');
    log_allow(qr/OA2-/, 'a code twice');
};

feature 'refresh, revoke' => sub {
    my $tokens = json(redeem($app{jobs},
                             code_of(walk($alice, authorise($app{jobs})))));
    my $next = json(token($app{jobs}, grant_type => 'refresh_token',
                          refresh_token => $tokens->{refresh_token}));
    ok($next->{access_token}, 'the same URL');
    isnt($next->{refresh_token}, $tokens->{refresh_token}, 'rotated');
    for my $hint (qw(access_token refresh_token)) {
        my $res = request(POST => "$base/open_auth/revoke_token/", form => [
            client_id => $app{jobs}[0], client_secret => $app{jobs}[1],
            token => $next->{$hint}, token_type_hint => $hint ]);
        is($res->{status}, 200, "$hint revoked");
    }
    is(data($next->{access_token})->{status}, 401, 'it is over');
    is(token($app{jobs}, grant_type => 'refresh_token',
             refresh_token => $next->{refresh_token})->{status}, 400,
       'no refresh either');
    log_allow(qr/OA2-/, 'what was revoked');
};

# --- developers --------------------------------------------------------------

my $dora = browser('om-dora');

sub enter {
    my ($browser, $where) = @_;
    my $page = $browser->get($where);
    return $page if !$browser->form_with($page, 'password')
        || $page->{content} !~ /name="username"/;
    return $browser->follow($browser->login($page));
}

sub fill {
    my ($browser, $page, $field, %more) = @_;
    my $form = $browser->form_with($page, $field)
        or die "no form with $field: $page->{status}\n$page->{content}\n";
    return $browser->post($form->{action}, form => [
        form => $form->{fields}{form},
        map { ($_ => $more{$_}) } sort keys %more ]);
}

my %new = (
    client_name => 'Canteen', description => join(' ', ('word') x 130),
    redirect_uris => "$back\nhttps://canteen.example/cb",
    scope => 'read', token_endpoint_auth_method => 'client_secret_basic');
my ($canteen, $id);

feature 'add' => sub {
    my $page = enter($dora, "$base/developer/add");
    my $res = fill($dora, $page, 'client_name', %new,
                   redirect_uris => 'canteen', description => 'short');
    is($res->{status}, 422, 'nothing is added');
    like($res->{content}, qr/127 to 511 words; these are 1/,
         'words are counted');
    like($res->{content}, qr/id="error-redirect_uris"/, 'beside the field');
    $res = fill($dora, $page, 'client_name', %new);
    is($res->{status}, 200, 'added');
    my ($secret) = $res->{content} =~ /id="secret">([^<]+)</;
    ($id) = $res->{content} =~ m{developer/app/([^"]+)"};
    ok($secret && $id, 'client ID and secret, once');
    $canteen = [ $id, note_secret($secret) ];
};

feature 'after adding' => sub {
    my $page = enter($dora, issuer('omniport') . "/developer/app/$id");
    like($page->{content}, qr/\Q$_\E/, $_)
        for 'Canteen', $id, $back, 'https://canteen.example/cb', 'Draft',
            "developer/team/$id", "developer/secret/$id",
            "developer/delete/$id";
    unlike($page->{content}, qr/\Q$canteen->[1]\E/, 'the secret is not');
};

feature 'portal list' => sub {
    my $page = enter($dora, "$base/developer");
    like($page->{content}, qr/class="card"/, 'a card');
    like($page->{content}, qr/Canteen/, 'its name');
    like($page->{content}, qr/is-draft/, 'its state');
    unlike($page->{content}, qr/The jobs app/, 'only apps of one\'s own');
};

feature 'approval' => sub {
    my $page = enter($dora, issuer('omniport') . "/developer/app/$id");
    my ($form) = grep { $_->{action} =~ m{developer/app} }
        $dora->forms_of($page);
    is($dora->submit($form)->{status}, 303, 'submitted');
    my $url = authorise($canteen, response_type => 'code',
                        code_challenge => 'x' x 43,
                        code_challenge_method => 'S256');
    is($alice->get($url)->{status}, 400, 'others cannot use it');
    log_allow(qr/OA2-5610/, 'not approved');
    is(token($app{waiting}, grant_type => 'refresh_token',
             refresh_token => 'x')->{status}, 401,
       'what came unapproved from Omniport gets nothing');
    log_allow(qr/OA2-/, 'not approved');
    my $waiting = ctl_ok('app', 'list', '--waiting');
    like($waiting, qr/\Q$_\E/, "$_ is in the queue")
        for $id, $app{waiting}[0];
    ctl_ok('app', 'approve', $_) for $id, $app{waiting}[0];
    settle();
    ok($alice->form_with($alice->get($url), 'decision'), 'approved');
    ok($alice->form_with($alice->get(authorise($app{waiting})), 'decision'),
       'the other one, too');
};

feature 'edit' => sub {
    my $page = enter($dora, issuer('omniport') . "/developer/edit/$id");
    my $res = fill($dora, $page, 'client_name', %new, client_name => 'Mensa');
    is($res->{status}, 303, 'another name');
    like($dora->follow($res)->{content}, qr/Mensa.*is-approved/s, 'at once');
    $page = enter($dora, issuer('omniport') . "/developer/edit/$id");
    $res = fill($dora, $page, 'client_name', %new, scope => 'write');
    like($dora->follow($res)->{content}, qr/waits for approval/,
         'other permissions wait');
};

feature 'team' => sub {
    my $bob = browser('om-bob');
    enter($bob, "$base/developer");
    my $page = enter($bob, issuer('omniport') . "/developer/app/om-house");
    like($page->{content}, qr{<code>no_pkce</code> used \d+ times},
         'what an app does otherwise is shown to its team');
    $page = enter($dora, issuer('omniport') . "/developer/team/$id");
    is(fill($dora, $page, 'role', member => 'om-bob', role => 'member')
       ->{status}, 303, 'one more');
    like(enter($bob, "$base/developer")->{content}, qr/Canteen/,
         'who sees it');
    $page = enter($dora, issuer('omniport') . "/developer/team/$id");
    is(fill($dora, $page, 'role', member => 'om-dora', do => 'remove')
       ->{status}, 422, 'the last owner stays');
};

# --- users -------------------------------------------------------------------

feature 'connected apps' => sub {
    my $page = enter($alice, "$base/account");
    like($page->{content}, qr/The jobs app/, 'what was let in');
    like($page->{content}, qr/Your full name/, 'and what it may do');
};

is_deeply([ sort keys %tried ], [ sort keys %row ], 'each row was tried');
end_httpd($own->{pid});
no_complaints('all of it');
done_testing();
