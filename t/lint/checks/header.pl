# SPDX-License-Identifier: Apache-2.0
# The licence in each source, and a first line that says what the file is.
use strict;
use warnings;

my $LINE = 'SPDX-License-Identifier: Apache-2.0';

return {
    about => 'each source has an SPDX line; C files say what they are',
    run => sub {
        my ($tree) = @_;
        for my $path ($tree->files) {
            my @lines = $tree->lines($path);
            my $script = @lines && $lines[0] =~ /^#!/;
            next if !$script && $path !~
                /\.(?:c|h|sql|t|pl|pm|awk|sh|m?js|py|php|ac|am)$/;
            next if $path =~ m{^t/fuzz/corpus/};
            my $last = $#lines < 4 ? $#lines : 4;
            $tree->bad($path, 1, "has no \"$LINE\" in its first five lines")
                if !grep { /\Q$LINE\E/ } @lines[0 .. $last];
            next if $path !~ m{([^/]+)\.([ch])$};
            my $name = "$1.$2";
            $tree->bad($path, 2, "does not begin with what it is: \" * "
                . "$name - ...\" in its first comment")
                if !grep { /^[ \/]\* \Q$name\E - \S/ } @lines[0 .. $last];
        }
    },
};
