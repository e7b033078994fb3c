# SPDX-License-Identifier: Apache-2.0
#
# What people read is in the catalogues: each sentence that oa2_say() gets and
# each piece that a template includes is a key of lang/en.json, each key is
# used, and every language has the same keys with the same placeholders.

use JSON::PP;

my $FIRST = 'pages/lang/en.json';

sub catalogue {
    my ($tree, $path) = @_;
    my $json = eval { JSON::PP->new->decode(
        join "\n", $tree->lines($path)) };
    $tree->bad($path, 1, 'is not a JSON object') if ref $json ne 'HASH';
    return ref $json eq 'HASH' ? $json : {};
}

sub placeholders {
    my ($text) = @_;
    return join ' ', sort $text =~ /\{\{([^}]*)\}\}/g;
}

# The text of adjacent C strings.
sub text_of {
    my ($code) = @_;
    my $text = join '', $code =~ /"((?:\\.|[^"\\])*)"/g;
    return $text =~ s/\\n/\n/gr =~ s/\\(["\\])/$1/gr;
}

return {
    about => 'what people read is in every language',
    run => sub {
        my ($tree) = @_;
        my ($first) = grep { $_ eq $FIRST } $tree->files(qr/\.json$/) or return;
        my $english = catalogue($tree, $first);
        my %used;
        for my $path ($tree->files(qr{^src/.*\.c$})) {
            my $code = join "\n", $tree->lines($path);
            while ($code =~ /oa2_say\(\s*[^",]+,\s*((?:"(?:\\.|[^"\\])*"\s*)+)/g) {
                my $line = 1 + substr($code, 0, $-[0]) =~ tr/\n//;
                my $text = text_of($1);
                $used{$text} = 1;
                $tree->bad($path, $line, "\"$text\" is not in $FIRST")
                    if !exists $english->{$text};
            }
            # Sentences that are said later: of an error, a field, a place.
            $used{ text_of($1) } = 1
                while $code =~ /((?:"(?:\\.|[^"\\])*"\s*)+)/g;
        }
        for my $path ($tree->files(qr/\.mustache$/)) {
            my $n = 0;
            for my $line ($tree->lines($path)) {
                $n++;
                for my $key ($line =~ m!\{\{>\s*say/([^\s}]+)\s*\}\}!g) {
                    $used{$key} = 1;
                    $tree->bad($path, $n, "\"$key\" is not in $FIRST")
                        if !exists $english->{$key};
                }
            }
        }
        for my $key (sort keys %$english) {
            $tree->bad($first, 1, "\"$key\" is used nowhere")
                if !$used{$key} && $key !~ /^(?:done|lang)\./;
            $tree->bad($first, 1, "\"$key\" is a sentence, and not what it "
                . 'says') if $key =~ / / && $english->{$key} ne $key;
        }
        for my $path ($tree->files(qr{^pages/lang/.*\.json$})) {
            my $other = catalogue($tree, $path);
            for my $key (sort keys %{ { %$english, %$other } }) {
                if (!exists $other->{$key}) {
                    $tree->bad($path, 1, "lacks \"$key\"");
                }
                elsif (exists $english->{$key}
                       && placeholders($other->{$key})
                          ne placeholders($english->{$key})) {
                    $tree->bad($path, 1, "\"$key\" has other placeholders");
                }
            }
        }
    },
};
