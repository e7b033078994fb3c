# SPDX-License-Identifier: Apache-2.0
#
# A few thousand random requests, from a seed that is printed: set
# OA2_FUZZ_SEED to have the same again, OA2_FUZZ_COUNT for more.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;

my $seed = $ENV{OA2_FUZZ_SEED} || time ^ $$ << 8;
my $count = $ENV{OA2_FUZZ_COUNT} || 6000;
diag("OA2_FUZZ_SEED=$seed");
srand $seed;

my $uri = 'https://app.example/callback';
my $svc = client('fz-svc', scope => 'read write', introspect => 'own',
                 grant => 'client_credentials');
my $app = client('fz-app', redirect_uri => $uri, scope => 'read write');
my $token = json(request('POST', 'token', basic => $svc, form =>
    [ grant_type => 'client_credentials' ]))->{access_token};

sub one { return $_[ rand @_ ] }

my @paths = (
    (map { "/oauth2/$_" } qw(authorize login consent logout token revoke
                             introspect)) x 3,
    '/oauth2', '/oauth2/', '/oauth2/x',
    '/.well-known/oauth-authorization-server/oauth2',
    '/.well-known/oauth-protected-resource/res/one',
    '/.well-known/oauth-protected-resource', '/api/env.cgi',
    '/api/plain.txt', '/mix/any', '/res/one', '/limit/env.cgi',
    '/files/secret.txt', '/rewrite/moved',
);
my @methods = ((qw(GET POST)) x 6, qw(HEAD OPTIONS PUT DELETE PATCH BREW));
my @names = qw(
    grant_type client_id client_secret code redirect_uri code_verifier
    refresh_token scope resource token token_type_hint response_type state
    code_challenge code_challenge_method prompt login_hint form username
    password decision access_token response_mode x
);
my @values = (
    qw(authorization_code refresh_token client_credentials password code
       token none login consent S256 plain fz-app fz-svc read write allow
       deny), $uri, 'read write', 'oa2c_' . 'A' x 51, 'oa2r_' . 'A' x 51, '',
    'a' x 43, 'a' x 5000,
);
# Where secrets belong, and where absent-minded clients put them.
my @secrets = ($svc->[1], $token);
my %is_secret = map { $_ => 1 } qw(
    client_id client_secret code code_verifier refresh_token token form
    password access_token);

sub noise {
    return join '', map { chr int rand 256 } 1 .. rand($_[0] || 40);
}

sub escaped {
    my ($text) = @_;
    $text =~ s/([^A-Za-z0-9._~-])/
        rand() < 0.97 ? sprintf '%%%02X', ord $1 : $1/gex;
    return $text;
}

sub mutated {
    my ($text) = @_;
    for (1 .. rand 3) {
        my $at = int rand(1 + length $text);
        if (rand() < 0.5) { substr $text, $at, 0, noise(4) }
        else { substr($text, $at, int rand 4) = '' }
    }
    return $text;
}

sub form {
    return noise(300) if rand() < 0.05;
    my @pairs = map {
        my $name = rand() < 0.95 ? one(@names) : noise();
        my $value = rand() < 0.7
            ? one(@values, $is_secret{$name} ? @secrets : ()) : noise();
        $value = mutated($value) if rand() < 0.2;
        escaped($name) . (rand() < 0.97 ? '=' . escaped($value) : '');
    } 0 .. rand 10;
    return join '&', @pairs;
}

sub header_lines {
    my @lines;
    my $pair = one(join(':', @$svc), join(':', @$app), noise());
    push @lines, 'Authorization: ' . one(
        "Bearer $token", 'Basic ' . encode_base64($pair, ''),
        'Bearer ' . noise() =~ s/[\r\n]//gr,
        'Basic ' . noise() =~ s/[\r\n]//gr) if rand() < 0.6;
    push @lines, 'Origin: ' . one('https://app.example', 'null',
                                  noise() =~ s/[\r\n]//gr)
        if rand() < 0.2;
    push @lines, 'Access-Control-Request-Method: POST' if rand() < 0.2;
    push @lines, 'Cookie: ' . one(
        'oauth2_browser_' . 'b' x 8 . '=' . 'b' x 43, 'oauth2_session=' . 's' x 43,
        noise() =~ s/[\r\n]//gr) if rand() < 0.4;
    push @lines, 'Content-Type: ' . one(
        ('application/x-www-form-urlencoded') x 5, 'application/json',
        noise() =~ s/[\r\n]//gr);
    push @lines, noise() =~ s/[\r\n]//gr if rand() < 0.02;
    return @lines;
}

my ($bad, $sent) = (0, 0);
while ($sent < $count) {
    my @batch = map {
        my $method = one(@methods);
        my $path = one(@paths);
        # No secrets in the query where httpd's own lines would show it: of a
        # method that it does not know, of a path that it cannot take apart.
        my $plain = $method eq 'BREW' && $path !~ m{^/oauth2/};
        if (rand() < 0.05) {
            $path = mutated($path) =~ s/[\r\n ]//gr;
            $plain = 1;
        }
        $path .= '?' . form() =~ s/[\x00-\x20\x7f-\xff]/%20/gr
            if !$plain && rand() < 0.5;
        my $body = form();
        join "\r\n", "$method $path HTTP/1.1",
            'Host: 127.0.0.1:' . var('port'), 'Connection: close',
            header_lines(), 'Content-Length: ' . length $body, '', $body;
    } 1 .. 10;
    $sent += @batch;
    my @answers = raw_parallel(\@batch, pause => 0);
    for my $i (0 .. $#answers) {
        my $status = $answers[$i]{status};
        next if $status >= 200 && $status < 500;
        # httpd does not know the method; and an unreadable request line gets
        # an answer without a status line.
        next if $status == 501 || ($status == 0
                                   && $answers[$i]{raw} =~ /^</);
        $bad++;
        diag("status $status for:\n", $batch[$i] =~ s/[^\x20-\x7e\n]/./gr);
        last if $bad > 5;
    }
    last if $bad > 5;
}
is($bad, 0, "$sent requests, each answered with less than 500");
# AH10244: invalid path; AH00135: unknown method; AH01264: a path that is
# almost that of a script: httpd's own complaints.
log_allow(qr/AH10244|AH00135|AH01264/, "$sent requests");
is(request('POST', 'token', basic => $svc, form =>
           [ grant_type => 'client_credentials' ])->{status}, 200,
   'the server goes on');
done_testing();
