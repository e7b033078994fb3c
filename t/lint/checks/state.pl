# SPDX-License-Identifier: Apache-2.0
# httpd's event MPM runs threads: file-scope data must not change.
use strict;
use warnings;

return {
    about => 'no file-scope data that changes, except what is written once',
    run => sub {
        my ($tree) = @_;
        for my $path ($tree->files(qr{^(?:src/.*|[^/]*)\.[ch]$})) {
            my @code = $tree->code($path);
            for my $i (0 .. $#code) {
                my $text = $code[$i];
                next if $text !~ /^(?:static\s|\w[\w\s]*\*?\w+\s*=[^=])/;
                next if $text =~ /\bconst\b(?!.*\bconst\b.*\*)[^*]*(?:\[|=|;|$)/
                    || $text =~ /\*\s*const\b/;
                next if $text =~ /\(/ && $text !~ /=/;
                next if $text !~ /[;={]\s*$/ && $text !~ /=/;
                next if $text =~ /^(?:typedef|extern|struct|enum|union)\b/;
                next if $text =~ /\boauth2_api_module\b/;
                next if $tree->excused($path, $i - 4, $i + 1, 'once');
                $tree->bad($path, $i + 1, 'file-scope data that can change: '
                    . 'make it const, keep it in a context, or say after '
                    . '"once: " who writes it before threads exist');
            }
        }
    },
};
