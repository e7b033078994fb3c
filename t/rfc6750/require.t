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
    log_allow($path =~ /all|none|denied|satisfy/
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

subtest 'the scopes that a challenge names' => sub {
    my %scope = ('/mix/any' => 'admin', '/mix/two' => 'read',
                 '/mix/ip' => 'read', '/mix/all' => 'read');
    for my $path (sort keys %scope) {
        my ($named) = (header(request('GET', $path), 'www-authenticate')
                       // '') =~ /scope="([^"]*)"/;
        is(join(' ', sort split / /, $named // ''),
           join(' ', sort split / /, $scope{$path}), $path);
    }
    for my $path ('/mix/valid', '/mix/client') {
        unlike(header(request('GET', $path), 'www-authenticate'),
               qr/scope=/, "$path: none");
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
