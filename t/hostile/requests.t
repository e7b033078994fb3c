# SPDX-License-Identifier: Apache-2.0
#
# Hostile requests: whatever is sent, the answer is a 4xx that says what is
# wrong, never a 5xx, and no log line above notice.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $svc = client('ho-svc', scope => 'read', grant => 'client_credentials',
                 introspect => 'all');
client('ho-app', redirect_uri => $uri, scope => 'read');
my $basic = basic_auth(@$svc);
my @endpoints = qw(authorize login consent logout token revoke introspect);
my $authority = '127.0.0.1:' . var('port');

# Bytes of a request; what is not given is sane.
sub bytes {
    my (%o) = @_;
    my $body = $o{body} // '';
    my @headers = @{ $o{headers} || [] };
    push @headers, 'Content-Length: ' . length $body
        if !$o{chunked} && !grep { /^content-length:/i } @headers;
    push @headers, 'Content-Type: application/x-www-form-urlencoded'
        if !grep { /^content-type:/i } @headers;
    push @headers, 'Transfer-Encoding: chunked' if $o{chunked};
    if ($o{chunked}) {
        $body = join '', map { sprintf "%x\r\n%s\r\n", length, $_ }
            $body =~ /(.{1,4096})/gs;
        $body .= "0\r\n\r\n";
    }
    return join "\r\n", ($o{line}
        || ($o{method} || 'POST') . " $o{path} HTTP/1.1"),
        "Host: $authority", 'Connection: close', @headers, '', $body;
}

sub refused {
    my ($name, $status, %o) = @_;
    my $res = raw_request(bytes(%o));
    like($res->{status}, $status, $name)
        or diag(substr $res->{raw}, 0, 300);
    return $res;
}

# --- size --------------------------------------------------------------------

subtest 'bodies over 64 KiB' => sub {
    my $big = 'grant_type=client_credentials&x=' . 'y' x 70_000;
    my $bigger = 'x=' . 'y' x 3_000_000;
    for my $endpoint (@endpoints) {
        my %o = (path => "/oauth2/$endpoint",
                 headers => ["Authorization: $basic"]);
        my $res = refused("$endpoint: 70 KB", qr/^413$/, %o, body => $big);
        refused("$endpoint: 70 KB in chunks", qr/^413$/, %o, body => $big,
                chunked => 1);
        next if $endpoint ne 'token';
        refused("$endpoint: 3 MB", qr/^(?:413|0)$/, %o, body => $bigger);
        refused("$endpoint: 3 MB in chunks", qr/^(?:413|0)$/, %o,
                body => $bigger, chunked => 1);
        refused("$endpoint: a lie", qr/^413$/, %o, body => 'x', headers =>
                [ "Authorization: $basic", 'Content-Length: 99999999999' ]);
        is(json($res)->{error}, 'invalid_request', 'as JSON');
    }
    my $just = 'grant_type=client_credentials&x=' . 'y' x 65_000;
    is(raw_request(bytes(path => '/oauth2/token', body => $just,
                         headers => ["Authorization: $basic"]))->{status},
       200, 'just under 64 KiB');
};

subtest 'more than 100 parameters' => sub {
    for my $endpoint (@endpoints) {
        my %o = (path => "/oauth2/$endpoint",
                 headers => ["Authorization: $basic"]);
        refused("$endpoint: body", qr/^40[03]$/, %o, body =>
                join '&', map { "p$_=1" } 1 .. 101);
        refused("$endpoint: query", qr/^(?:40[035])$/, method => 'GET',
                path => "/oauth2/$endpoint?"
                    . join '&', map { "p$_=1" } 1 .. 101);
    }
    my $res = raw_request(bytes(path => '/oauth2/token', headers =>
        ["Authorization: $basic"], body => 'grant_type=client_credentials&'
            . join '&', map { "p$_=1" } 1 .. 99));
    is($res->{status}, 200, '100 are good');
};

subtest 'headers' => sub {
    my %o = (path => '/oauth2/token', body => 'grant_type=x');
    refused('200 headers', qr/^4/, %o,
            headers => [ map { "X-$_: 1" } 1 .. 200 ]);
    refused('a header of 9,000 bytes', qr/^4/, %o,
            headers => [ 'Authorization: Basic ' . 'A' x 9000 ]);
    refused('a header of 8,000 bytes', qr/^401$/, %o,
            headers => [ 'Authorization: Basic ' . 'A' x 8000 ]);
    refused('a cookie of 8,000 bytes', qr/^[24]/, method => 'GET',
            path => '/oauth2/logout',
            headers => [ 'Cookie: oauth2_session=' . 'A' x 8000 ]);
    refused('400 cookies', qr/^[24]/, method => 'GET',
            path => '/oauth2/logout', headers =>
            [ 'Cookie: ' . join '; ', map { "c$_=v" } 1 .. 400 ]);
    refused('bytes above 127 in Authorization', qr/^401$/, %o,
            headers => [ "Authorization: Basic \xff\xfe\x80" ]);
    refused('a control character in a header', qr/^4/, %o,
            headers => [ "Authorization: Basic a\x01b" ]);
    refused('NUL in a header', qr/^4/, %o,
            headers => [ "Authorization: Basic a\0b" ]);
    refused('Content-Type without a value', qr/^4/, %o,
            headers => ['Content-Type:']);
    refused('Content-Type absurd', qr/^4/, %o,
            headers => [ 'Content-Type: ' . ';' x 4000 ]);
    refused('Content-Encoding', qr/^4/, %o, body => "\x1f\x8b\x08",
            headers => ['Content-Encoding: gzip']);
    refused('Content-Length negative', qr/^4/, %o,
            headers => ['Content-Length: -1']);
    refused('Content-Length and Transfer-Encoding', qr/^4/, %o,
            headers => [ 'Content-Length: 3', 'Transfer-Encoding: chunked' ],
            body => "0\r\n\r\n");
    my $res = raw_request("POST /oauth2/token HTTP/1.1\r\nHost: x\r\n"
        . "Connection: close\r\nTransfer-Encoding: chunked\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        . "zz\r\nabc\r\n0\r\n\r\n");
    like($res->{status}, qr/^4/, 'a bad chunk');
    refused('an Origin of 8,000 bytes', qr/^4/, %o,
            headers => [ 'Origin: https://' . 'a' x 8000 ]);
};

subtest 'methods' => sub {
    for my $endpoint (@endpoints) {
        for my $method (qw(PUT DELETE PATCH PROPFIND MKCOL LOCK CONNECTX
                           get Post X)) {
            refused("$method $endpoint", qr/^(?:405|501|400)$/,
                    method => $method, path => "/oauth2/$endpoint",
                    body => 'a=b');
        }
    }
    refused('TRACE', qr/^405$/, method => 'TRACE', path => '/oauth2/token');
    refused('OPTIONS *', qr/^[24]/, method => 'OPTIONS', path => '*');
};

subtest 'paths' => sub {
    for my $path (
        '/oauth2', '/oauth2/', '/oauth2//token', '/oauth2/token//',
        '/oauth2/token/..', '/oauth2/%74oken', '/oauth2/token%00',
        '/oauth2/token%2f', '/oauth2/%ff', '/oauth2/' . 'x' x 4000,
        '/oauth2/<script>', '/oauth2/token;x', '/oauth2/.well-known',
        '/oauth2/TOKEN', '/oauth2/../oauth2/token', '/oauth2x', '/oauth2/%',
        '/.well-known/', '/oauth2?x=1',
    ) {
        my $shown = length $path > 40 ? substr($path, 0, 40) . '…' : $path;
        # The issuer's own URL is a page.
        my $home = $path =~ m{^/oauth2(?:/|/token/\.\.|\?.*)?$};
        refused("GET $shown", $home ? qr/^200$/ : qr/^(?:4|30)/,
                method => 'GET', path => $path);
        refused("POST $shown", qr/^(?:4|30)/, path => $path, body => 'a=b');
    }
    log_allow(qr/AH10244/, 'paths');
};

subtest 'content' => sub {
    my @bodies = (
        '', '&', '=', '%', '%0', '%00', '%zz', "\0", "\xff", '=&=&=',
        'grant_type', 'grant_type=%00', 'grant_type[]=x', '{"a":1}', '<x/>',
        "grant_type=a\r\nSet-Cookie: x=y", 'token=%0d%0aX: y',
        'a=' . '%41' x 10_000, ('a&' x 99), 'username=a&password=b',
        'form=x.y&decision=allow', "client_id=\xc3\x28",
        'client_id=%E2%80%AE', 'token=' . 'x' x 4097,
        'token=oa2a_' . 'A' x 51, 'token=oa2r_' . 'A' x 51,
        'code=oa2c_' . 'A' x 51 . '&grant_type=authorization_code',
        'resource=' . 'x' x 3000, 'scope=' . 'x ' x 1500,
        q(username='; DROP TABLE oauth2_user; --&password=x),
        q(client_id='%20OR%20'1'='1&client_secret='%20OR%20'1'='1),
        'client_id=%25s%25n%25n&client_secret=%25s%25n',
        'grant_type=%25s%25n', 'client_id=${jndi:ldap://x/}',
        'client_id={{7*7}}&redirect_uri={{7*7}}',
    );
    for my $endpoint (@endpoints) {
        for my $i (0 .. $#bodies) {
            my $res = raw_request(bytes(
                path => "/oauth2/$endpoint", body => $bodies[$i],
                headers => ["Authorization: $basic"]));
            ok($res->{status} >= 200 && $res->{status} < 500,
               "$endpoint: body $i: $res->{status}");
            unlike($res->{raw}, qr/^Set-Cookie: x=y/m, 'no header injected')
                if $bodies[$i] =~ /Set-Cookie/;
            (my $query = $bodies[$i]) =~ s/[\x00-\x20\x7f-\xff]/%01/g;
            next if length $query > 6000;
            $res = raw_request(bytes(
                method => 'GET', path => "/oauth2/$endpoint?$query"));
            ok($res->{status} >= 200 && $res->{status} < 500,
               "$endpoint: query $i: $res->{status}");
        }
    }
    log_allow(qr/AH10244/, 'content');
};

subtest 'protocol' => sub {
    for my $line (
        'POST /oauth2/token HTTP/1.0', 'POST /oauth2/token HTTP/9.9',
        'POST /oauth2/token', 'POST', 'GET http://x/oauth2/token HTTP/1.1',
        'GET ftp://x/ HTTP/1.1', "GET /oauth2/token\0 HTTP/1.1",
        'GET /oauth2/token?' . 'x' x 9000 . ' HTTP/1.1',
    ) {
        my $res = raw_request(bytes(line => $line, body => 'a=b'));
        ok($res->{status} < 500, substr($line, 0, 40) . ": $res->{status}");
    }
    my $res = raw_request("GET /oauth2/authorize HTTP/1.1\r\n"
                          . "Connection: close\r\n\r\n");
    is($res->{status}, 400, 'no Host');
    $res = raw_request("POST /oauth2/token HTTP/1.1\r\nHost: evil.example\r\n"
        . "Connection: close\r\nContent-Length: 0\r\n\r\n");
    ok($res->{status} =~ /^4/ && $res->{raw} !~ /evil\.example/,
       'another Host is not believed');
    $res = raw_request("GET /.well-known/oauth-authorization-server/oauth2 "
        . "HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    unlike($res->{raw}, qr/evil\.example/, 'nor in the metadata');
};

subtest 'a client that goes away' => sub {
    for my $part (10, 60, 150) {
        my $bytes = bytes(path => '/oauth2/token', body => 'grant_type=x',
                          headers => [ 'Content-Length: 500' ]);
        my $socket = OAuth2Test::connect_to();
        print {$socket} substr $bytes, 0, $part;
        close $socket;
    }
    is(request('GET', 'logout')->{status}, 200, 'the server goes on');
};

subtest 'the protected side' => sub {
    for my $value ('Bearer', 'Bearer ' . 'x' x 8000, "Bearer \xff",
                   'Bearer ' . ',' x 100, "bearer\ttoken", 'Bearer =',
                   'Bearer oa2a_', 'Bearer %00', 'Bearer ../../etc') {
        my $res = raw_request(bytes(method => 'GET', path => '/api/env.cgi',
            headers => ["Authorization: $value"]));
        like($res->{status}, qr/^40[01]$/, substr $value, 0, 30);
    }
    for my $query ('access_token', 'access_token=', 'access_token=%00',
                   'access_token=a&access_token=b', 'access%5Ftoken=x') {
        my $res = request('GET', "/api/env.cgi?$query");
        like($res->{status}, qr/^40[01]$/, $query);
    }
};

no_complaints('all of it');
done_testing();
