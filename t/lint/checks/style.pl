# SPDX-License-Identifier: Apache-2.0
#
# One hand: the choices of layout that nothing in C makes, made once
# (docs/design.md, "One hand").  Comments and what is quoted do not count.

# All of the file with what is quoted and commented made invisible, as lines.
sub shown {
    my ($text) = @_;
    $text =~ s{(/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}
              {$1 =~ s/[^\n]/\x01/gr}gesx;
    return split /\n/, $text, -1;
}

my @rules = (
    [ qr/(?:&&|\|\|)$/, 'break before && and ||, not after' ],
    [ qr/!str(?:n?case)?n?cmp\(/, 'compare with == 0' ],
    [ qr/\}[ ]*else\b/, 'else is a line of its own after a brace' ],
    [ qr/\{(?![ \x01}]|$|\\$)|[^ {\t]\}/, 'a space inside braces' ],
    [ qr/^\s*else[ ](?!if\b|\{)/, 'what else does is a line of its own' ],
);

# The end of what the parenthesis at $at of $line opens, or -1.
sub closed {
    my ($line, $at) = @_;
    my $depth = 0;
    for my $i ($at .. length($line) - 1) {
        my $c = substr $line, $i, 1;
        $depth++ if $c eq '(';
        return $i if $c eq ')' && !--$depth;
    }
    return -1;
}

return {
    about => 'layout is of one hand',
    run => sub {
        my ($tree) = @_;
        for my $path ($tree->files(qr/\.[ch]$/)) {
            my @lines = shown(join "\n", $tree->lines($path));
            my $macro = 0;
            for my $i (0 .. $#lines) {
                my $line = $lines[$i];
                for my $rule (@rules) {
                    $tree->bad($path, $i + 1, $rule->[1])
                        if $line =~ $rule->[0];
                }
                my $in = $macro || $line =~ /\\$/;
                $macro = $line =~ /\\$/;
                next if $in || $line !~ /^(\s*(?:else )?(?:if|while|for) )\(/;
                my $end = closed($line, length $1);
                next if $end < 0;
                my $rest = substr $line, $end + 1;
                $tree->bad($path, $i + 1,
                           'only return, continue or break on the same line')
                    if $rest =~ /\S.*;$/
                    && $rest !~ /^\s*(?:(?:return|continue|break)\b|;$)/;
            }
            # Its own header first: it is then seen to need no other.
            my $own = $path =~ s{^src/}{}r =~ s{\.c$}{.h}r;
            next if $path !~ /^src\/.*\.c$/ || !grep { $_ eq "src/$own" }
                $tree->files(qr/\.h$/);
            my ($first) = grep { /^#include/ } $tree->lines($path);
            $tree->bad($path, 1, "includes \"$own\" first")
                if grep({ $_ eq "#include \"$own\"" } $tree->lines($path))
                && ($first // '') ne "#include \"$own\"";
        }
    },
};
