# SPDX-License-Identifier: Apache-2.0
# docs/directives.md against what the module registers.
use strict;
use warnings;

my $DOC = 'docs/directives.md';

return {
    about => 'each directive, Require word and endpoint is in directives.md',
    run => sub {
        my ($tree) = @_;
        my (%known, %heading, $n);
        my @code = $tree->files(
            qr{^(?:src/httpd/.*|src/domain/site/settings|[^/]*)\.[ch]$});
        for my $path (@code) {
            $n = 0;
            for my $text ($tree->uncommented($path)) {
                $n++;
                $known{$1} //= [$path, $n]
                    while $text =~ /"<?(OAuth2[A-Z]\w*)>?"/g;
            }
        }
        $n = 0;
        my $all = $tree->exists($DOC) ? $tree->text($DOC) : '';
        for my $text (split /\n/, $all) {
            $n++;
            $heading{$1} //= $n
                if $text =~ /^#{1,4}\s+[`<]*(OAuth2[A-Z]\w*)/;
        }
        for my $name (sort keys %known) {
            $tree->bad(@{$known{$name}}, "$name has no heading in $DOC: "
                . 'describe it there')
                if !$heading{$name};
        }
        for my $name (sort keys %heading) {
            $tree->bad($DOC, $heading{$name}, "$name is no directive: remove "
                . 'the section, or mend its name')
                if !$known{$name};
        }
        for my $path ($tree->files(qr{^src/(?:endpoint|httpd)/.*\.c$}),
                      grep { !m{/} } @code) {
            $n = 0;
            for my $text ($tree->uncommented($path)) {
                $n++;
                my $word = $path =~ m{^src/endpoint/}
                    && $text =~ m{^\s*\.name\s*=\s*"([\w/-]+)"} ? "oauth2-$1"
                    : $text =~ /"(oauth2-\w+)"/ ? $1 : next;
                $tree->bad($path, $n, "$word is not in $DOC: describe it "
                    . 'there')
                    if $all !~ m{\b\Q$word\E(?![\w/-])};
            }
        }
    },
};
