# SPDX-License-Identifier: Apache-2.0
#
# Native apps: RFC 8252 sections 7.1 (private-use schemes), 7.3 (loopback) and
# 8.3 (localhost): the port is free where none is registered.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

client('na-ipv4', public => 1, scope => 'read',
       redirect_uri => 'http://127.0.0.1/callback');
client('na-ported', public => 1, scope => 'read',
       redirect_uri => 'http://127.0.0.1:8000/callback?a=b');
client('na-ipv6', public => 1, scope => 'read',
       redirect_uri => 'http://[::1]/callback');
client('na-name', public => 1, scope => 'read',
       redirect_uri => 'http://localhost:8000/callback');
client('na-editor', public => 1, scope => 'read',
       redirect_uri => 'http://localhost/callback');
client('na-scheme', public => 1, scope => 'read',
       redirect_uri => 'com.example.app:/callback');
client('na-https', public => 1, scope => 'read',
       redirect_uri => 'https://app.example:8443/callback');
my $password = user('na-alice');
my $browser = OAuth2Test::Browser->new(user => 'na-alice',
                                       password => $password);

sub status {
    my ($id, $uri) = @_;
    return $browser->fresh->get($browser->authorize(
        client_id => $id, redirect_uri => $uri, scope => 'read')->{url})
        ->{status};
}

my @table = (
    # client, redirect_uri, is it good?
    [ 'na-ipv4', 'http://127.0.0.1/callback', 1 ],
    [ 'na-ipv4', 'http://127.0.0.1:51004/callback', 1 ],
    [ 'na-ipv4', 'http://127.0.0.1:1/callback', 1 ],
    [ 'na-ipv4', 'http://127.0.0.1:65535/callback', 1 ],
    [ 'na-ipv4', 'http://127.0.0.1:65536/callback', 0 ],
    [ 'na-ipv4', 'http://127.0.0.1:51004/callback/', 0 ],
    [ 'na-ipv4', 'http://127.0.0.1:51004/other', 0 ],
    [ 'na-ipv4', 'http://127.0.0.1:51004/callback?x=1', 0 ],
    [ 'na-ipv4', 'http://127.0.0.2:51004/callback', 0 ],
    [ 'na-ipv4', 'http://127.0.0.1.example:51004/callback', 0 ],
    [ 'na-ipv4', 'http://127.0.0.1:51004@evil.example/callback', 0 ],
    [ 'na-ipv4', 'http://localhost:51004/callback', 0 ],
    [ 'na-ipv4', 'http://[::1]:51004/callback', 0 ],
    [ 'na-ipv4', 'https://127.0.0.1:51004/callback', 0 ],
    [ 'na-ported', 'http://127.0.0.1:8000/callback?a=b', 1 ],
    [ 'na-ported', 'http://127.0.0.1:9000/callback?a=b', 0 ],
    [ 'na-ported', 'http://127.0.0.1/callback?a=b', 0 ],
    [ 'na-ported', 'http://127.0.0.1:9000/callback', 0 ],
    [ 'na-ipv6', 'http://[::1]:51004/callback', 1 ],
    [ 'na-ipv6', 'http://[::1]/callback', 1 ],
    [ 'na-ipv6', 'http://[::2]:51004/callback', 0 ],
    [ 'na-ipv6', 'http://127.0.0.1:51004/callback', 0 ],
    [ 'na-name', 'http://localhost:8000/callback', 1 ],
    [ 'na-name', 'http://localhost:8001/callback', 0 ],
    [ 'na-editor', 'http://localhost/callback', 1 ],
    [ 'na-editor', 'http://localhost:51004/callback', 1 ],
    [ 'na-editor', 'http://localhost:51004/other', 0 ],
    [ 'na-editor', 'http://127.0.0.1:51004/callback', 0 ],
    [ 'na-editor', 'http://localhost.example:51004/callback', 0 ],
    [ 'na-editor', 'http://localhost:1@evil.example/callback', 0 ],
    [ 'na-scheme', 'com.example.app:/callback', 1 ],
    [ 'na-scheme', 'com.example.app:/other', 0 ],
    [ 'na-scheme', 'com.example.app2:/callback', 0 ],
    [ 'na-https', 'https://app.example:8443/callback', 1 ],
    [ 'na-https', 'https://app.example:8444/callback', 0 ],
);
for (@table) {
    my ($id, $uri, $good) = @$_;
    is(status($id, $uri), $good ? 200 : 400,
       ($good ? 'good: ' : 'refused: ') . "$id $uri");
}
log_lines();

subtest '7.3: the whole way, with another port' => sub {
    my $flow = $browser->authorize(
        client_id => 'na-ipv4', scope => 'read',
        redirect_uri => 'http://127.0.0.1:51004/callback');
    my $res = $browser->walk($flow);
    my $to = header($res, 'location');
    like($to, qr{^http://127\.0\.0\.1:51004/callback\?code=}, 'back there');
    my $code = query_of($to)->{code};
    my %other = (%$flow, redirect_uri => 'http://127.0.0.1:51005/callback');
    row({ clause => 'RFC 6749 4.1.3: the same port at the token endpoint',
          send => sub { $browser->redeem(\%other, $code) }, status => 400,
          json => { error => 'invalid_grant' } });
    is($browser->redeem($flow, $code)->{status}, 200, 'tokens');
};

subtest '7.1: the whole way, to a private-use scheme' => sub {
    my $flow = $browser->authorize(
        client_id => 'na-scheme', scope => 'read',
        redirect_uri => 'com.example.app:/callback');
    my $person = $browser->fresh;
    my $page = $person->login($person->follow($person->get($flow->{url})));
    like(header($page, 'content-security-policy'),
         qr/form-action 'self' com\.example\.app:/, 'the form may go there');
    my $res = $person->decide($page, 'allow');
    like(header($res, 'location'), qr{^com\.example\.app:/callback\?code=},
         'back to the app');
};

subtest '8.6: consent of a loopback app warns' => sub {
    my $person = $browser->fresh;
    my $flow = $person->authorize(
        client_id => 'na-ipv6', scope => 'read',
        redirect_uri => 'http://[::1]:51004/callback');
    my $page = $person->login($person->follow($person->get($flow->{url})));
    like($page->{content}, qr/app on this computer/i, 'it says so');
};

no_complaints('all of it');
done_testing();
