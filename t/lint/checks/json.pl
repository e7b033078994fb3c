# SPDX-License-Identifier: Apache-2.0
# cJSON answers NULL where memory has run out, and takes NULL for nothing: only
# base's json unit makes values, and it looks.
use strict;
use warnings;

return {
    about => 'JSON is made by the functions of base/text/json.h',
    run => sub {
        my ($tree) = @_;
        for my $path ($tree->files(qr{^(?:src|tools)/.*\.[ch]$})) {
            next if $path =~ m{/json\.c$};
            my $n = 0;
            for my $text ($tree->code($path)) {
                $n++;
                $tree->bad($path, $n, "$1 is not looked at when memory has run "
                    . 'out: use oa2_json_put_…() or oa2_json_push_…()')
                    if $text =~ /\b(cJSON_(?:Create|Add|Print|Parse)\w*)\s*\(/;
            }
        }
    },
};
