# SPDX-License-Identifier: Apache-2.0
# Calls with a better one, and comparisons that tell how far they came.
use strict;
use warnings;

my %INSTEAD = (
    (map { $_ => 'apr_pstrdup, apr_pstrcat or apr_cpystrn' }
        qw(strcpy strcat strncpy stpcpy)),
    (map { $_ => 'apr_psprintf or snprintf' } qw(sprintf vsprintf)),
    (map { $_ => 'apr_strtok_r-free parsing, or strchr and strspn' }
        qw(strtok)),
    (map { $_ => 'oa2_units_number(), which says what is wrong' }
        qw(atoi atol atoll atof apr_atoi64)),
    (map { $_ => 'oa2_random()' } qw(rand srand random srandom drand48)),
    (map { $_ => 'apr_time_exp_gmt() or oa2_units_say_time()' }
        qw(gmtime localtime ctime asctime)),
    gets => 'fgets',
    tmpnam => 'apr_file_mktemp', mktemp => 'apr_file_mktemp',
    alloca => 'apr_palloc',
    system => 'apr_proc_create', popen => 'apr_proc_create',
);
my $BANNED = join '|', sort keys %INSTEAD;
my $SECRET = qr/secret|token|digest|password|verifier/i;
my $HARMLESS = qr/(?:type|method|hint|format|name|endpoint|kind|scope)s?$/i;

# Names in the arguments of a call that starts at this position; of a->b, b.
sub suspects {
    my ($rest) = @_;
    return if $rest !~ /^(\((?:[^()]++|(?1))*\))/;
    (my $arguments = $1) =~ s/\w+\s*(?:->|\.)\s*//g;
    return grep { /$SECRET/ && !/$HARMLESS/ }
        $arguments =~ /\b(\w+)\b(?!\s*\()/g;
}

return {
    about => 'no unsafe calls, no goto, no telling comparison of secrets',
    run => sub {
        my ($tree) = @_;
        for my $path ($tree->files(qr/\.[ch]$/)) {
            my @code = $tree->code($path);
            for my $i (0 .. $#code) {
                my $text = $code[$i];
                while ($text =~ /(?<![\w.>])($BANNED)\s*\(/g) {
                    $tree->bad($path, $i + 1,
                        "$1() is banned: use $INSTEAD{$1}");
                }
                $tree->bad($path, $i + 1,
                    'goto is banned: return early, or make it a function')
                    if $text =~ /\bgoto\b/;
                next if $path !~ m{^(?:src|tools)/};
                while ($text =~ /\b(memcmp|str(?:n?case)?n?cmp)\s*(?=\()/g) {
                    my ($call, $at) = ($1, pos $text);
                    my ($name) = suspects(join ' ', substr($text, $at),
                                          @code[$i + 1 .. ($i + 3 < $#code
                                                           ? $i + 3
                                                           : $#code)]);
                    next if !defined $name
                        || $tree->excused($path, $i - 2, $i + 1, 'public');
                    $tree->bad($path, $i + 1, "$call() of $name tells an "
                        . 'attacker how far it came: use oa2_text_equal() or '
                        . 'oa2_equal(), or say after "public: " why it may');
                }
            }
        }
    },
};
