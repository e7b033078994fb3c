# SPDX-License-Identifier: Apache-2.0
#
# The issuer's own URL: a page for the person who has typed it.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;
use OAuth2Test::Server;

my $metadata = base() . '/.well-known/oauth-authorization-server/oauth2';
my $title = qr{<h1>Nothing to do here</h1>};
my $link = qr{href="\Q$metadata\E"};

# The links of the page itself, below its head.
sub places {
    my ($who) = shift =~ m{<div class="who">(.*?)</div>}s;
    return [ ($who // '') =~ /<a href="([^"]*)"/g ];
}

rows(
    { clause => 'the issuer', status => 200, log => 0, body => $title,
      send => [ GET => issuer() ] },
    { clause => 'with a slash', status => 200, log => 0, body => $title,
      send => [ GET => issuer() . '/' ] },
    { clause => 'by name', status => 200, log => 0, body => $link,
      send => [ GET => 'home' ] },
    { clause => 'no form is taken', status => 405, log => 1,
      headers => { allow => 'GET, HEAD, OPTIONS' },
      send => [ POST => issuer(), form => [] ] },
    { clause => 'nothing else below it', status => 404, log => 1,
      send => [ GET => 'home/x' ] },
);

subtest 'with the picture of the site' => sub {
    my $page = request(GET => issuer())->{content};
    my ($src) = $page =~ m{<p class="site has-logo"><img src="(/[^"]+)"};
    like($src, qr{^/oauth2/site-logo\?v=[\w-]{43}$}, 'its path');
    like($page, qr{<link rel="icon" href="\Q$src\E">}, 'in the tab, too');
    my $logo = request(GET => base() . $src);
    is($logo->{status}, 200, 'it is there');
    is($logo->{content}, slurp(var('site_logo')), 'as it is');
    is(header($logo, 'content-type'), 'image/png', 'its type');
    is(header($logo, 'cache-control'), 'public, max-age=31536000, immutable',
       'kept for good');
    like(header($logo, 'content-security-policy'), qr/sandbox$/, 'not run');
    is(request(GET => 'site-logo')->{status}, 404, 'by this address only');
};

subtest 'in the colour of the site' => sub {
    my $page = request(GET => issuer())->{content};
    like($page, qr/--accent: #003399; --accent-strong: #002773;/,
         'on light pages');
    like($page, qr/dark\) \{\s*:root \{ --accent: #\w{6}; --accent-strong/,
         'and on dark ones');
};

subtest 'who is signed in, and the way out' => sub {
    my $app = client('home-app', redirect_uri => 'https://app.example/callback',
           scope => 'read');
    my $person = OAuth2Test::Browser->new(
        user => 'home-alice', password => user('home-alice'));
    unlike($person->get(issuer())->{content}, qr/Signed in/, 'nobody');
    $person->tokens(client_id => 'home-app', scope => 'read',
                    basic => $app, redirect_uri => 'https://app.example/callback');
    my $page = $person->get(issuer())->{content};
    like($page, qr{Signed in as <strong><bdi>home-alice</bdi>}, 'somebody');
    like($page, qr{<h1>You are signed in</h1>}, 'who need not begin at an app');
    is_deeply(places($page), [ '/oauth2/account', '/oauth2/developer' ],
              'where to go');
    my ($out) = $page =~ /<a href="([^"]*logout)"/;
    like($person->get($out =~ m{^/} ? base() . $out : $out)->{content},
         qr{<h1>Sign out\?</h1>}, 'the way out');
    log_lines();
};

subtest 'a plain sign-in ends here, with the way to the pages' => sub {
    my $person = OAuth2Test::Browser->new(
        user => 'home-root', password => user('home-root'));
    ctl_ok(qw(user set home-root --role administrator));
    my $page = $person->login($person->get(issuer() . '/login'));
    $page = $person->follow($page);
    is_deeply(places($page->{content}),
              [ '/oauth2/account', '/oauth2/developer', '/oauth2/admin' ],
              'an administrator');
    is($person->get(base() . $_)->{status}, 200, $_)
        for @{ places($page->{content}) };
    log_lines();
};

done_testing();
