# SPDX-License-Identifier: Apache-2.0
#
# How a client proves who it is: RFC 6749 sections 2.3, 2.3.1, 3.2.1 and 5.2,
# at the token endpoint, with client_credentials.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $svc = client('ca-svc', scope => 'read', grant => 'client_credentials');
my $other = client('ca-other', scope => 'read',
                   grant => 'client_credentials');
my $off = client('ca-off', scope => 'read', grant => 'client_credentials');
ctl_ok('client', 'disable', 'ca-off');
client('ca-public', public => 1, redirect_uri => $uri, scope => 'read');

# An ID and a secret that must be encoded (section 2.3.1); both were valid
# elsewhere, so a client that moves here brings them along.
my $odd_secret = note_secret('se%cr+et&=/?#' . random_text(12));
ctl_ok(\"$odd_secret\n", 'client', 'add', 'ca/odd+id%20', '--secret-stdin',
       '--scope', 'read', '--grant', 'client_credentials');

my $base64_secret = note_secret('ab+cd/ef==' . random_text(12));
my $colon_secret = note_secret('a:b%4' . random_text(12) . '%');
for ([ 'ca-base64', $base64_secret ], [ 'ca-colon', $colon_secret ]) {
    ctl_ok(\"$_->[1]\n", 'client', 'add', $_->[0], '--secret-stdin',
           '--scope', 'read', '--grant', 'client_credentials');
}
my $twin = client('ca+twin', scope => 'read', grant => 'client_credentials');
my $odd_twin = client('ca%2Btwin', scope => 'read',
                      grant => 'client_credentials');

sub client_of {
    my ($res) = @_;
    return json(request('GET', '/api/env.cgi', bearer =>
                        json($res)->{access_token}))->{OAUTH2_CLIENT_ID};
}

my @grant = (grant_type => 'client_credentials');

sub ask { return [ POST => 'token', @_ ] }

sub raw_basic {
    my ($pair) = @_;
    return { Authorization => 'Basic ' . encode_base64($pair, '') };
}

my %refused = (
    status => 401, json => { error => 'invalid_client' },
    # Section 5.2: "MUST … include the WWW-Authenticate header"
    headers => { 'www-authenticate' => qr/^Basic realm="/,
                 'cache-control' => qr/\bno-store\b/ },
);
my %granted = (
    status => 200, json => { access_token => qr/^oa2a_/ }, log => 0,
);

rows(
    { clause => '2.3.1: Basic', %granted,
      send => ask(form => [@grant], basic => $svc) },
    { clause => '2.3.1: Basic, scheme in any case', %granted,
      send => ask(form => [@grant], headers => {
          Authorization => 'bAsIc ' . (split / /, basic_auth(@$svc))[1] }) },
    { clause => '2.3.1: in the body', %granted,
      send => ask(form => [ @grant, client_id => $svc->[0],
                            client_secret => $svc->[1] ]) },
    { clause => '2.3.1: Basic and the same client_id in the body', %granted,
      send => ask(form => [ @grant, client_id => $svc->[0] ],
                  basic => $svc) },
    { clause => '2.3.1: both halves are form-encoded', %granted,
      send => ask(form => [@grant], basic => [ 'ca/odd+id%20', $odd_secret ]) },
    { clause => '2.3.1: the same pair in the body', %granted,
      send => ask(form => [ @grant, client_id => 'ca/odd+id%20',
                            client_secret => $odd_secret ]) },

    # Basic without form-encoding, as requests-oauthlib, curl -u and old PHP
    # send it: both readings count.
    { clause => '2.3.1: an odd pair that was not encoded', %granted,
      send => ask(form => [@grant],
                  headers => raw_basic("ca/odd+id%20:$odd_secret")) },
    { clause => '2.3.1: only the ID was encoded', %granted,
      send => ask(form => [@grant],
                  headers => raw_basic("ca%2Fodd%2Bid%2520:$odd_secret")) },
    { clause => '2.3.1: and the same client_id in the body', %granted,
      send => ask(form => [ @grant, client_id => 'ca/odd+id%20' ],
                  headers => raw_basic("ca/odd+id%20:$odd_secret")) },
    { clause => '2.3.1: a base64 secret as it is', %granted,
      send => ask(form => [@grant],
                  headers => raw_basic("ca-base64:$base64_secret")) },
    { clause => '2.3.1: a base64 secret, encoded', %granted,
      send => ask(form => [@grant],
                  basic => [ 'ca-base64', $base64_secret ]) },
    { clause => '2.3.1: a colon and a cut escape, as they are', %granted,
      send => ask(form => [@grant],
                  headers => raw_basic("ca-colon:$colon_secret")) },
    { clause => '2.3.1: a colon and a cut escape, encoded', %granted,
      send => ask(form => [@grant],
                  basic => [ 'ca-colon', $colon_secret ]) },
    # Two clients, whose IDs are two readings of one.
    { clause => '2.2: the one whose secret it is: decoded', %granted,
      send => ask(form => [@grant], headers => raw_basic(
          "ca%2Btwin:$twin->[1]")),
      then => sub { is(client_of($_[0]), 'ca+twin', 'decoded') } },
    { clause => '2.2: the one whose secret it is: as it is', %granted,
      send => ask(form => [@grant], headers => raw_basic(
          "ca%2Btwin:$odd_twin->[1]")),
      then => sub { is(client_of($_[0]), 'ca%2Btwin', 'as it is') } },
    { clause => '2.3.1: another secret in either reading', %refused,
      send => ask(form => [@grant], headers => raw_basic(
          "ca%2Btwin:$other->[1]")) },
    { clause => '5.2: wrong secret', %refused,
      send => ask(form => [@grant], basic => [ 'ca-svc', 'x' x 32 ]) },
    { clause => '5.2: another client\'s secret', %refused,
      send => ask(form => [@grant], basic => [ 'ca-svc', $other->[1] ]) },
    { clause => '5.2: wrong secret in the body', %refused,
      send => ask(form => [ @grant, client_id => 'ca-svc',
                            client_secret => 'x' x 32 ]) },
    { clause => '5.2: unknown client', %refused,
      send => ask(form => [@grant], basic => [ 'nobody', 'x' x 32 ]) },
    { clause => '5.2: disabled client', %refused,
      send => ask(form => [@grant], basic => $off) },
    { clause => '5.2: no authentication', %refused,
      send => ask(form => [@grant]) },
    { clause => '5.2: a confidential client that only names itself',
      %refused,
      send => ask(form => [ @grant, client_id => 'ca-svc' ]) },
    { clause => '2.3.1: a public client with a secret', %refused,
      send => ask(form => [@grant], basic => [ 'ca-public', 'x' x 32 ]) },
    { clause => '2.3.1: an empty secret in Basic', %refused,
      send => ask(form => [@grant], headers => raw_basic('ca-svc:')) },
    { clause => '2.3.1: an empty secret in the body', %refused,
      send => ask(form => [ @grant, client_id => 'ca-svc',
                            client_secret => '' ]) },
    { clause => '2.3: another scheme', %refused,
      send => ask(form => [@grant],
                  headers => { Authorization => 'Digest username="x"' }) },
    { clause => 'RFC 7617 2: no colon', %refused,
      send => ask(form => [@grant], headers => raw_basic('ca-svc')) },
    { clause => 'RFC 7617 2: nothing behind Basic', %refused,
      send => ask(form => [@grant],
                  headers => { Authorization => 'Basic ' }) },
    { clause => 'RFC 7617 2: not base64', %refused,
      send => ask(form => [@grant],
                  headers => { Authorization => 'Basic !!!!' }) },
    { clause => 'RFC 7617 2: NUL inside', %refused,
      send => ask(form => [@grant],
                  headers => raw_basic("ca-svc\0:$svc->[1]")) },
    # RFC 7617 2: the first colon ends the ID; one inside it is encoded, and
    # no client of ours has one.
    { clause => 'RFC 7617 2: one colon more before the secret', %refused,
      send => ask(form => [@grant],
                  headers => raw_basic("ca-colon::$colon_secret")) },
    { clause => 'RFC 7617 2: one colon more behind the secret', %refused,
      send => ask(form => [@grant],
                  headers => raw_basic("ca-colon:$colon_secret:")) },
    { clause => '2.3.1: an encoded colon in the ID', %refused,
      log => qr/OA2-3046.*\(unknown\)/,
      send => ask(form => [@grant],
                  headers => raw_basic("ca-colon%3A:$colon_secret")) },
    # Appendix A.1 and A.2: VSCHAR only, so these are nobody's.
    { clause => 'A.1: an ID that is not UTF-8', %refused,
      log => qr/OA2-3046.*\(unknown\)/,
      send => ask(form => [@grant],
                  headers => raw_basic("ca-\xff:$colon_secret")) },
    { clause => 'A.1: an ID in UTF-8', %refused,
      log => qr/OA2-3046.*\(unknown\)/,
      send => ask(form => [@grant],
                  headers => raw_basic("ca-\xc3\xbc:$colon_secret")) },
    { clause => 'A.1: the same, encoded', %refused,
      send => ask(form => [@grant],
                  headers => raw_basic("ca-%C3%BC:$colon_secret")) },
    { clause => 'A.2: a secret that is not UTF-8', %refused,
      log => qr/OA2-3046.*"ca-colon": the secret is wrong/,
      send => ask(form => [@grant],
                  headers => raw_basic("ca-colon:$colon_secret\xff")) },
    { clause => 'A.2: the same, encoded', %refused,
      send => ask(form => [@grant],
                  headers => raw_basic("ca-colon:$colon_secret%ff")) },
    { clause => 'A.1: control characters', %refused,
      send => ask(form => [@grant],
                  headers => raw_basic("ca-\x01\x7f:$colon_secret\r\n")) },
    { clause => '2.3.1: a bad escape inside', %refused,
      send => ask(form => [@grant], headers => raw_basic('ca%zz:secret')) },
    { clause => '2.3.1: not UTF-8 inside', %refused,
      send => ask(form => [@grant], headers => raw_basic("ca%ff:secret")) },
);

my %mixed = (status => 400, json => { error => 'invalid_request' });
rows(
    { clause => '2.3: Basic and body together', %mixed,
      send => ask(form => [ @grant, client_id => $svc->[0],
                            client_secret => $svc->[1] ], basic => $svc) },
    { clause => '2.3: another client_id than in Basic', %mixed,
      send => ask(form => [ @grant, client_id => $other->[0] ],
                  basic => $svc) },
    { clause => '3.2: client_secret twice', %mixed,
      send => ask(form => [ @grant, client_id => $svc->[0],
                            client_secret => $svc->[1],
                            client_secret => $svc->[1] ]) },
    { clause => '2.3.1: client_secret in the query', status => qr/^40[01]$/,
      json => { access_token => undef },
      send => ask(query => [ client_id => $svc->[0],
                             client_secret => $svc->[1] ], form => [@grant]) },
);

subtest '2.3.1: why it was refused cannot be told' => sub {
    my @answers = map { request('POST', 'token', form => [@grant],
                                basic => $_) }
        [ 'nobody', 'x' x 32 ], [ 'ca-svc', 'x' x 32 ], $off,
        [ 'ca-public', 'x' x 32 ];
    my @bodies = map { $_->{content} } @answers;
    is($bodies[$_], $bodies[0], "the same answer: $_") for 1 .. $#bodies;
    log_lines();
};

subtest 'rotate-secret: the old one is good for its overlap only' => sub {
    my $client = client('ca-rotate', scope => 'read',
                        grant => 'client_credentials');
    my $new = random_text(24);
    ctl_ok(\"$new\n", 'client', 'rotate-secret', 'ca-rotate',
           '--secret-stdin', '--overlap', '1h');
    settle();
    my @form = (form => [@grant]);
    row({ clause => 'new', %granted, send => ask(@form, basic =>
          [ 'ca-rotate', $new ]) });
    row({ clause => 'old', %granted, send => ask(@form, basic => $client) });
    my $newest = random_text(24);
    ctl_ok(\"$newest\n", 'client', 'rotate-secret', 'ca-rotate',
           '--secret-stdin', '--overlap', '0');
    settle();
    row({ clause => 'newest', %granted, send => ask(@form, basic =>
          [ 'ca-rotate', $newest ]) });
    row({ clause => 'replaced', %refused, send => ask(@form, basic =>
          [ 'ca-rotate', $new ]) });
    row({ clause => 'first', %refused,
          send => ask(@form, basic => $client) });
};

no_complaints('all of it');
done_testing();
