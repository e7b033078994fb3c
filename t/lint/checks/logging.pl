# SPDX-License-Identifier: Apache-2.0
# What is logged goes through one unit, which knows the form of a line.
use strict;
use warnings;

my $MAY = qr{^src/httpd/run/log\.c$};

return {
    about => 'ap_log_* only in src/httpd/run/log.c',
    run => sub {
        my ($tree) = @_;
        for my $path ($tree->files(qr/\.[ch]$/)) {
            next if $path =~ $MAY;
            my $n = 0;
            for my $text ($tree->code($path)) {
                $n++;
                $tree->bad($path, $n, "$1 here: return an oa2_err_t and let "
                    . 'src/httpd/serve/dispatch.c log it, once')
                    if $text =~ /\b(ap_log_\w+)\s*\(/;
            }
        }
    },
};
