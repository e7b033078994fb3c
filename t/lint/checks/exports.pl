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
            $words{$path}{$1} = 1 while $text =~ /\b(oa2_\w+|OA2_\w+)/g;
        }
    }
    return \%words;
}

# function => the macros of the header that use it: their users are its own
sub macros {
    my ($tree, $path) = @_;
    my (%macros, $macro);
    for my $text ($tree->code($path)) {
        $macro = $1 if $text =~ /^\s*#\s*define\s+(\w+)/;
        next if !$macro;
        $macros{$1}{$macro} = 1 while $text =~ /\b(oa2_\w+|OA2_\w+)\b/g;
        $macro = undef if $text !~ /\\\s*$/;
    }
    # A macro may be another one's.
    for my $used (values %macros) {
        $used->{$_} = 1 for map { keys %{ $macros{$_} // {} } } keys %$used;
    }
    return \%macros;
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
            my $macros = macros($tree, $path);
            for (promises($tree, $path)) {
                my ($name, $line, $comment) = @$_;
                my @names = ($name, keys %{ $macros->{$name} // {} });
                my @users = grep { my $file = $_; $file ne $path
                    && $file ne "$unit.c"
                    && grep { $words->{$file}{$_} } @names } keys %$words;
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
