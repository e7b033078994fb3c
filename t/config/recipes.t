# SPDX-License-Identifier: Apache-2.0
#
# docs/recipes.md, recipe by recipe, and the lines of docs/reverse-proxy.md: they
# are put into an httpd of their own, with the names of this machine for those
# of the example, and asked what the document promises.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use Test::More;
use OAuth2Test;
use OAuth2Test::Own;
use OAuth2Test::Server;

my $documents = dirname(abs_path(__FILE__)) . '/../../docs';
my $dir = var('work') . '/recipes';
make_path($dir);

# heading => [[language, text], …]
sub blocks_of {
    my ($document) = @_;
    my (%all, $heading);
    my $text = slurp("$documents/$document");
    while ($text =~ /^## (.*?)$|^```(\w+)\n(.*?)^```$/gms) {
        if (defined $1) { $heading = $1 }
        else { push @{ $all{$heading} }, [ $2, $3 ] }
    }
    return %all;
}
my %recipe = blocks_of('recipes.md');
my %proxy = blocks_of('reverse-proxy.md');
$recipe{'Behind a reverse proxy'} = $proxy{'The lines'};
my %tried;

sub lines_of {
    my ($heading, $language) = @_;
    $tried{$heading} = 1;
    my @found = map { $_->[1] } grep { $_->[0] eq $language }
        @{ $recipe{$heading} or die "no recipe \"$heading\"\n" };
    return join "\n", @found;
}

my ($where) = own_modules() =~ m{remoteip_module\s+(\S+/)};
my $n = 0;

# An httpd with these lines; {base, base2, state, site}.
sub serve {
    my ($text) = @_;
    my $at = "$dir/" . ++$n;
    my ($port, $port2) = free_ports(2);
    my ($base, $base2) = map { "http://127.0.0.1:$_" } $port, $port2;
    for ([ qr{https://api\.example\.com}, $base ],
         [ qr{https://shop\.example\.net}, $base2 ],
         [ qr{ServerName api\.example\.com}, "ServerName 127.0.0.1:$port" ],
         [ qr{ServerName shop\.example\.net}, "ServerName 127.0.0.1:$port2" ],
         [ qr{/srv/(?:site|legacy-api)}, "$at/site" ],
         [ qr{/srv/errors}, "$at/errors" ],
         [ qr{/etc/apache2/old\.htpasswd}, var('htpasswd') ],
         [ qr{10\.0\.0\.5}, '127.0.0.0/8' ], [ qr{modules/(?=mod_)}, $where ],
         [ qr{http://127\.0\.0\.1:8080/},
           'http://127.0.0.1:' . var('backend_port') . '/echo/' ]) {
        my ($theirs, $ours) = @$_;
        $text =~ s/$theirs/$ours/g;
    }
    $text =~ s/\*:443/127.0.0.1:$_/ for $port, $port2;
    make_path("$at/errors");
    my $own = own_httpd($at, $text, listen => [ $port, $port2 ]);
    @$own{qw(base base2 template)} = ($base, $base2, $text);
    return $own;
}

my $protected = "<Location /api>\nAuthType OAuth2\nAuthName A\n"
    . "Require oauth2-scope read\n</Location>\n";

sub own_lines { return lines_of("The module's own lines", 'apache') }

# As oauth2ctl finds it: where httpd wrote down what it serves.
sub admin {
    my ($s, $input, @words) = @_;
    local $ENV{OAUTH2_SERVERS} = "$s->{dir}/servers.json";
    spew("$s->{dir}/input", "$input\n");
    my $said = qx{@{[ join ' ', map { quotemeta }
        var('oauth2ctl'), @words ]} <\Q$s->{dir}\E/input 2>&1};
    is($?, 0, "oauth2ctl @words") or diag($said);
    unlink "$s->{dir}/input";
    return;
}

my $secret = note_secret(random_text(24));
sub add_client {
    my ($s, @more) = @_;
    admin($s, $secret, @more, qw(client add svc --secret-stdin --scope read
                                 --grant client_credentials));
    return;
}

sub token {
    my ($base) = @_;
    my $res = request('POST', "$base/oauth2/token", basic => [ 'svc', $secret ],
                      form => [ grant_type => 'client_credentials' ]);
    is($res->{status}, 200, "a token of $base") or diag($res->{content});
    return json($res)->{access_token};
}

sub status_of {
    my ($status, $name, @request) = @_;
    my $res = request(@request);
    is($res->{status}, $status, $name) or diag($res->{content});
    return $res;
}

sub end_all { end_httpd($_[0]{pid}) }

# -----------------------------------------------------------------------------

subtest 'a whole site behind a proxy' => sub {
    my $s = serve(own_lines()
                  . lines_of('A whole site behind a proxy', 'apache'));
    $s->{start}->();
    add_client($s);
    my $token = token($s->{base});
    status_of(401, 'closed', GET => "$s->{base}/orders");
    my $seen = json(status_of(200, 'open to a token',
        GET => "$s->{base}/orders", bearer => $token));
    is($seen->{HTTP_OAUTH2_CLIENT_ID}, 'svc', 'the back end is told who');
    is($seen->{HTTP_AUTHORIZATION}, undef, 'and no token');
    end_all($s);
};

subtest 'a front controller' => sub {
    my $heading = 'A front controller: WordPress, Laravel, Symfony';
    my $s = serve(own_lines() . lines_of($heading, 'apache'));
    run('cp', var('htdocs') . '/open/env.php', "$s->{site}/index.php");
    spew("$s->{site}/.htaccess", "RewriteEngine On\n"
         . "RewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule . /index.php [L]\n");
    $s->{start}->();
    add_client($s);
    my $token = token($s->{base});
    my $seen = json(status_of(200, 'a page of the site',
                              GET => "$s->{base}/some/page"));
    like($seen->{SCRIPT_NAME}, qr/index\.php/, 'is the controller\'s');
    status_of(401, 'closed', GET => "$s->{base}/api/orders");
    $seen = json(status_of(200, 'open to a token',
                           GET => "$s->{base}/api/orders", bearer => $token));
    is($seen->{REDIRECT_REMOTE_USER}, 'client:svc', 'the user');
    is($seen->{REDIRECT_OAUTH2_SCOPE}, 'read', 'the scope');
    ok(!(grep { ($seen->{$_} // '') =~ /\Q$token\E/ } keys %$seen),
       'and no token');
    end_all($s);
};

subtest 'old callers with a password, new ones with a token' => sub {
    my $s = serve(own_lines() . lines_of(
        'Old callers with a password, new ones with a token', 'apache'));
    spew("$s->{site}/orders.txt", "orders\n");
    $s->{start}->();
    add_client($s);
    my @ask = (GET => "$s->{base}/orders.txt");
    status_of(401, 'nobody', @ask);
    status_of(200, 'a token', @ask, bearer => token($s->{base}));
    my ($name, $password) = %{ var('file_users') };
    status_of(200, 'a password', @ask, basic => [ $name, $password ]);
    status_of(401, 'a wrong one', @ask, basic => [ $name, 'not this one' ]);
    end_all($s);
};

subtest 'static files, protected by their owner' => sub {
    my $s = serve(own_lines());
    spew("$s->{site}/report.txt", "report\n");
    spew("$s->{site}/.htaccess", lines_of(
        'Static files, protected by their owner', 'htaccess'));
    $s->{start}->();
    add_client($s);
    status_of(401, 'closed', GET => "$s->{base}/report.txt");
    my $res = status_of(200, 'open to a token', GET => "$s->{base}/report.txt",
                        bearer => token($s->{base}));
    is($res->{content}, "report\n", 'the file');
    end_all($s);
};

subtest 'two sites, two issuers' => sub {
    my $s = serve(lines_of('Two sites, two issuers', 'apache')
                  =~ s{</VirtualHost>}{$protected$&}gr);
    spew("$s->{site}/api", "api\n");
    $s->{start}->();
    add_client($s, '--issuer', "$s->{base}/oauth2");
    my $token = token($s->{base});
    status_of(200, 'its own token', GET => "$s->{base}/api", bearer => $token);
    status_of(401, 'no token of the other', GET => "$s->{base2}/api",
              bearer => $token);
    status_of(401, 'nor its client', POST => "$s->{base2}/oauth2/token",
              basic => [ 'svc', $secret ],
              form => [ grant_type => 'client_credentials' ]);
    end_all($s);
};

subtest 'two sites that share everything' => sub {
    my $s = serve(lines_of('Two sites that share everything', 'apache')
                  =~ s{</VirtualHost>}{$protected$&}gr);
    spew("$s->{site}/api", "api\n");
    $s->{start}->();
    add_client($s, '--issuer', "$s->{base}/oauth2");
    my $token = token($s->{base});
    status_of(200, "a token at $_", GET => "$_/api", bearer => $token)
        for @$s{qw(base base2)};
    token($s->{base2});
    end_all($s);
};

subtest 'behind a reverse proxy' => sub {
    my $lines = lines_of('Behind a reverse proxy', 'apache');
    my $s = serve(own_lines() =~ s/^OAuth2Issuer .*$/$lines/mr
                  . "LogLevel oauth2_api:info\n");
    $s->{start}->();
    status_of(401, 'a wrong secret', POST => "$s->{base}/oauth2/token",
              basic => [ 'nobody', random_text(24) ],
              headers => { 'X-Forwarded-For' => '203.0.113.7' },
              form => [ grant_type => 'client_credentials' ]);
    like(slurp("$s->{dir}/error_log"), qr/\[client 203\.0\.113\.7[:\]].*OA2/,
         'the log has the address that the proxy names');
    end_all($s);
};

subtest '401 and 403 as JSON' => sub {
    my $heading = '401 and 403 as JSON';
    my $s = serve(own_lines() . lines_of($heading, 'apache'));
    spew("$s->{dir}/errors/401.json", lines_of($heading, 'json'));
    spew("$s->{dir}/errors/403.json", '{"error": "forbidden"}');
    spew("$s->{site}/orders.txt", "orders\n");
    $s->{start}->();
    my $res = status_of(401, 'closed', GET => "$s->{base}/orders.txt");
    is(header($res, 'content-type'), 'application/json', 'as JSON');
    is(json($res)->{error}, 'unauthorized', 'says so');
    like(header($res, 'www-authenticate'), qr/^Bearer .*scope="read"/,
         'with the challenge');
    end_all($s);
};

my @left = grep { !$tried{$_} } sort keys %recipe;
is("@left", '', 'no recipe is left untried');
done_testing();
