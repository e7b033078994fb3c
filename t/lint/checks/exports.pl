# SPDX-License-Identifier: Apache-2.0
# What a header shows is a promise to somebody: what nobody outside its unit
# calls is static, and what only tests call says so in its comment.
use strict;
use warnings;

my $FUNCTION = qr/^[a-z][\w ]*[ *]\**(oa2_\w+)\(/;

# path => { word => 1 }, without comments and strings
sub words {
    my ($tree) = @_;
    my %words;
    for my $path ($tree->files(qr/\.[ch]$/)) {
        for my $text ($tree->code($path)) {
            $words{$path}{$1} = 1 while $text =~ /\b(oa2_\w+)/g;
        }
    }
    return \%words;
}

# [name, line, the comment in front of it]
sub promises {
    my ($tree, $path) = @_;
    my (@found, $n);
    my $comment = '';
    my @code = $tree->code($path);
    for my $text ($tree->lines($path)) {
        my $code = $code[$n++] // '';
        if ($code =~ $FUNCTION && $code !~ /\btypedef\b/) {
            push @found, [$1, $n, $comment];
        }
        $comment = '' if $text =~ m{/\*};
        $comment .= $text if $code !~ /\S/;
    }
    return @found;
}

return {
    about => 'what a header exports is used; for tests only, it says so',
    run => sub {
        my ($tree) = @_;
        my $words = words($tree);
        for my $path ($tree->files(qr{^src/.*\.h$})) {
            my ($unit) = $path =~ m{^(.*)\.h$};
            for (promises($tree, $path)) {
                my ($name, $line, $comment) = @$_;
                my @users = grep { $words->{$_}{$name} && $_ ne $path
                    && $_ ne "$unit.c" } keys %$words;
                if (!@users) {
                    $tree->bad($path, $line,
                        "$name() is used by no other unit: make it static");
                } elsif (!grep { !m{^t/} } @users) {
                    $tree->bad($path, $line, "$name() is used by tests only: "
                        . 'say so in its comment ("for tests"), or test what '
                        . 'uses it') if $comment !~ /\btests\b/;
                }
            }
        }
    },
};
