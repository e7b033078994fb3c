# SPDX-License-Identifier: Apache-2.0
# The version is configure.ac's; CHANGES must know it, and the packages have it.
use strict;
use warnings;

return {
    about => 'CHANGES and the packages have the version in configure.ac',
    run => sub {
        my ($tree) = @_;
        my ($version) = $tree->text('configure.ac') =~
            /^AC_INIT\(\[[^\]]*\],\s*\[([^\]]+)\]/m;
        if (!defined $version) {
            $tree->bad('configure.ac', 1, 'AC_INIT names no version');
            return;
        }
        my $changes = $tree->exists('CHANGES') ? $tree->text('CHANGES') : '';
        $tree->bad('CHANGES', 1, "has no heading for version $version: say "
            . 'what a user will see')
            if $changes !~ /^\W*(?:\w+\s+)?v?\Q$version\E\b/m;
        # Debian's may have a revision or a suffix behind it: 1.2.3-1, 1.2.3~rc1.
        my %said = ('debian/changelog' => qr/\A\S+ \((\d+(?:\.\d+)*)/,
                    'build/rpm/mod_oauth2_api.spec' => qr/^Version:\s*(\S+)/m);
        for my $path (sort keys %said) {
            next if !$tree->exists($path);
            my ($its) = $tree->text($path) =~ $said{$path};
            $tree->bad($path, 1, "is not of version $version, which "
                . 'configure.ac names')
                if !defined $its || $its ne $version;
        }
    },
};
