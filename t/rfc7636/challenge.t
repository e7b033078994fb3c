# SPDX-License-Identifier: Apache-2.0
#
# Proof key for code exchange, RFC 7636, at authorize; the verifier's side is
# in rfc6749/token.t.  Required of every client, S256 only: RFC 9700 section
# 2.1.1.

use strict;
use warnings;

use Digest::SHA qw(sha256);
use MIME::Base64 qw(encode_base64url);
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $app = client('pk-app', redirect_uri => $uri, scope => 'read');
client('pk-spa', public => 1, redirect_uri => $uri, scope => 'read');
my $password = user('pk-alice');
my $browser = OAuth2Test::Browser->new(user => 'pk-alice',
                                       password => $password);
my ($verifier, $challenge) = pkce();

sub refused {
    my ($clause, %p) = @_;
    my $url = $browser->authorize(
        client_id => 'pk-app', redirect_uri => $uri, scope => 'read',
        code_challenge => $challenge, code_challenge_method => 'S256', %p)
        ->{url};
    return {
        clause => $clause, send => [ GET => $url ], status => 303, log => 1,
        then => sub {
            my $q = query_of(header($_[0], 'location'));
            is($q->{error}, 'invalid_request', 'error');
            like($q->{error_description}, qr/code_challenge/, 'which');
        },
    };
}

rows(
    refused('4.4.1: none, confidential client', code_challenge => undef,
            code_challenge_method => undef),
    refused('4.4.1: none, public client', client_id => 'pk-spa',
            code_challenge => undef, code_challenge_method => undef),
    refused('4.4.1: empty', code_challenge => ''),
    refused('4.3: the default method is plain',
            code_challenge_method => undef),
    refused('4.3: plain', code_challenge_method => 'plain'),
    refused('4.3: unknown', code_challenge_method => 'S512'),
    refused('4.3: in other letters', code_challenge_method => 's256'),
    refused('4.2: too short', code_challenge => substr $challenge, 1),
    refused('4.2: too long', code_challenge => "${challenge}A"),
    refused('4.2: padded', code_challenge => "$challenge="),
    refused('4.2: not base64url', code_challenge => 'a+/' . 'a' x 40),
    refused('3.1: twice', code_challenge => [ $challenge, $challenge ]),
    refused('3.1: method twice', code_challenge_method => [ 'S256', 'S256' ]),
);

# 4.1: "minimum length of 43 characters and a maximum length of 128"
for my $text ('a' x 43, 'z' x 128, 'AZaz09-._~' x 5) {
    my $flow = $browser->authorize(
        client_id => 'pk-app', redirect_uri => $uri, scope => 'read',
        code_challenge => encode_base64url(sha256($text)),
        code_challenge_method => 'S256');
    $flow->{verifier} = $text;
    my $res = $browser->redeem($flow, $browser->code($flow), basic => $app);
    is($res->{status}, 200, '4.1: a verifier of ' . length($text));
}

subtest 'appendix B: the example' => sub {
    my $flow = $browser->authorize(
        client_id => 'pk-app', redirect_uri => $uri, scope => 'read',
        code_challenge => 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method => 'S256');
    $flow->{verifier} = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    my $res = $browser->redeem($flow, $browser->code($flow), basic => $app);
    is($res->{status}, 200, 'fits');
};

subtest 'RFC 9700 4.8.2: no downgrade' => sub {
    my $flow = $browser->authorize(
        client_id => 'pk-app', redirect_uri => $uri, scope => 'read');
    # The challenge itself as verifier would be right for "plain".
    $flow->{verifier} = $flow->{code_challenge};
    row({ clause => 'plain', status => 400,
          json => { error => 'invalid_grant' }, log => { level => 'notice' },
          send => sub {
              $browser->redeem($flow, $browser->code($flow), basic => $app)
          } });
};

no_complaints('all of it');
done_testing();
