# SPDX-License-Identifier: Apache-2.0
# Marks of unfinished work, and lock files that name a host to load from.
use strict;
use warnings;

my $MARK = join '|', 'TO' . 'DO', 'FIX' . 'ME', 'X' x 3, 'HA' . 'CK';

return {
    about => 'no marks of unfinished work, no host names in lock files',
    run => sub {
        my ($tree) = @_;
        for my $path ($tree->files) {
            next if $path =~ m{^t/fuzz/corpus/|\.(?:png|jpg|ico|gz)$};
            my $lock = $path =~ m{(?:^|/)package-lock\.json$};
            my $n = 0;
            for my $text ($tree->lines($path)) {
                $n++;
                $tree->bad($path, $n, "$1: finish it, or open an issue and "
                    . 'remove the mark')
                    if !$lock && $text =~ /\b($MARK)\b/;
                $tree->bad($path, $n, 'names a registry: set '
                    . 'omit-lockfile-registry-resolved=true in .npmrc and '
                    . 'make it again')
                    if $lock && $text =~ /"resolved"\s*:/;
            }
        }
    },
};
