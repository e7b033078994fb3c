# SPDX-License-Identifier: Apache-2.0
# Each OA2_ID(nnnn) once in the tree, in its floor's range, and described in
# docs/log-ids.md; nothing described there that is not in the tree.
use strict;
use warnings;

my $DOC = 'docs/log-ids.md';
my %RANGE = (base => 1, store => 2, domain => 3, grant => 4, endpoint => 5,
             page => 6, httpd => 7, job => 8);

sub described {
    my ($tree) = @_;
    my (%line, $n);
    return if !$tree->exists($DOC);
    for my $text ($tree->lines($DOC)) {
        $n++;
        next if $text !~ /^[\s|#*`-]*OA2-(\d{4})\b/;
        $tree->bad($DOC, $n, "OA2-$1 is described in line $line{$1} already")
            if $line{$1};
        $line{$1} //= $n;
    }
    return %line;
}

return {
    about => 'log ids are unique, in range, and described in docs/log-ids.md',
    run => sub {
        my ($tree) = @_;
        my %described = described($tree);
        my %seen;
        for my $path ($tree->files(qr{^(?:src/|tools/|[^/]*\.c$).*})) {
            next if $path !~ /\.[ch]$/;
            my ($floor) = $path =~ m{^src/(\w+)/};
            my $first = $RANGE{$floor // 'httpd'} // 7;
            my $n = 0;
            for my $text ($tree->code($path)) {
                $n++;
                next if $text =~ /#\s*define\s+OA2_ID\b/;
                while ($text =~ /\bOA2_ID\(\s*([^)]*?)\s*\)/g) {
                    my $id = $1;
                    if ($id !~ /^\d{4}$/) {
                        $tree->bad($path, $n, "OA2_ID($id): write the four "
                            . 'digits, so that grep finds them');
                        next;
                    }
                    $tree->bad($path, $n, "OA2-$id is taken by $seen{$id}: "
                        . 'take the next free number')
                        if $seen{$id};
                    $tree->bad($path, $n, "OA2-$id: ids of this floor are "
                        . "${first}000 to ${first}999")
                        if substr($id, 0, 1) ne $first;
                    $tree->bad($path, $n, "OA2-$id is not described: add a "
                        . "row to $DOC")
                        if !$described{$id};
                    $seen{$id} //= "$path:$n";
                }
            }
        }
        for my $id (sort keys %described) {
            $tree->bad($DOC, $described{$id}, "OA2-$id is in no source: remove "
                . 'the row')
                if !$seen{$id};
        }
    },
};
