# SPDX-License-Identifier: Apache-2.0
#
# Credentials leave a request where it enters: whatever copies headers into
# variables, other headers, query strings or sub-requests, no application sees
# a token of ours, our cookies, or a header under our names that a client made
# up, unless the administrator asked for it.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;
use OAuth2Test::Site;

my $reader = client('cd-read', scope => 'read',
                    grant => 'client_credentials');
my $token = json(request('POST', 'token', basic => $reader, form =>
    [ grant_type => 'client_credentials' ]))->{access_token};
my $session = note_secret(random_text(32));
my $browser = note_secret(random_text(32));
my %sent = (
    Authorization => "Bearer $token",
    Cookie => "own=1; oauth2_session=$session; __Host-oauth2_browser_a=$browser",
    'OAuth2-User' => 'forged', 'oauth2_scope' => 'forged',
);
# mod_cgid, php-cgi, php-fpm, mod_wsgi, SSI, mod_proxy_http, _scgi, _uwsgi
my @kinds = qw(env.cgi cgi.php fpm.php wsgi page.shtml http scgi uwsgi);

# What of it is to be found in an answer.
sub found {
    my ($res) = @_;
    my $text = $res->{content} // '';
    my %secret = (token => $token, session => $session, browser => $browser,
                  forged => 'forged');
    return join ' ', grep { index($text, $secret{$_}) >= 0 } sort keys %secret;
}

sub answered {
    my ($res, $status, $name) = @_;
    is($res->{status}, $status, "$name: $status");
    return like($res->{content} // '', qr/REQUEST_METHOD|SCRIPT_NAME/,
                "$name: the application");
}

for my $kind (@kinds) {
    subtest $kind => sub {
        my $res = ask('GET', 'curious', "/prot/$kind", headers => \%sent);
        answered($res, 200, 'protected');
        is(found($res), '', 'protected: nothing');
        like($res->{content}, qr/own=1/, 'but its own cookie');
        $res = ask('GET', 'curious', "/open/$kind", headers => \%sent);
        answered($res, 200, 'open');
        is(found($res), '', 'open: nothing either');
        my $foreign = 'Bearer ' . 'f' x 40;
        $res = ask('GET', 'curious', "/open/$kind",
                   headers => { Authorization => $foreign });
        like($res->{content}, qr/$foreign/,
             'open: a token that is not ours is none of our business');
        for my $other ("eyJhbGciOi.x${token}.sig", "eyJ.eyJ.$token",
                       'x-' . $token =~ s/oa2a/oa2r/r) {
            note_secret($other);
            $res = ask('GET', 'curious', "/open/$kind",
                       headers => { Authorization => "Bearer $other" });
            like($res->{content}, qr/\Q$other\E/,
                 'open: nor is one that has our prefix in the middle');
        }
        for my $ours ("\"$token\"", "Bearer=$token", "x $token y") {
            $res = ask('GET', 'curious', "/open/$kind",
                       headers => { Authorization => $ours });
            is(found($res), '', 'open: ours, however it is written');
        }
        $res = ask('GET', 'curious', "/admin/$kind", headers => \%sent);
        answered($res, 403, 'ErrorDocument 403');
        is(found($res), '', 'ErrorDocument 403: nothing');
        $res = ask('GET', 'curious', "/prot/$kind", headers => {
            %sent, Authorization => "Bearer $token, Bearer $token" });
        is($res->{status}, 400, 'two tokens');
        $res = ask('GET', 'curious', "/prot/$kind", headers => {
            %sent, Authorization => "Basic x, Bearer ${token}x" });
        isnt($res->{status}, 200, 'hidden behind another scheme');
        is(found($res), '', 'hidden: nothing');
        $res = ask('GET', 'curious', "/prot/$kind", headers => {
            %sent, Authorization => "Bearer ${token}x" });
        answered($res, 401, 'ErrorDocument 401');
        is(found($res), '', 'ErrorDocument 401: nothing');
        log_allow(qr/AH10244/, 'nothing else');
    };
}

subtest 'OAuth2PassToken, OAuth2PassCookies' => sub {
    for my $kind (@kinds) {
        my $res = ask('GET', 'curious', "/given/$kind", headers => \%sent);
        answered($res, 200, $kind);
        # What a page includes is another request, but of the same directory.
        is(found($res), 'browser session token', "$kind: as asked for");
        $res = ask('GET', 'curious', "/given/$kind", headers => {
            %sent, Authorization => "Bearer ${token}x" });
        is(found($res), '', "$kind: not its ErrorDocument");
    }
    log_lines();
};

# In a directory that takes them, in one that does not, in none of ours, and
# where OAuth2PassToken is On.
subtest 'API keys' => sub {
    user('cd-keyed');
    my $key = note_secret(json({ content => ctl_ok(
        '--json', 'apikey', 'add', '--user', 'cd-keyed', '--name', 'x',
        '--scope', 'read') })->{api_key});
    my $pair = note_secret(encode_base64("cd-keyed:$key", ''));
    my %good = (header => { 'X-API-Key' => $key },
                basic => { Authorization => "Basic $pair" });
    my $cut = $pair =~ s/=+$//r;
    my %bad = (
        name => { Authorization => 'Basic ' . encode_base64("$key:", '') },
        tab => { Authorization => "Basic\t$pair" },
        cut => { Authorization => "Basic ${cut}!" },
        two => { Authorization => "Basic AAAA, Basic $pair" },
        nul => { Authorization => 'Basic ' . encode_base64("a\0b:$key", '') },
        other => { 'X-Auth-Key' => $key }, token => {
            Authorization => "Bearer $key" });
    for my $kind (@kinds) {
        for my $way (sort keys %good) {
            my $res = ask('GET', 'curious', "/prot/$kind",
                          headers => $good{$way});
            answered($res, 200, "$kind: $way");
        }
        my %all = (%good, %bad);
        for my $way (sort keys %all) {
            my $seen = join '', map {
                ask('GET', 'curious', "/$_/$kind", headers => $all{$way})
                    ->{content} // ''
            } qw(prot open admin given);
            is(scalar(grep { index($seen, $_) >= 0 } $key, $cut), 0,
               "$kind: $way: nobody sees it");
        }
    }
    log_lines();
};

subtest 'without a token nothing is different' => sub {
    my $res = ask('GET', 'curious', '/open/http', headers => {
        Authorization => 'Basic ZXhhbXBsZTpwYXNz',
        Cookie => 'a=1;b="2; 3"; oauth2_state=4' });
    is(json($res)->{HTTP_AUTHORIZATION}, 'Basic ZXhhbXBsZTpwYXNz',
       'Basic of an application');
    is(json($res)->{HTTP_COOKIE}, 'a=1;b="2; 3"; oauth2_state=4',
       'cookies of an application');
    log_is(0, 'no log');
};

# MergeTrailers On: they come when the body ends, behind the entrance.
subtest 'trailers are no headers' => sub {
    my $token = json(request('POST', 'token', basic => client(
        'cd-trail', scope => 'read', grant => 'client_credentials'), form =>
        [ grant_type => 'client_credentials' ]))->{access_token};
    for my $path ('/api/env.php', '/api/env.cgi', '/open/env.php',
                  '/proxied') {
        my $raw = raw_request("POST $path HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            . "Authorization: Bearer $token\r\nConnection: close\r\n"
            . "Trailer: OAuth2-User\r\nTransfer-Encoding: chunked\r\n\r\n"
            . "1\r\nx\r\n0\r\nOAuth2-User: root-of-it\r\n"
            . "Cookie: oauth2_session=smuggled\r\n\r\n")->{raw};
        like($raw, qr/^HTTP\/1.1 200/, "$path: answered");
        unlike($raw, qr/root-of-it|smuggled/, "$path: without them");
    }
    log_lines();
};

subtest 'two Cookie fields' => sub {
    my $res = raw_request("GET /open/env.cgi HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        . "Cookie: a=b\r\nCookie: oauth2_session=mine-alone\r\n"
        . "Connection: close\r\n\r\n");
    like($res->{raw}, qr/"HTTP_COOKIE":"a=b"/, 'the application\'s');
    unlike($res->{raw}, qr/mine-alone/, 'and not ours');
    $res = raw_request("GET /open/env.cgi HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        . "Cookie: a=b, c; oauth2_session=mine-alone; d=1,2\r\n"
        . "Connection: close\r\n\r\n");
    like($res->{raw}, qr/"HTTP_COOKIE":"a=b, c; d=1,2"/, 'as they were');
    log_lines();
};

subtest 'TRACE' => sub {
    for my $path ('/prot/env.cgi', '/prot/http', '/open/env.cgi',
                  '/open/http', '/oauth2/token', '/') {
        my $res = ask('TRACE', 'curious', $path, headers => \%sent);
        is($res->{status}, 405, "$path: 405");
        is(found($res), '', "$path: nothing comes back");
    }
    log_lines();
};

no_complaints('all of it');
done_testing();
