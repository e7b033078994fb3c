# SPDX-License-Identifier: Apache-2.0
# Makefile.am against the tree: what is not listed is neither built nor
# shipped, and what is listed must be there.
use strict;
use warnings;

# Not shipped, on purpose.
my $UNLISTED = qr{^(?:\.gitignore|\.ci/.*|Makefile\.am|configure\.ac)$};
my $SOURCE = qr{\.(?:c|h|sql|mustache|t|md|pl|pm|awk|css|in|8|txt)$};

# Every word that Makefile.am assigns to a variable, with its line.
sub listed {
    my ($tree) = @_;
    my (%at, $open, $n);
    for my $text ($tree->lines('Makefile.am')) {
        $n++;
        my $words = $open ? $text
                  : $text =~ /^\w+\s*\+?=\s*(.*)$/ ? $1 : undef;
        $open = defined $words && $words =~ /\\\s*$/;
        next if !defined $words;
        $at{$_} //= $n for grep { $_ ne '\\' } split ' ', $words;
    }
    return %at;
}

return {
    about => 'every file is in Makefile.am, and every listed file is there',
    run => sub {
        my ($tree) = @_;
        my %at = listed($tree);
        my @dirs = grep { m{/} && -d $tree->root . "/$_" } keys %at;
        for my $path ($tree->files) {
            (my $stem = $path) =~ s/\.c$//;
            next if $path =~ $UNLISTED || $at{$path} || $at{$stem}
                || grep { index($path, "$_/") == 0 } @dirs;
            $tree->bad($path, 1, 'is not in Makefile.am: add it to the list '
                . 'it belongs to, or to .gitignore when it is made');
        }
        for my $name (sort keys %at) {
            next if $name !~ $SOURCE || $name =~ /[\$\@*]/
                || $name =~ m{^src/store/migrations\.c};
            $tree->bad('Makefile.am', $at{$name}, "$name is not there: remove "
                . 'it from the list')
                if !$tree->exists($name);
        }
    },
};
