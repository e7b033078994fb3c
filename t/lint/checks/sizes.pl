# SPDX-License-Identifier: Apache-2.0
# Limits that may be exceeded with a reason: a comment "long: why".
use strict;
use warnings;

my ($FUNCTION, $FILE, $ROOF, $COLUMNS) = (60, 500, 300, 80);

return {
    about => "functions of $FUNCTION lines, files of $FILE, lines of $COLUMNS",
    run => sub {
        my ($tree) = @_;
        for my $path ($tree->files(qr/\.[ch]$/)) {
            my @lines = $tree->lines($path);
            my $most = $path =~ m{/} ? $FILE : $ROOF;
            $tree->bad($path, $most + 1, scalar(@lines) . " lines, more than "
                . "$most: split it, or say why not in its header, after "
                . '"long: "')
                if @lines > $most && !$tree->excused($path, 1, 40, 'long');
            for my $function ($tree->functions($path)) {
                my ($name, $from, $to) = @$function;
                my $n = $to - $from + 1;
                $tree->bad($path, $from, "$name() has $n lines, more than "
                    . "$FUNCTION: split it, or say why not above it or in "
                    . 'it, after "long: "')
                    if $n > $FUNCTION
                    && !$tree->excused($path, $from - 6, $to, 'long');
            }
            for my $i (0 .. $#lines) {
                my $n = length $lines[$i];
                $tree->bad($path, $i + 1, "$n columns, more than $COLUMNS: "
                    . 'break it, or say why not in the line before, after '
                    . '"long: "')
                    if $n > $COLUMNS && !$tree->excused($path, $i, $i + 1,
                                                        'long');
            }
        }
    },
};
