# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Test::Own - an httpd of a test's own, in a directory of its own, with
# the suite's modules and no more than is said:
#
#   my $own = own_httpd($dir, $lines, listen => [$port, …], define => {…},
#                       log => $file);
#   $own->{start}->();                  # $own->{pid}; end_httpd() ends it
#
# It serves $own->{site}, and keeps its state in $own->{state}.

package OAuth2Test::Own;

use strict;
use warnings;

use Exporter 'import';
use File::Path qw(make_path);
use OAuth2Test;
use OAuth2Test::Server;

our @EXPORT = qw(own_httpd own_modules);

# LoadModule lines of the suite, without the module's own.
sub own_modules {
    return join "\n", grep { !/oauth2_api/ }
        slurp(var('conf')) =~ /^\s*(LoadModule\s+.*)$/mg;
}

sub own_httpd {
    my ($dir, $lines, %o) = @_;
    my @ports = @{ $o{listen} };
    my $owner = child_user();
    my %own = (dir => $dir, site => "$dir/site", state => "$dir/state");
    make_path($own{site}, $own{state});
    chmod 0700, $own{state};
    chown $owner->[1], $owner->[2], $own{state} if !$>;
    my $log = $o{log} || "$dir/error_log";
    my %p = map { $_ => var($_) } qw(module pages php_socket httpd);
    my $modules = own_modules();
    my $user = $> ? '' : "User $owner->[0]\nGroup " . getgrgid($owner->[2]);
    my $listen = join "\n", map { "Listen 127.0.0.1:$_" } @ports;
    my $defines = join "\n", map { "Define $_ $o{define}{$_}" }
        sort keys %{ $o{define} || {} };
    spew("$dir/template", <<"END");
$modules
LoadModule oauth2_api_module $p{module}
$listen
ServerName 127.0.0.1:$ports[0]
ServerRoot $dir
DocumentRoot $own{site}
PidFile $dir/httpd.pid
DefaultRuntimeDir $dir
Mutex file:$dir default
ErrorLog $log
TypesConfig /dev/null
$user
<Directory "/">
    AllowOverride None
    Require all denied
</Directory>
<Directory "$own{site}">
    AllowOverride AuthConfig
    Require all granted
</Directory>
ProxyFCGIBackendType GENERIC
<FilesMatch "\\.php\$">
    SetHandler "proxy:unix:$p{php_socket}|fcgi://localhost"
</FilesMatch>
OAuth2StateDir $own{state}
OAuth2PageDir $p{pages}
$defines
$lines
END
    $own{start} = sub {
        run('chmod', '-R', 'a+rX', $own{site});
        $own{pid} = start_httpd($dir, "$dir/template",
                                { httpd => $p{httpd}, port => $ports[0] });
    };
    return \%own;
}

1;
