# SPDX-License-Identifier: Apache-2.0
#
# Refreshing: RFC 6749 section 6, RFC 9700 section 4.14.2 (rotation and the
# detection of replays).

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $app = client('rf-app', redirect_uri => $uri, scope => 'read write admin');
my $other = client('rf-other', redirect_uri => $uri, scope => 'read');
client('rf-spa', public => 1, redirect_uri => $uri, scope => 'read');
my $password = user('rf-alice');
my $browser = OAuth2Test::Browser->new(user => 'rf-alice',
                                       password => $password);
my %good = (client_id => 'rf-app', redirect_uri => $uri,
            scope => 'read write', basic => $app);

sub refresh {
    my ($token, @more) = @_;
    return [ POST => 'token', basic => $app, form =>
             [ grant_type => 'refresh_token', refresh_token => $token,
               @more ] ];
}

sub works {
    my ($token) = @_;
    return request('GET', '/api/env.cgi', bearer => $token)->{status} == 200;
}

my %refused = (status => 400, json => { error => 'invalid_grant' });

subtest '6: a new pair; the old refresh token is spent' => sub {
    my $first = $browser->tokens(%good);
    my $res = row({
        clause => '6', send => refresh($first->{refresh_token}),
        status => 200, log => 0,
        headers => { 'cache-control' => qr/\bno-store\b/ },
        json => { access_token => qr/^oa2a_/, refresh_token => qr/^oa2r_/,
                  scope => 'read write', expires_in => 600,
                  token_type => qr/^bearer$/i },
    });
    my $second = json($res);
    isnt($second->{access_token}, $first->{access_token}, 'a new one');
    isnt($second->{refresh_token}, $first->{refresh_token}, 'rotated');
    ok(works($second->{access_token}), 'the new one works');
    ok(works($first->{access_token}), 'and the old one until it expires');
    my $third = json(request(@{ refresh($second->{refresh_token}) }));
    ok($third->{refresh_token}, 'and again');
};

subtest 'grace: who repeats at once gets the very same answer' => sub {
    my $first = $browser->tokens(%good);
    my $one = request(@{ refresh($first->{refresh_token}) });
    my $two = request(@{ refresh($first->{refresh_token}) });
    is($two->{status}, 200, 'answered');
    my ($a, $b) = (json($one), json($two));
    is($b->{$_}, $a->{$_}, "the same $_")
        for qw(access_token refresh_token scope token_type);
    ok(works($a->{access_token}), 'it works');
    is(request(@{ refresh($a->{refresh_token}) })->{status}, 200,
       'the family goes on');
    log_is(0, 'no log');
};

subtest 'grace: who asks for something else gets no answer to that' => sub {
    my $first = $browser->tokens(%good);
    my $one = json(request(@{ refresh($first->{refresh_token}) }));
    row({ clause => 'another scope', status => 400,
          json => { error => 'invalid_request', access_token => undef },
          send => refresh($first->{refresh_token}, scope => 'read') });
    row({ clause => 'the same again', status => 200, log => 0,
          send => refresh($first->{refresh_token}),
          json => { access_token => $one->{access_token} } });
    ok(works($one->{access_token}), 'the family lives');
};

subtest 'after the grace: an answer that never arrived' => sub {
    my $first = $browser->tokens(%good);
    my $lost = json(request(@{ refresh($first->{refresh_token}) }));
    my $used = $browser->tokens(%good);
    my $next = json(request(@{ refresh($used->{refresh_token}) }));
    $next = json(request(@{ refresh($next->{refresh_token}) }));
    ok(works($lost->{access_token}), 'lost, but alive');
    sleep 11;
    my $res = row({ clause => 'late', status => 200, log => 0,
                    send => refresh($first->{refresh_token}) });
    my $late = json($res);
    isnt($late->{refresh_token}, $lost->{refresh_token}, 'a new pair');
    ok(works($late->{access_token}), 'which works');
    ok(!works($lost->{access_token}), 'and the lost one does not');
    log_lines();
    row({ clause => 'RFC 9700 4.14.2: the lost one was not lost', %refused,
          send => refresh($lost->{refresh_token}),
          log => { level => 'notice', like => qr/family/ } });
    ok(!works($late->{access_token}), 'all are dead');
    log_lines();
    row({ clause => 'RFC 9700 4.14.2: a successor that was used', %refused,
          send => refresh($used->{refresh_token}),
          log => { level => 'notice', like => qr/family/ } });
    ok(!works($next->{access_token}), 'all are dead');
    log_lines();
};

subtest '6: scope can be narrowed, for this access token only' => sub {
    my $first = $browser->tokens(%good);
    my $res = row({ clause => 'narrower', status => 200, log => 0,
                    send => refresh($first->{refresh_token}, scope => 'read'),
                    json => { scope => 'read' } });
    my $narrow = json($res);
    is(request('GET', '/both/env.cgi', bearer => $narrow->{access_token})
       ->{status}, 403, 'narrow indeed');
    log_lines();
    # "the refresh token scope MUST be identical"
    row({ clause => 'wide again', status => 200, log => 0,
          send => refresh($narrow->{refresh_token}),
          json => { scope => 'read write' } });
};

subtest '6: more than was granted' => sub {
    my $first = $browser->tokens(%good);
    row({ clause => 'not granted', status => 400,
          json => { error => 'invalid_scope' },
          send => refresh($first->{refresh_token}, scope => 'read admin') });
    row({ clause => 'unknown', status => 400,
          json => { error => 'invalid_scope' },
          send => refresh($first->{refresh_token}, scope => 'fly') });
    row({ clause => 'the token is not spent by that', status => 200,
          log => 0, send => refresh($first->{refresh_token}) });
};

my $mine = $browser->tokens(%good);
rows(
    { clause => '6: another client\'s', %refused,
      send => [ POST => 'token', basic => $other, form =>
                [ grant_type => 'refresh_token',
                  refresh_token => $mine->{refresh_token} ] ],
      log => { level => 'notice', like => qr/rf-other/ } },
    { clause => '6: a public client with somebody else\'s', %refused,
      send => [ POST => 'token', form =>
                [ grant_type => 'refresh_token', client_id => 'rf-spa',
                  refresh_token => $mine->{refresh_token} ] ],
      log => { level => 'notice' } },
    { clause => '6: an access token', %refused,
      send => refresh($mine->{access_token}) },
    { clause => '6: made up', %refused, send => refresh('oa2r_' . 'A' x 51) },
    { clause => '6: none', status => 400,
      json => { error => 'invalid_request' }, send => refresh('') },
    { clause => '3.2.1: without authentication', status => 401,
      json => { error => 'invalid_client' },
      send => [ POST => 'token', form =>
                [ grant_type => 'refresh_token',
                  refresh_token => $mine->{refresh_token} ] ] },
    { clause => '6: it has survived all this', status => 200, log => 0,
      send => refresh($mine->{refresh_token}) },
);

subtest '3.2.1: a public client' => sub {
    my $first = $browser->tokens(client_id => 'rf-spa', scope => 'read',
                                 redirect_uri => $uri);
    my @form = (grant_type => 'refresh_token', client_id => 'rf-spa');
    my $second = json(request('POST', 'token', form =>
        [ @form, refresh_token => $first->{refresh_token} ]));
    ok($second->{refresh_token}, 'rotated (RFC 9700 2.2.2)');
    isnt($second->{refresh_token}, $first->{refresh_token}, 'a new one');
};

# --- without grace, on the server with short lives ---------------------------

my $short = OAuth2Test::Browser->new(
    issuer => 'short', user => 'rf-alice', password => $password);

sub short_refresh {
    my ($token) = @_;
    my $row = refresh($token);
    return [ POST => issuer('short') . '/token', @$row[2 .. $#$row] ];
}

subtest 'RFC 9700 4.14.2: a second use revokes the family' => sub {
    my $first = $short->tokens(%good);
    my $second = json(request(@{ short_refresh($first->{refresh_token}) }));
    ok($second->{refresh_token}, 'the first use');
    ok(works($second->{access_token}), 'works');
    row({ clause => 'replay', status => 400,
          json => { error => 'invalid_grant',
                    error_description => qr/was used before.*sign in again/ },
          send => short_refresh($first->{refresh_token}),
          log => { level => 'notice', like => qr/family/ } });
    row({ clause => 'the successor is dead', status => 400,
          json => { error => 'invalid_grant',
                    error_description => qr/was revoked: sign in again/ },
          send => short_refresh($second->{refresh_token}) });
    # Nothing for who is not the client, or guesses.
    for my $row ([ 'another client' => basic => $other, form =>
                   [ grant_type => 'refresh_token',
                     refresh_token => $second->{refresh_token} ] ],
                 [ 'made up' => basic => $app, form =>
                   [ grant_type => 'refresh_token',
                     refresh_token => 'oa2r_' . 'x' x 51 ] ]) {
        my ($clause, @send) = @$row;
        row({ clause => $clause, status => 400, log => 'any',
              json => { error => 'invalid_grant', error_description =>
                        'the refresh token is not valid' },
              send => [ POST => issuer('short') . '/token', @send ] });
    }
    for my $token ($first, $second) {
        row({ clause => 'access tokens are dead', status => 401, log => 'any',
              send => [ GET => '/api/env.cgi',
                        bearer => $token->{access_token} ] });
    }
};

subtest 'an expired access token' => sub {
    my $tokens = $short->tokens(%good);
    is($tokens->{expires_in}, 10, 'lives for 10 s');
    ok(works($tokens->{access_token}), 'works');
    sleep 11;
    row({ clause => 'RFC 6750 3.1: expired', status => 401, log => 'any',
          send => [ GET => '/api/env.cgi',
                    bearer => $tokens->{access_token} ],
          headers => { 'www-authenticate' => qr/error="invalid_token"/ } });
    row({ clause => '6: the refresh token outlives it', status => 200,
          log => 0, send => short_refresh($tokens->{refresh_token}) });
};

subtest '4.1.2: an expired code' => sub {
    my $flow = $short->authorize(map { $_ => $good{$_} }
                                 qw(client_id redirect_uri scope));
    my $code = $short->code($flow);
    sleep 11;
    row({ clause => 'expired', %refused,
          send => sub { $short->redeem($flow, $code, basic => $app) } });
};

subtest 'what an administrator took away is gone' => sub {
    my $tokens = $browser->tokens(%good);
    ctl_ok('client', 'set', 'rf-app', '--scope', 'read');
    settle();
    row({ clause => 'narrowed', status => 200, log => 0,
          send => refresh($tokens->{refresh_token}),
          json => { scope => 'read' } });
    ctl_ok('client', 'set', 'rf-app', '--scope', 'read write admin');
};

no_complaints('all of it');
done_testing();
