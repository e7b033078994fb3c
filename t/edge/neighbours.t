# SPDX-License-Identifier: Apache-2.0
#
# A virtual host without an issuer beside one that has one: cookies know no
# ports, and headers under our names are believed by whoever asks for them.
# And endpoints that a <Directory> mounts.

use strict;
use warnings;

use File::Copy qw(copy);
use File::Path qw(make_path);
use Test::More;
use OAuth2Test;
use OAuth2Test::Server;

my $user = child_user();
my $dir = work_dir('oa2-neighbours');
my ($port, $other) = free_ports(2);
my %seen;
my $modules = join "\n", grep { /oauth2_api|wsgi/ ? 0 : !$seen{ (split)[1] }++ }
    slurp(var('conf')) =~ /^\s*(LoadModule\s+.*)$/mg;
make_path("$dir/$_") for qw(state site/plain site/shared);
chown $user->[1], $user->[2], "$dir/state" if !$>;
copy(var('htdocs') . '/open/env.cgi', "$dir/env.cgi") or die "copy: $!\n";
chmod 0755, "$dir/env.cgi";
spew("$dir/site/shared/.htaccess", "# not even a word\n");
(my $template = $0) =~ s/\.t$/.conf.in/;
my $pid = start_httpd($dir, $template, {
    modules => $modules, module => var('module'), httpd => var('httpd'),
    port => $port, other_port => $other, pages => var('pages'),
    user => $user->[0], group => $user->[3] });

my $session = note_secret(random_text(32));
my $token = 'oa2a_' . note_secret(random_text(38));
my %sent = (Cookie => "a=1; oauth2_session=$session; oauth2_browser_a=$session",
            Authorization => "Bearer $token", 'OAuth2-User' => 'forged',
            'OAUTH2.Scope' => 'forged');

for my $at ("$port/open", "$other/open", "$port/oauth2/help", "$other/none",
            "$other/oauth2/help", "$other/oauth2/token") {
    my $res = request('GET', "http://127.0.0.1:$at", headers => \%sent);
    my $env = json($res);
    is($env->{HTTP_COOKIE}, 'a=1', "$at: the application's own cookie only");
    ok(!exists $env->{HTTP_AUTHORIZATION}, "$at: no token");
    ok(!grep({ /forged|\Q$session\E|\Q$token\E/ } values %$env),
       "$at: nothing of it anywhere");
}

my $form = sub {
    my ($path) = @_;
    return request('POST', "http://127.0.0.1:$port$path",
                   form => [ grant_type => 'client_credentials' ]);
};
is(json($form->('/plain/x'))->{error}, 'invalid_client',
   'mounted by <Directory>: it answers');
like($form->('/shared/x')->{content}, qr/"REDIRECT_STATUS":"404"/,
     'where a .htaccess file is read: not found');
like(slurp("$dir/error_log"), qr/OA2-7401: .*<Location>/, 'with a remedy');
unlike(slurp("$dir/error_log"), qr/\boauth2_api:(?:error|warn)\]/,
       'and no complaint');
ok(end_httpd($pid), 'the server ends');
run('rm', '-rf', $dir);
done_testing();
