# SPDX-License-Identifier: Apache-2.0
# Only dispatch logs, once; start-up and jobs have nobody else to do it.
use strict;
use warnings;

my $MAY = qr{^src/httpd/(?:dispatch|log|conf|jobs)\.c$};

return {
    about => 'ap_log_* only in dispatch, log, conf and jobs',
    run => sub {
        my ($tree) = @_;
        for my $path ($tree->files(qr/\.[ch]$/)) {
            next if $path =~ $MAY;
            my $n = 0;
            for my $text ($tree->code($path)) {
                $n++;
                $tree->bad($path, $n, "$1 here: return an oa2_err_t and let "
                    . 'src/httpd/dispatch.c log it, once')
                    if $text =~ /\b(ap_log_\w+)\s*\(/;
            }
        }
    },
};
