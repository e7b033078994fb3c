# SPDX-License-Identifier: Apache-2.0
#
# Redirection endpoints: RFC 6749 section 3.1.2, RFC 9700 sections 2.1 and
# 4.1.3, RFC 8252 sections 7 and 8; what can be registered, and that it is
# compared letter by letter.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

# --- what oauth2ctl lets in --------------------------------------------------

my $number = 0;

sub add {
    my ($uri) = @_;
    return ctl('client', 'add', 'rd-try' . $number++, '--public', '--scope',
               'read', '--redirect-uri', $uri);
}

for my $good (
    'https://app.example/callback', 'https://app.example:8443/a/b?c=d',
    'http://127.0.0.1/callback', 'http://127.0.0.1:8000/callback',
    'http://[::1]/callback', 'http://localhost:3000/callback',
    'com.example.app:/callback', 'com.example.app:/oauth2/back',
) {
    my ($status, $out, $err) = add($good);
    is($status, 0, "3.1.2: $good can be registered") or diag($err);
}

my $long = 'https://app.example/' . 'a' x 2000;
for my $bad (
    [ '/callback', 'not absolute' ],
    [ 'app.example/callback', 'no scheme' ],
    [ 'https://app.example/callback#x', 'a fragment' ],
    [ 'https://app.example/callback#', 'an empty fragment' ],
    [ 'https://user@app.example/callback', 'user information' ],
    [ 'http://app.example/callback', 'plain http' ],
    [ 'http://localhost.example/callback', 'plain http, alike' ],
    [ 'http://127.0.0.1.example/callback', 'plain http, alike too' ],
    [ 'https:///callback', 'no host' ],
    [ 'myapp:/callback', 'RFC 8252 7.1: a scheme without a dot' ],
    [ 'javascript:alert(1)', 'javascript' ],
    [ 'data:text/html,x', 'data' ],
    [ 'https://app.example/call back', 'a space' ],
    [ "https://app.example/\x{7f}", 'a control character' ],
    [ 'https://app.example/%zz', 'a bad escape' ],
    [ 'https://app.example:99999/', 'no port' ],
    [ $long, 'more than 2,000 bytes' ],
    [ '', 'empty' ],
    # 3.1: "Request and response parameters MUST NOT be included more than once"
    (map { [ "https://app.example/cb?a=b&$_=c", "$_ in its query" ] }
     qw(code state iss error)),
) {
    my ($status, $out, $err) = add($bad->[0]);
    is($status, 2, "3.1.2: refused: $bad->[1]");
    like($err, qr/redirect/i, "it says what is wrong: $bad->[1]");
}

# --- what authorize takes ----------------------------------------------------

my $uri = 'https://app.example/callback';
my $app = client('rd-app', redirect_uri => $uri, scope => 'read');
my $browser = OAuth2Test::Browser->new;

sub leads_to_login {
    my ($id, $sent) = @_;
    my $res = $browser->fresh->get($browser->authorize(
        client_id => $id, redirect_uri => $sent, scope => 'read')->{url});
    return $res->{status} == 200 && $browser->form_with($res, 'password');
}

ok(leads_to_login('rd-app', $uri), 'the registered one');
for my $other (
    "$uri/", "$uri?", "$uri?x=1", "$uri#", "$uri/../callback", "${uri}x",
    'https://app.example/Callback', 'https://APP.example/callback',
    'https://app.example:443/callback', 'HTTPS://app.example/callback',
    'http://app.example/callback', 'https://app.example/callback%20',
    'https://app.example//callback', 'https://app.example/%63allback',
    'https://app.example@evil.example/callback', ' ' . $uri, "$uri $uri",
    'https://evil.example/https://app.example/callback', '//app.example/',
    "$uri\n", 'https://app.example\\@evil.example/callback',
) {
    my $res = $browser->fresh->get($browser->authorize(
        client_id => 'rd-app', redirect_uri => $other, scope => 'read')
        ->{url});
    (my $shown = $other) =~ s/\n/\\n/;
    is($res->{status}, 400, "4.1.3: exact match: $shown");
    is(header($res, 'location'), undef, "no redirect: $shown");
}
log_lines();

# --- and where codes and errors go -------------------------------------------

subtest '10.15: no open redirector' => sub {
    for my $where ('https://evil.example/', '//evil.example', '/\\evil',
                   'javascript:alert(1)', "$uri\@evil.example") {
        for my $error ([ response_type => 'x' ], [ scope => 'fly' ]) {
            my $res = request('GET', $browser->authorize(
                client_id => 'rd-app', redirect_uri => $where, @$error)
                ->{url});
            is(header($res, 'location'), undef, "$where: $error->[0]");
        }
    }
    log_lines();
};

subtest 'client set takes a redirect URI away' => sub {
    client('rd-two', redirect_uri => [ "$uri/1", "$uri/2" ],
           scope => 'read');
    ok(leads_to_login('rd-two', "$uri/1"), 'first');
    ctl_ok('client', 'set', 'rd-two', '--remove-redirect-uri', "$uri/1");
    settle();
    ok(!leads_to_login('rd-two', "$uri/1"), 'gone');
    ok(leads_to_login('rd-two', "$uri/2"), 'the other stays');
    log_lines();
};

no_complaints('all of it');
done_testing();
