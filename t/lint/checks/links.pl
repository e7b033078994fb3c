# SPDX-License-Identifier: Apache-2.0
# Links between documents.
use strict;
use warnings;
use Links;

return {
    about => 'links of documents lead to files and headings that are there',
    run => sub {
        my ($tree) = @_;
        $tree->bad(@$_) for map {
            [ @$_[0, 1], "$_->[2]: mend it, or take it away" ]
        } Links::bad($tree->root, $tree->files(qr{\.md$}));
    },
};
