# SPDX-License-Identifier: Apache-2.0
# APR loads modules with RTLD_GLOBAL: a second exported name is a name that
# another module may have too.
use strict;
use warnings;

return {
    about => 'the built module exports oauth2_api_module and nothing else',
    run => sub {
        my ($tree) = @_;
        my $module = $tree->module // return;
        if (!-e $module) {
            $tree->bad($module, 0, 'the module is not built: run make first');
            return;
        }
        open my $nm, '-|', 'nm', '-D', '--defined-only', $module
            or die "lint: nm: $!\n";
        my @names = map { /(\S+)$/ ? $1 : () } <$nm>;
        close $nm or die "lint: nm failed\n";
        $tree->bad($module, 0, "exports $_: -export-symbols-regex in "
            . 'Makefile.am should keep it in')
            for grep { $_ ne 'oauth2_api_module' } @names;
        $tree->bad($module, 0, 'does not export oauth2_api_module: the roof '
            . 'is not linked in, or the record is hidden')
            if !grep { $_ eq 'oauth2_api_module' } @names;
    },
};
