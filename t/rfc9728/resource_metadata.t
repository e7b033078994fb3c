# SPDX-License-Identifier: Apache-2.0
#
# Protected resource metadata, RFC 9728: the documents, and how a challenge
# leads to them.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;

my $well_known = '/.well-known/oauth-protected-resource';

sub document {
    my ($path) = @_;
    return {
        clause => "3: $path", status => 200, log => 0,
        send => [ GET => "$well_known$path" ],
        headers => {
            'content-type' => qr{^application/json},
            'access-control-allow-origin' => '*',
            'cache-control' => qr/\bmax-age=/,
        },
        json => {
            resource => base() . $path,
            authorization_servers => [ issuer() ],
            bearer_methods_supported => ['header'],
            scopes_supported => sub { @{ $_[0] } > 0 },
        },
    };
}

rows(
    document('/res/one'), document('/res/two'),
    document('/htaccess'),
    { clause => '3: no such resource', status => 404, log => 0,
      send => [ GET => "$well_known/res/three" ] },
    { clause => '3: a resource without a name', status => 404, log => 0,
      send => [ GET => "$well_known/api" ] },
    { clause => '3: below a resource', status => 404, log => 0,
      send => [ GET => "$well_known/res/one/deeper" ] },
    { clause => '3: nothing', status => 404, log => 0,
      send => [ GET => $well_known ] },
    { clause => '3: HEAD', status => 200, log => 0,
      send => [ HEAD => "$well_known/res/one" ] },
    { clause => '3: POST', status => 405, log => 'any',
      send => [ POST => "$well_known/res/one", form => [ a => 1 ] ] },
);

subtest '3: paths that lead out' => sub {
    for my $path ('/../../../etc/passwd', '/%2e%2e/%2e%2e/x', '/x%00',
                  '/res%2fone', '/%') {
        like(request('GET', "$well_known$path")->{status}, qr/^4/, $path);
    }
    is(request('GET', "$well_known/res/%2e%2e/res/one")->{status}, 200,
       'dots that end at a document: as httpd reads paths');
    log_allow(qr/AH10244/, 'httpd itself refuses some');
};

subtest '5.1: the challenge names the document, the document the issuer' =>
    sub {
    for my $path ('/res/one', '/res/two', '/htaccess/env.cgi') {
        my $challenge = header(request('GET', $path), 'www-authenticate');
        my ($url) = $challenge =~ /resource_metadata="([^"]+)"/;
        ok($url, "$path: in the challenge") or next;
        my $document = json(request('GET', $url));
        # 3.3: "the client MUST verify that the resource value is identical"
        my ($root) = $path =~ m{^(/[^.]*?)(?:/env\.cgi)?$};
        is($document->{resource}, base() . $root, "$path: resource");
        my $issuer = $document->{authorization_servers}[0];
        my ($origin, $rest) = $issuer =~ m{^(https?://[^/]+)(.*)};
        is(json(request('GET', "$origin/.well-known/"
            . "oauth-authorization-server$rest"))->{issuer}, $issuer,
            "$path: and on to the issuer");
    }
    log_lines();
};

subtest '5.1: without OAuth2Resource there is none to name' => sub {
    unlike(header(request('GET', '/api/env.cgi'), 'www-authenticate'),
           qr/resource_metadata/, 'no resource_metadata');
    log_lines();
};

no_complaints('all of it');
done_testing();
