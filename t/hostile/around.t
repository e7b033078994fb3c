# SPDX-License-Identifier: Apache-2.0
#
# Ways around AuthType OAuth2: every protected place by many spellings of its
# path, methods and headers, none of them with a good token.  No application
# answers, and no protected file is sent.
#
# Some ten thousand of them are tried; with OA2_SOAK in the environment all are.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;

# What is behind: CGI and PHP that tell their environment, and files.  None
# has a neighbour of a longer name that is open.
my @places = qw(
    /api/env.cgi /api/env.php /api/plain.txt /api/sub/env.cgi /both/env.cgi
    /location /location/more /files/secret.txt /htaccess/env.cgi
    /limit/env.cgi /rewrite/env.cgi /rewrite/moved /rewrite/deeper
    /proxied /proxied-bare /errordoc /moving /index/ /fallback /api/ /api
);

sub spellings {
    my ($path) = @_;
    (my $escaped = $path) =~ s{([a-z])(?=[^/]*$)}{sprintf '%%%02x', ord $1}e;
    (my $upper = $escaped) =~ s/(%..)/\U$1/;
    return (
        $path, "/$path", "/x/..$path", "/.$path", "$path?x=1", "$path?",
        "$path/", "$path//", "$path/x", "$path;x", "$path%00", "$path%2f",
        "$path/%2e%2e/x", $escaped, $upper, "$path#x",
        'http://127.0.0.1:' . var('port') . $path,
    );
}

my @methods = qw(GET HEAD POST PUT DELETE PATCH OPTIONS PROPFIND MKCOL COPY
                 MOVE LOCK REPORT get FOO);
my $basic = encode_base64('client:pl-read', '');
my @headers = (
    '',
    "Authorization: Bearer oa2a_" . 'x' x 51,
    'Authorization: Bearer', 'authorization: bearer x, Bearer y',
    "Authorization: Basic $basic",
    "OAuth2-User: alice\r\nOAuth2-Scope: read write\r\nREMOTE-USER: alice",
    "Origin: https://x\r\nAccess-Control-Request-Method: GET",
    "Origin: https://x\r\nAccess-Control-Request-Method: GET\r\n"
        . 'X-HTTP-Method-Override: GET',
    'X-Forwarded-User: alice', "X-Original-URL: /open/env.cgi",
    "Connection: Authorization, close", 'Expect: 100-continue',
    "Cookie: oauth2_session=x; oauth2_browser=y",
);

my @all;
for my $place (@places) {
    for my $path (spellings($place)) {
        for my $method (@methods) {
            push @all, map { [ $method, $path, $_ ] } @headers;
        }
    }
}
# Every so many, and each kind of place, path, method and header among them:
# the step has no factor in common with their numbers.
my $step = $ENV{OA2_SOAK} ? 1 : 5;
my @some = @all[ grep { $_ % $step == 0 } 0 .. $#all ];

sub bytes {
    my ($method, $path, $header) = @{ $_[0] };
    return "$method $path HTTP/1.1\r\nHost: 127.0.0.1:" . var('port')
        . "\r\n" . (length $header ? "$header\r\n" : '')
        . ($header =~ /^Connection/ ? '' : "Connection: close\r\n")
        . "Content-Length: 0\r\n\r\n";
}

my (@passed, $answers);
while (my @batch = splice @some, 0, 24) {
    my @answers = raw_parallel([ map { bytes($_) } @batch ], pause => 0);
    for (0 .. $#batch) {
        my $raw = $answers[$_]{raw} // $answers[$_]{content} // '';
        $answers++ if $answers[$_]{status};
        next if $raw !~ /REQUEST_METHOD|the orders/
            && !($batch[$_][0] eq 'HEAD' && $answers[$_]{status} == 200);
        push @passed, "$answers[$_]{status} " . join ' | ', @{ $batch[$_] };
    }
    last if @passed > 20;
}
is("@passed[0 .. ($#passed > 9 ? 9 : $#passed)]", '', 'nothing is behind');
cmp_ok($answers, '>', @all / $step / 2, "$answers requests were answered");
# httpd complains of many by itself; of ours none is an error.
log_allow(qr/\] AH\d{5}/, 'all of them');
done_testing();
