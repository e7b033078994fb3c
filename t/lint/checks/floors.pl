# SPDX-License-Identifier: Apache-2.0
# Includes point down only, and httpd stays upstairs: docs/design.md.
use strict;
use warnings;

my @FLOORS = qw(base store domain grant page endpoint httpd);
my %RANK = map { $FLOORS[$_] => $_ } 0 .. $#FLOORS;
# Beside another floor: as high, and neither knows the other.
my %BESIDE = (job => 'endpoint');
$RANK{$_} = $RANK{$BESIDE{$_}} for keys %BESIDE;
# Rooms that only their own floor, and tests, may look into.
my %PRIVATE = map { $_ => 1 } qw(store/db);
my $HTTPD_HEADER =
    qr{^(?:httpd|ap_\w+|http_\w+|util_\w+|mod_\w+|scoreboard|mpm_common)\.h$};
my $HTTPD_TYPE = qr/\b(request_rec|server_rec|conn_rec|cmd_parms|ap_\w+)\b/;

# The highest floor that a file may include; -1 for what has no floor.
sub reach {
    my ($path) = @_;
    return $RANK{$1} if $path =~ m{^src/(\w+)/} && exists $RANK{$1};
    return $RANK{domain} if $path =~ m{^tools/};
    return $RANK{endpoint} if $path =~ m{^t/};
    return $RANK{httpd} if $path !~ m{/};
    return -1;
}

sub check_include {
    my ($tree, $path, $line, $name) = @_;
    my ($own) = $path =~ m{^src/(\w+)/};
    return if $name eq 'oa2_config.h';
    my ($floor, $room) = $name =~ m{^(\w+)/(?:(\w+)/)?[\w.]+$};
    if (!defined $floor) {
        return if $path =~ m{^(?:t|tools)/} && $name !~ m{/};
        return $tree->bad($path, $line,
            qq(include "$name" does not name its floor: write "base/$name" )
            . "or whichever it is");
    }
    return if $path =~ m{^t/} && $tree->exists("t/$name");
    return $tree->bad($path, $line, qq("$name": there is no floor "$floor"))
        if !exists $RANK{$floor};
    return $tree->bad($path, $line, qq("$name" is not in src/))
        if !$tree->exists("src/$name") && $name ne 'store/migrations.h';
    $tree->bad($path, $line,
        qq("$name" is on a higher floor: pass what is needed down as an )
        . 'argument or a function pointer')
        if $RANK{$floor} > reach($path);
    $tree->bad($path, $line,
        qq("$name": src/$own and src/$floor stand beside each other: move )
        . 'what both need below them')
        if defined $own && $own ne $floor && $RANK{$own} == $RANK{$floor};
    $tree->bad($path, $line,
        qq("$name" is for src/$floor only: ask a header of src/$floor))
        if $room && $PRIVATE{"$floor/$room"}
            && $path !~ m{^(?:src/\Q$floor\E/|t/)};
    return;
}

return {
    about => 'includes point down and name their floor; httpd only upstairs',
    run => sub {
        my ($tree) = @_;
        for my $path ($tree->files(qr/\.[ch]$/)) {
            next if $path =~ m{^build/};
            my $upstairs = $path =~ m{^src/httpd/} || $path !~ m{/};
            if (reach($path) < 0) {
                $tree->bad($path, 1,
                    'is on no floor: src/ holds ' . join ', ', @FLOORS,
                    sort keys %BESIDE);
                next;
            }
            my $n = 0;
            for my $text ($tree->uncommented($path)) {
                $n++;
                if ($text =~ /^\s*#\s*include\s*"([^"]+)"/) {
                    check_include($tree, $path, $n, $1);
                } elsif ($text =~ /^\s*#\s*include\s*<([^>]+)>/) {
                    my $name = $1;
                    $tree->bad($path, $n, "<$name> belongs to src/httpd: "
                        . 'below, httpd is not known')
                        if !$upstairs && $name =~ $HTTPD_HEADER;
                }
            }
            next if $upstairs;
            $n = 0;
            for my $text ($tree->code($path)) {
                $n++;
                $tree->bad($path, $n, "$1 belongs to src/httpd: pass what is "
                    . 'needed of it down as a value or a function pointer')
                    if $text =~ $HTTPD_TYPE;
            }
        }
    },
};
