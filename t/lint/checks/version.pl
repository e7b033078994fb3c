# SPDX-License-Identifier: Apache-2.0
# The version is said once, in configure.ac; CHANGES must know it.
use strict;
use warnings;

return {
    about => 'CHANGES has a section for the version in configure.ac',
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
    },
};
