# SPDX-License-Identifier: Apache-2.0
#
# A confidential client that an administrator let off PKCE: RFC 9700 sections
# 2.1.1 and 4.8.2, and what then binds its codes (RFC 6749 section 4.1.3).

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $cms = client('op-cms', redirect_uri => $uri, scope => 'read');
my $app = client('op-app', redirect_uri => $uri, scope => 'read');
client('op-spa', public => 1, redirect_uri => $uri, scope => 'read');
ctl_ok('client', 'set', 'op-cms', '--no-pkce');
settle();
my $password = user('op-alice');
my $browser = OAuth2Test::Browser->new(user => 'op-alice',
                                       password => $password);
my @none = (code_challenge => undef, code_challenge_method => undef);

# A code, and what was sent for it.
sub fresh {
    my (%change) = @_;
    my $flow = $browser->authorize(client_id => 'op-cms', scope => 'read',
                                   redirect_uri => $uri, @none, %change);
    $flow->{code} = $browser->code($flow);
    return $flow;
}

sub redeem {
    my ($flow, %change) = @_;
    my %form = (grant_type => 'authorization_code', code => $flow->{code},
                redirect_uri => $uri, %change);
    return [ POST => 'token', basic => $cms,
             form => [ map { $_ => $form{$_} } sort keys %form ] ];
}

is((ctl('client', 'set', 'op-spa', '--no-pkce'))[0], 2,
   '2.1.1: "Public clients MUST use PKCE"');

my %used = (status => 200, json => { access_token => qr/./ },
            log => { level => 'notice', like => qr/OA2-4700: .*op-cms/ });
rows(
    { clause => '2.1.1: a code without PKCE is good, and told', %used,
      send => sub { request(@{ redeem(fresh()) }) } },
    { clause => '2.1.1: redirect_uri left out at both', %used,
      send => sub { request(@{ redeem(fresh(redirect_uri => undef),
                                      redirect_uri => undef) }) } },
);

my $flow = fresh();
my %refused = (status => 400, json => { error => 'invalid_grant' });
rows(
    { clause => 'RFC 6749 4.1.3: redirect_uri is not optional then',
      %refused, send => redeem($flow, redirect_uri => undef) },
    { clause => 'RFC 6749 4.1.3: nor another one', %refused,
      send => redeem($flow, redirect_uri => "$uri/") },
    { clause => '4.8.2: a verifier without a challenge', %refused,
      send => redeem($flow, code_verifier => 'a' x 43),
      log => { level => 'notice', like => qr/OA2-3700: / } },
    { clause => 'RFC 6749 4.1.3: without the secret', status => 401,
      json => { error => 'invalid_client' },
      send => sub {
          my (undef, undef, %o) = @{ redeem($flow) };
          request('POST', 'token',
                  form => [ @{ $o{form} }, client_id => 'op-cms' ]);
      } },
    { clause => 'RFC 6749 4.1.3: by another client', %refused,
      send => sub {
          my (undef, undef, %o) = @{ redeem($flow) };
          request('POST', 'token', form => $o{form}, basic => $app);
      },
      log => { level => 'notice', like => qr/op-app/ } },
    { clause => 'none of these has burnt it', %used, send => redeem($flow) },
);

subtest 'a challenge that was sent is verified' => sub {
    my $flow = $browser->authorize(client_id => 'op-cms', scope => 'read',
                                   redirect_uri => $uri);
    $flow->{code} = $browser->code($flow);
    row({ clause => 'no verifier', status => 400,
          json => { error => 'invalid_request',
                    error_description => qr/code_verifier/ },
          send => redeem($flow) });
    row({ clause => 'a wrong one', %refused,
          send => redeem($flow, code_verifier => 'a' x 43),
          log => { level => 'notice', like => qr/OA2-3023: / } });
    row({ clause => 'the right one', status => 200, log => 0,
          send => redeem($flow, code_verifier => $flow->{verifier}) });
};

sub asks {
    my ($clause, %p) = @_;
    return { clause => $clause, status => 303, log => 1,
             send => [ GET => $browser->authorize(
                 client_id => 'op-cms', redirect_uri => $uri,
                 scope => 'read', @none, %p)->{url} ],
             then => sub {
                 my $q = query_of(header($_[0], 'location'));
                 is($q->{error}, 'invalid_request', 'error');
             } };
}
rows(
    asks('others are not let off', client_id => 'op-app'),
    asks('public ones neither', client_id => 'op-spa'),
    asks('RFC 7636 4.3: plain', code_challenge => 'a' x 43),
    asks('half of it', code_challenge_method => 'S256'),
);

subtest 'when it has to do PKCE again, codes without it are refused' => sub {
    my $flow = fresh();
    ctl_ok('client', 'set', 'op-cms', '--pkce');
    settle();
    row({ clause => 'no more', %refused, send => redeem($flow),
          log => { level => 'notice', like => qr/OA2-3701: / } });
};

no_complaints('all of it');
done_testing();
