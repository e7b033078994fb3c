# SPDX-License-Identifier: Apache-2.0
#
# Require oauth2-scope and oauth2-client, alone and with RequireAny,
# RequireAll, RequireNone, other modules' providers and Satisfy.

use strict;
use warnings;

use HTTP::Tiny;
use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my %client;
for my $id (qw(mix-one mix-two mix-three)) {
    $client{$id} = client($id, redirect_uri => $uri,
                          scope => 'read write admin billing',
                          grant => [ 'authorization_code',
                                     'client_credentials' ]);
}
my %password = map { $_ => user($_) } qw(mix-alice mix-bob);

sub machine {
    my ($id, $scope) = @_;
    return json(request('POST', 'token', basic => $client{$id}, form =>
        [ grant_type => 'client_credentials', scope => $scope ]))
        ->{access_token};
}

sub person {
    my ($name, $id, $scope) = @_;
    return OAuth2Test::Browser->new(user => $name,
                                    password => $password{$name})
        ->tokens(client_id => $id, redirect_uri => $uri, scope => $scope,
                 basic => $client{$id})->{access_token};
}

my %token = (
    none => undef,
    one => machine('mix-one', 'read'),
    three => machine('mix-three', 'read'),
    admin => machine('mix-three', 'admin'),
    billing => machine('mix-three', 'billing'),
    both => machine('mix-three', 'read admin'),
    alice => person('mix-alice', 'mix-three', 'read'),
    alice_w => person('mix-alice', 'mix-three', 'write'),
    bob => person('mix-bob', 'mix-three', 'read'),
);

# path, {token => status}
my @table = (
    [ '/mix/any', { none => 401, one => 200, three => 403, admin => 200 },
      'RequireAny: a scope or a client' ],
    [ '/mix/all', { none => 401, alice => 200, alice_w => 403, bob => 403,
                    three => 403 }, 'RequireAll: a scope and a user' ],
    [ '/mix/none', { none => 401, one => 403, three => 200, alice => 200 },
      'RequireNone: not this client' ],
    [ '/mix/ip', { none => 401, three => 200, admin => 403 },
      'RequireAny: an address or a scope' ],
    [ '/mix/denied', { none => 403, three => 403, admin => 403 },
      'RequireAll: an address that is not ours' ],
    [ '/mix/valid', { none => 401, one => 200, alice => 200 },
      'valid-user: any token' ],
    [ '/mix/granted', { none => 200, one => 200 }, 'all granted' ],
    [ '/mix/client', { none => 401, one => 200, three => 403, bob => 403 },
      'oauth2-client alone' ],
    [ '/mix/satisfy', { none => 401, three => 200, admin => 403 },
      'Satisfy Any' ],
    [ '/mix/not', { none => 401, one => 200, admin => 403 },
      'not: any token but one with that scope' ],
    [ '/mix/notall', { none => 401, one => 200, admin => 403, both => 403,
                       alice_w => 403 },
      'RequireNone: neither of two scopes' ],
    [ '/mix/notuser', { none => 401, alice => 200, bob => 403 },
      'a user, and not a scope' ],
    [ '/mix/overlap', { none => 401, one => 403, billing => 200 },
      'two scopes in a line, or another one' ],
    [ '/mix/never', { none => 401, one => 403 },
      'what no token can do' ],
    [ '/mix/two', { none => 401, three => 200, billing => 200, admin => 403 },
      'two Require lines: either' ],
);
for (@table) {
    my ($path, $expected, $name) = @$_;
    for my $who (sort keys %$expected) {
        my $res = request('GET', $path,
                          $token{$who} ? (bearer => $token{$who}) : ());
        is($res->{status}, $expected->{$who}, "$name: $path: $who");
    }
    # What other modules' Require lines deny, mod_authz_core complains about.
    log_allow($path =~ /all|none|denied|satisfy|not|never/
                  ? qr/AH0163[01]|AH01797/ : qr/(*FAIL)/, $name);
}

subtest 'an address that may come in without a token' => sub {
    my $http = HTTP::Tiny->new(local_address => '127.9.9.9',
                               http_proxy => undef, all_proxy => undef);
    for my $path ('/mix/ip', '/mix/satisfy') {
        is($http->get(base() . $path)->{status}, 200, $path);
    }
    is($http->get(base() . '/mix/denied')->{status}, 401,
       '/mix/denied: the address alone is not enough');
};

# What a challenge asks for; '' when it does not.
sub named {
    my ($path, $who) = @_;
    my $header = header(request('GET', $path,
                                $who ? (bearer => $token{$who}) : ()),
                        'www-authenticate') // '';
    return $header =~ /scope="([^"]*)"/ ? join(' ', sort split / /, $1) : '';
}

subtest '3: scope is what is "required for accessing", and no more' => sub {
    my @asked = (
        [ '/mix/any', '', 'admin' ],
        [ '/mix/two', '', 'read' ],
        [ '/mix/ip', '', 'read' ],
        [ '/mix/all', '', 'read' ],
        [ '/mix/valid', '', '' ],
        [ '/mix/client', '', '' ],
        [ '/mix/overlap', '', 'billing' ],
        [ '/mix/overlap', 'one', 'billing' ],
        # What is forbidden is never asked for.
        [ '/mix/not', '', '' ],
        [ '/mix/not', 'admin', '' ],
        [ '/mix/notall', '', 'read' ],
        [ '/mix/notall', 'admin', 'read' ],
        [ '/mix/notall', 'both', '' ],
        [ '/mix/notuser', '', '' ],
        [ '/mix/notuser', 'bob', '' ],
        [ '/mix/never', '', '' ],
        [ '/mix/never', 'one', '' ],
    );
    for (@asked) {
        my ($path, $who, $scope) = @$_;
        is(named($path, $who), $scope, "$path: " . ($who || 'nobody'));
    }
    log_allow(qr/AH0163[01]|AH01797/, 'httpd on refusals');
};

subtest 'a Require line that does something is not tried out' => sub {
    my $times = sub { -s var('work') . '/noted/asked' // 0 };
    my $before = $times->();
    is(named('/mix/noted', 'one'), 'admin read', 'all scopes are named');
    is($times->(), $before, 'and nobody was asked');
    is(request('GET', '/mix/noted', bearer => $token{both})->{status}, 200,
       'who may');
    is($times->(), $before + 1, 'is looked at once');
    $before = $times->();
    is(named('/mix/notednot', 'both'), '', 'nor is what may be forbidden');
    cmp_ok($times->() - $before, '<=', 2, 'by httpd alone');
    log_lines();
};

subtest 'RFC 9110 15.5.2: the challenge of what mod_dir was refused' => sub {
    for my $path ('/index/', '/fallback', '/fallbackdoc') {
        my $res = request('GET', $path);
        is($res->{status}, 401, "$path: 401");
        like(header($res, 'www-authenticate'), qr/^Bearer .*scope="read"/,
             "$path: with a challenge");
        $res = request('GET', $path, bearer => $token{admin});
        is($res->{status}, 403, "$path: 403");
        like(header($res, 'www-authenticate'),
             qr/error="insufficient_scope".*scope="read"/, "$path: with one");
        $res = request('GET', $path, bearer => $token{one});
        is($res->{status}, 200, "$path: 200");
        is(header($res, 'www-authenticate'), undef, "$path: without");
    }
    log_lines();
};

subtest '3.1: insufficient_scope, logged once, at info' => sub {
    row({ clause => '403', status => 403, log => 1,
          send => [ GET => '/mix/two', bearer => $token{admin} ],
          headers => { 'www-authenticate' =>
                       qr/error="insufficient_scope"/ } });
};

subtest 'a client that is no longer welcome' => sub {
    my $token = machine('mix-two', 'read');
    is(request('GET', '/mix/any', bearer => $token)->{status}, 200, 'is');
    ctl_ok('client', 'disable', 'mix-two');
    my $began = time;
    while (request('GET', '/mix/any', bearer => $token)->{status} == 200) {
        last if time - $began > 10;
        sleep 0.1;
    }
    # What oauth2ctl did to SQLite nobody tells to httpd.
    my $most = var('db') eq 'pgsql' ? 1 : 5.4;
    cmp_ok(time - $began, '<', $most, "was, within $most s");
    ctl_ok('client', 'enable', 'mix-two');
    settle();
    is(request('GET', '/mix/any', bearer => $token)->{status}, 200,
       'is again');
    log_lines();
};

no_complaints('all of it');
done_testing();
