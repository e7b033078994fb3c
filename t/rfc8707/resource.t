# SPDX-License-Identifier: Apache-2.0
#
# Resource indicators, RFC 8707: at authorize, at token, and what a token for
# one resource can do at another.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $one = base() . '/res/one';
my $two = base() . '/res/two';
my $app = client('rs-app', redirect_uri => $uri, scope => 'read write');
my $svc = client('rs-svc', scope => 'read', grant => 'client_credentials');
my $password = user('rs-alice');
my $browser = OAuth2Test::Browser->new(user => 'rs-alice',
                                       password => $password);
my %good = (client_id => 'rs-app', redirect_uri => $uri,
            scope => 'read write');

sub machine {
    my (@more) = @_;
    return [ POST => 'token', basic => $svc,
             form => [ grant_type => 'client_credentials', @more ] ];
}

# The statuses at: an unnamed resource, one, two.
sub reach {
    my ($token) = @_;
    my @got = map { request('GET', $_, bearer => $token)->{status} }
        '/api/env.cgi', '/res/one', '/res/two';
    log_lines();
    return "@got";
}

# --- at the token endpoint ---------------------------------------------------

my %refused = (status => 400, json => { error => 'invalid_target' });
rows(
    { clause => '2: unknown', %refused,
      send => machine(resource => 'https://other.example/api') },
    { clause => '2: not absolute', status => 400,
      json => { error => qr/^invalid_(?:target|request)$/ },
      send => machine(resource => '/res/one') },
    { clause => '2: a fragment', %refused,
      send => machine(resource => "$one#x") },
    { clause => '2: letter by letter', %refused,
      send => machine(resource => "$one/") },
    { clause => '2: one of two is unknown', %refused,
      send => machine(resource => $one, resource => "$one/x") },
    { clause => '2: two in one value are none', status => 400,
      json => { error => qr/^invalid_(?:target|request)$/ },
      send => machine(resource => "$one $two") },
    { clause => '2: the same one twice', status => 200, log => 0,
      send => machine(resource => $one, resource => $one) },
);

my @table = (
    # resource parameters, what can be reached
    [ [], '200 200 403', 'none: all that the scope allows' ],
    [ [ resource => $one ], '401 200 401', 'one' ],
    [ [ resource => $two ], '401 401 403', 'two' ],
    [ [ resource => $one, resource => $two ], '401 200 403', 'both' ],
);
for (@table) {
    my ($form, $expected, $name) = @$_;
    my $token = json(request(@{ machine(@$form) }))->{access_token};
    is(reach($token), $expected, "2: $name");
}

subtest '2: a resource of another virtual host, the same issuer' => sub {
    my $beside = base('h2c') . '/res/beside';
    my $token = json(request(@{ machine(resource => $beside) }))
        ->{access_token};
    is(request('GET', $beside, bearer => $token)->{status}, 200, 'there');
    is(reach($token), '401 401 401', 'and nowhere else');
    my $document = json(request('GET', base('h2c')
        . '/.well-known/oauth-protected-resource/res/beside'));
    is($document->{resource}, $beside, 'RFC 9728: its document');
    is_deeply($document->{authorization_servers}, [ issuer() ],
              'RFC 9728: its issuer');
};

# --- through authorize -------------------------------------------------------

subtest '2.1: at authorize' => sub {
    for my $bad ('https://other.example/', "$one#x") {
        my $res = $browser->get($browser->authorize(
            %good, resource => $bad)->{url});
        is(query_of(header($res, 'location'))->{error}, 'invalid_target',
           $bad);
    }
    log_lines();
};

subtest '2.2: what was granted bounds what can be asked for' => sub {
    my $flow = $browser->authorize(%good, resource => [ $one, $two ]);
    my $code = $browser->code($flow);
    row({ clause => 'not granted', %refused,
          send => sub {
              $browser->redeem($flow, $code, basic => $app, form =>
                               [ resource => 'https://other.example/' ])
          } });
    my $tokens = json($browser->redeem(
        $flow, $code, basic => $app, form => [ resource => $one ]));
    is(reach($tokens->{access_token}), '401 200 401', 'narrowed to one');

    my @refresh = (grant_type => 'refresh_token');
    my $second = json(request('POST', 'token', basic => $app, form =>
        [ @refresh, refresh_token => $tokens->{refresh_token},
          resource => $two ]));
    is(reach($second->{access_token}), '401 401 200',
       'and by refresh to the other');
    my $third = json(request('POST', 'token', basic => $app, form =>
        [ @refresh, refresh_token => $second->{refresh_token} ]));
    is(reach($third->{access_token}), '401 200 200', 'and to both');
};

subtest '2.2: granted one, asked for the other' => sub {
    my $flow = $browser->authorize(%good, resource => $one);
    my $code = $browser->code($flow);
    row({ clause => 'the other', %refused, send => sub {
        $browser->redeem($flow, $code, basic => $app,
                         form => [ resource => $two ])
    } });
};

subtest 'RFC 6750 3.1: the wrong audience is invalid_token' => sub {
    my $token = json(request(@{ machine(resource => $one) }))
        ->{access_token};
    row({ clause => 'at two', status => 401, log => 'any',
          send => [ GET => '/res/two', bearer => $token ],
          headers => { 'www-authenticate' => qr/error="invalid_token"/ } });
};

no_complaints('all of it');
done_testing();
