# SPDX-License-Identifier: Apache-2.0
#
# The endpoints are ours: no proxy, rewrite, alias, index, fallback, file or
# .htaccess file of the site gets what is sent to them, and the
# administrator's own Require and AuthType lines go on working.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;
use OAuth2Test::Site;

my $svc = client('ed-svc', scope => 'read', grant => 'client_credentials',
                 introspect => 'own');
my @form = (form => [ grant_type => 'client_credentials' ]);

# site, a path that is the application's, what shows that it answered
my @sites = (
    [ proxy => '/any/path' ], [ encoded => '/any/path' ],
    [ match => '/any/path' ], [ location => '/any/path' ],
    [ handed => '/any/path' ], [ rewrite => '/any/path' ],
    [ alias => '/any/path' ], [ fallback => '/any/path' ],
    [ perdir => '/any/path' ], [ wordpress => '/any/path' ],
    [ laravel => '/any/path' ], [ symfony => '/any/path' ],
    [ files => '/env.cgi' ], [ ruled => '/any/path' ],
    [ headers => '/env.cgi' ],
);

sub is_ours {
    my ($res, $name) = @_;
    is($res->{status}, 200, "$name: 200") or diag(substr $res->{raw}, 0, 200);
    return like(json($res)->{access_token} // '', qr/^oa2a_/,
                "$name: a token");
}

sub is_not_theirs {
    my ($res, $name) = @_;
    return unlike($res->{raw}, qr/REQUEST_METHOD/,
                  "$name: the application was not asked");
}

for (@sites) {
    my ($site, $theirs) = @$_;
    subtest "endpoints of the site \"$site\"" => sub {
        like(ask('GET', $site, $theirs)->{raw}, qr/REQUEST_METHOD/,
             'the application has its paths');
        for my $path ('/oauth2/token', '//oauth2//token',
                      '/x/../oauth2/./token', '/%6fauth2/toke%6e') {
            is_ours(ask('POST', $site, $path, basic => $svc, @form), $path);
        }
        for ([ POST => '/oauth2/token', basic => [ 'ed-svc', 'x' x 20 ] ],
             [ POST => '/oauth2/token', body => '{' ],
             [ POST => '/oauth2/revoke', basic => $svc,
               form => [ token => 'x' ] ],
             [ POST => '/oauth2/login', form => [ username => 'a' ] ],
             [ GET => '/oauth2/authorize?client_id=none' ],
             [ GET => '/oauth2/' ], [ GET => '/oauth2' ],
             [ GET => '/oauth2/nothing.cgi' ], [ DELETE => '/oauth2/token' ],
             [ TRACE => '/oauth2/token' ], [ OPTIONS => '/oauth2/token' ],
             [ PROPFIND => '/oauth2/token' ], [ GET => '/oauth2/index' ],
             [ POST => '/oauth2/token/', basic => $svc, @form ],
             [ POST => '/oauth2%2Ftoken', basic => $svc, @form ],
             [ POST => '/oauth2/token%2F', basic => $svc, @form ],
             [ POST => '/oauth2/token/..%2Ftoken', basic => $svc, @form ]) {
            my ($method, $path, %o) = @$_;
            # Where "%2F" is kept, or has an error's document, this is no path
            # of ours.
            next if $site =~ /^(?:encoded|files)$/
                && $path eq '/oauth2%2Ftoken';
            is_not_theirs(ask($method, $site, $path, %o), "$method $path");
        }
        log_allow(qr/AH01630|AH10244|AH00026/, 'httpd\'s own');
    };
    next if $site eq 'ruled';
    subtest "documents of the site \"$site\"" => sub {
        my $path = '/.well-known/oauth-authorization-server/oauth2';
        like(json(ask('GET', $site, $path))->{issuer} // '', qr{/oauth2$},
             'the document');
        like(json(ask('GET', $site, '/.well-known/oauth-protected-resource'
                      . '/res/one'))->{resource} // '', qr{/res/one$},
             'of a resource');
        log_lines();
    };
}

subtest 'the administrator\'s rules' => sub {
    my %file = %{ var('file_users') };
    my @staff = (basic => [ 'file-carol', $file{'file-carol'} ]);
    is(ask('POST', 'ruled', '/oauth2/introspect', basic => $svc,
           form => [ token => 'x' ])->{status}, 403, 'Require ip');
    log_allow(qr/AH01630/, 'mod_authz_core');
    is(ask('GET', 'ruled', '/oauth2/login')->{status}, 401, 'AuthType Basic');
    isnt(ask('GET', 'ruled', '/oauth2/login', @staff)->{status}, 401,
         'and with a password');
    for my $at ('/.well-known/oauth-authorization-server/oauth2',
                '/.well-known/oauth-authorization-server') {
        is(ask('GET', 'ruled', $at)->{status}, 403,
           "$at: closed by its address");
    }
    my $open = '/oauth2/.well-known/oauth-authorization-server';
    is(ask('GET', 'ruled', $open)->{status}, 200,
       'a password is not asked of a document');
    log_allow(qr/AH01630/, 'mod_authz_core');
    for my $path ('/old/token', '/elsewhere/token', '/if', '/renamed/token') {
        is_ours(ask('POST', 'ruled', $path, basic => $svc, @form), $path);
    }
    like(ask('GET', 'ruled', '/if')->{raw}, qr/REQUEST_METHOD/,
         '<If>: not for GET');
    log_lines();
};

subtest 'headers for the whole site' => sub {
    my $res = ask('GET', 'headers', '/env.cgi');
    is(header($res, 'x-site'), 'yes', 'the site has its headers');
    for ([ GET => '/oauth2/authorize?client_id=none',
           headers => { Accept => 'text/html' } ],
         [ POST => '/oauth2/token', basic => $svc, @form ],
         [ OPTIONS => '/oauth2/token' ]) {
        my ($method, $path, %o) = @$_;
        $res = ask($method, 'headers', $path, %o);
        is(header($res, 'x-site'), 'yes', "$path: what is not ours stays");
        my @policy = headers($res, 'content-security-policy');
        is(scalar @policy, 1, "$path: one policy");
        like($policy[0], qr/^default-src 'none'; .*frame-ancestors 'none'/,
             "$path: it is ours");
        like(header($res, 'cache-control'), qr/^no-store$/, "$path: no-store");
        is(header($res, 'expires'), undef, "$path: no Expires");
        is(header($res, 'referrer-policy'), 'no-referrer',
           "$path: Referrer-Policy");
        is(header($res, 'access-control-allow-origin'), undef,
           "$path: no other origin");
        like(header($res, 'x-frame-options') // 'DENY', qr/^DENY$/,
             "$path: X-Frame-Options once");
    }
    log_lines();
};

no_complaints('all of it');
done_testing();
