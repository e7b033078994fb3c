# SPDX-License-Identifier: Apache-2.0
# docs/rfc-coverage.md: each row of its tables is a clause, and names files
# and tests (in backquotes) that exist.
use strict;
use warnings;

my $DOC = 'docs/rfc-coverage.md';

return {
    about => 'each clause in rfc-coverage.md names a file and a test',
    run => sub {
        my ($tree) = @_;
        if (!$tree->exists($DOC)) {
            $tree->bad($DOC, 1, 'is missing: say which clause is obeyed '
                . 'where, and what tests it');
            return;
        }
        my ($n, $header) = (0, 1);
        for my $text ($tree->lines($DOC)) {
            $n++;
            if ($text !~ /^\s*\|/) { $header = 1; next }
            if ($text =~ /^\s*\|[\s:|-]+$/) { $header = 0; next }
            next if $header;
            my @paths = $text =~ m{`([\w./-]+/[\w./-]+?|mod_oauth2_api\.c)`}g;
            $tree->bad($DOC, $n, "$_ is not there: mend the row")
                for grep { !$tree->exists($_) } @paths;
            $tree->bad($DOC, $n, 'names no file that obeys the clause')
                if !grep { !m{^t/} } @paths;
            $tree->bad($DOC, $n, 'names no test: write one first')
                if !grep { m{^t/} } @paths;
        }
    },
};
