# SPDX-License-Identifier: Apache-2.0
#
# The authorization endpoint: RFC 6749 sections 3.1, 3.1.1, 4.1.1, 4.1.2 and
# 4.1.2.1.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $app = client(
    'az-app', redirect_uri => $uri, scope => 'read write',
    name => 'Orders <App> & "more"');
client('az-query', redirect_uri => "$uri?fixed=1&two=%20", scope => 'read');
client('az-many', redirect_uri => [ "$uri/a", "$uri/b" ], scope => 'read');
client('az-bare', redirect_uri => $uri, scope => 'write');
client('az-machine', redirect_uri => $uri, scope => 'read',
       grant => 'client_credentials');
client('az-off', redirect_uri => $uri, scope => 'read');
ctl_ok('client', 'disable', 'az-off');
my $password = user('az-alice');

my $browser = OAuth2Test::Browser->new(user => 'az-alice',
                                       password => $password);
my %good = (client_id => 'az-app', redirect_uri => $uri, scope => 'read',
            state => 'st-1');

# A request with changes; undef takes a parameter away.
sub ask {
    my (%change) = @_;
    my %all = (%good, %change);
    return $browser->authorize(%all);
}

sub get_request {
    my (%change) = @_;
    my $url = ask(%change)->{url};
    return sub { $browser->fresh->get($url) };
}

# --- before client and redirect URI are proven: a page, never a redirect -----

sub page_row {
    my ($clause, $send, %more) = @_;
    return {
        clause => $clause, send => $send, status => 400,
        headers => {
            'content-type' => qr{^text/html; ?charset=utf-8$}i,
            location => undef, 'cache-control' => qr/\bno-store\b/,
            'x-frame-options' => 'DENY',
        },
        body => qr/<h1>/, %more,
    };
}

rows(
    page_row('4.1.2.1: no client_id', get_request(client_id => undef)),
    page_row('4.1.2.1: unknown client_id', get_request(client_id => 'nobody')),
    page_row('4.1.2.1: disabled client', get_request(client_id => 'az-off')),
    page_row('4.1.2.1: client_id twice',
             get_request(client_id => [ 'az-app', 'az-app' ])),
    page_row('4.1.2.1: redirect_uri twice',
             get_request(redirect_uri => [ $uri, $uri ])),
    page_row('3.1.2.4: redirect_uri of somebody else',
             get_request(redirect_uri => 'https://evil.example/callback'),
             body => [ qr/<h1>/, qr{https://evil\.example/callback},
                       qr{https://app\.example/callback} ]),
    page_row('3.1.2.3: several registered, none sent',
             get_request(client_id => 'az-many', redirect_uri => undef)),
    page_row('3.1: nothing at all',
             [ GET => 'authorize' ]),
    page_row('3.1: markup in client_id is escaped',
             get_request(client_id => '<script>alert(1)</script>'),
             then => sub { unlike($_[0]{content}, qr/<script>alert/) }),
    page_row('3.1: markup in redirect_uri is escaped',
             get_request(redirect_uri => 'https://x.example/"><script>'),
             then => sub { unlike($_[0]{content}, qr/"><script>/) }),
);

# --- afterwards: a redirect with error, state and iss ------------------------

sub error_row {
    my ($clause, $error, $send, %more) = @_;
    my $state = exists $more{state} ? delete $more{state} : 'st-1';
    return {
        clause => $clause, send => $send, status => qr/^30[23]$/,
        headers => { 'cache-control' => qr/\bno-store\b/,
                     location => qr{^\Q$uri\E\?} },
        then => sub {
            my $q = query_of(header($_[0], 'location'));
            is($q->{error}, $error, 'error');
            is($q->{state}, $state, 'state');
            is($q->{iss}, issuer(), 'iss (RFC 9207)');
            is($q->{code}, undef, 'no code');
            like($q->{error_description} // '',
                 qr/^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/, 'description');
        },
        log => 1, %more,
    };
}

rows(
    error_row('3.1.1: response_type missing', 'invalid_request',
              get_request(response_type => undef)),
    error_row('3.1.1: response_type empty', 'invalid_request',
              get_request(response_type => '')),
    error_row('3.1.1: response_type unknown', 'unsupported_response_type',
              get_request(response_type => 'magic')),
    error_row('4.2: no implicit grant', 'unsupported_response_type',
              get_request(response_type => 'token')),
    error_row('3.1.1: no combinations', 'unsupported_response_type',
              get_request(response_type => 'code token')),
    error_row('3.1: response_type twice', 'invalid_request',
              get_request(response_type => [ 'code', 'code' ])),
    error_row('3.1: scope twice', 'invalid_request',
              get_request(scope => [ 'read', 'read' ])),
    error_row('3.1: state twice', 'invalid_request',
              get_request(state => [ 'st-1', 'st-2' ]), state => undef),
    error_row('3.1: an unknown parameter twice', 'invalid_request',
              get_request(foo => [ 'a', 'b' ])),
    error_row('4.1.2.1: the client may not use the grant',
              'unauthorized_client', get_request(client_id => 'az-machine')),
    error_row('3.3: unknown scope', 'invalid_scope',
              get_request(scope => 'read fly')),
    error_row('3.3: a scope that is not the client\'s', 'invalid_scope',
              get_request(scope => 'admin')),
    error_row('3.3: no default scope left', 'invalid_scope',
              get_request(client_id => 'az-bare', scope => undef)),
    error_row('A.4: scope with a quote', 'invalid_request',
              get_request(scope => 'read "write"')),
    error_row('A.5: state with a control character', 'invalid_request',
              get_request(state => "a\tb"), state => undef),
    error_row('OIDC 3.1.2.1: prompt=none with another', 'invalid_request',
              get_request(prompt => 'none login')),
    error_row('response_mode is query only', 'invalid_request',
              get_request(response_mode => 'fragment')),
    error_row('4.1.2.1: without state, none comes back', 'invalid_scope',
              get_request(state => undef, scope => 'fly'), state => undef),
);

subtest '3.1.2: the query of a registered redirect URI is kept' => sub {
    my $res = row({
        clause => 'error', status => 303, log => 1,
        send => get_request(client_id => 'az-query', scope => 'fly',
                            redirect_uri => "$uri?fixed=1&two=%20"),
    });
    like(header($res, 'location'),
         qr{^\Q$uri\E\?fixed=1&two=%20&error=invalid_scope&}, 'error');
    my $flow = ask(client_id => 'az-query',
                   redirect_uri => "$uri?fixed=1&two=%20");
    $res = $browser->fresh->walk($flow);
    like(header($res, 'location'),
         qr{^\Q$uri\E\?fixed=1&two=%20&code=}, 'code');
};

# --- what goes right ---------------------------------------------------------

subtest '3.1: GET and POST are the same' => sub {
    for my $method (qw(GET POST)) {
        my $person = $browser->fresh;
        my $flow = ask();
        my $res = $method eq 'GET' ? $person->get($flow->{url})
            : $person->post('authorize', form => $flow->{pairs});
        is($res->{status}, 200, "$method: goes on");
        ok($person->form_with($res, 'password'), "$method: to the login page");
    }
    log_is(0, 'both');
};

subtest '3.1: a POST takes nothing from the query' => sub {
    my $flow = ask();
    my $res = request('POST', $flow->{url}, form => [ client_id => 'az-app' ]);
    isnt($res->{status}, 200, 'refused');
    unlike($res->{content}, qr/name="password"/, 'not a login');
    log_is('any', 'refused');
};

subtest '4.1.2: code, state and iss; nothing more' => sub {
    for my $state ('st-1', 'a b+c&d=e%', '~!@#$^*()[]{}|<>?') {
        my $person = $browser->fresh;
        my $res = $person->walk(ask(state => $state));
        my $q = query_of(header($res, 'location'));
        like($q->{code}, qr/^oa2c_[A-Za-z0-9_-]+$/, 'code');
        is($q->{state}, $state, 'state as it came');
        is($q->{iss}, issuer(), 'iss');
        is_deeply([ sort keys %$q ], [ qw(code iss state) ], 'no more');
        is($res->{status}, 303, 'RFC 9700 4.12: 303 after a form');
    }
    log_is(0, 'no log');
};

subtest '4.1.1: state left out is left out' => sub {
    my $res = $browser->fresh->walk(ask(state => undef));
    my $q = query_of(header($res, 'location'));
    ok(!exists $q->{state}, 'no state');
    ok($q->{code}, 'a code');
};

subtest '3.1: unrecognized and empty parameters are ignored' => sub {
    my $res = $browser->fresh->walk(ask(foo => 'bar', login_hint => '',
                                        resource => '', prompt => ''));
    ok(query_of(header($res, 'location'))->{code}, 'a code');
};

subtest '3.1.2.3: the only registered redirect URI may be left out' => sub {
    my $flow = ask(redirect_uri => undef);
    my $res = $browser->fresh->walk($flow);
    like(header($res, 'location'), qr{^\Q$uri\E\?code=}, 'goes there');
};

subtest '3.3: without scope, the default; the answer says so' => sub {
    my $tokens = $browser->fresh->tokens(%good, scope => undef,
                                         basic => $app);
    is($tokens->{scope}, 'read', 'scope');
};

subtest '4.1.2.1: the user says no' => sub {
    my $person = $browser->fresh;
    my $flow = ask(scope => 'read write', prompt => 'consent');
    my $res = row({ clause => 'deny', status => 303,
                    send => sub { $person->walk($flow, 'deny') },
                    log => 1 });
    my $q = query_of(header($res, 'location'));
    is($q->{error}, 'access_denied', 'error');
    is($q->{state}, 'st-1', 'state');
    is($q->{iss}, issuer(), 'iss');
};

subtest 'other methods' => sub {
    for my $method (qw(PUT DELETE PATCH TRACE PROPFIND FOO)) {
        my $res = request($method, ask()->{url});
        like($res->{status}, qr/^(?:405|501)$/, $method);
        if ($res->{status} == 405 && $method ne 'TRACE') {
            like(header($res, 'allow') // '', qr/\bGET\b/, "$method: Allow");
        }
        log_is('any', $method);
    }
    my $res = request('HEAD', ask()->{url});
    is($res->{status}, 200, 'HEAD is as GET');
    is($res->{content} // '', '', 'HEAD has no body');
};

no_complaints('all of it');
done_testing();
