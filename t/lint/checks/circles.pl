# SPDX-License-Identifier: Apache-2.0
# A unit is a .c with its .h.  Units of one floor are in an order too, or none
# can be understood, tested or moved without all the others: docs/design.md.
use strict;
use warnings;

# unit => { unit that it includes => [file, line] }
sub graph {
    my ($tree) = @_;
    my %graph;
    for my $path ($tree->files(qr{^src/.*\.[ch]$})) {
        my ($unit) = $path =~ m{^src/(.+)\.[ch]$};
        my $n = 0;
        $graph{$unit} ||= {};
        for my $text ($tree->uncommented($path)) {
            $n++;
            my ($to) = $text =~ /^\s*#\s*include\s*"([^"]+)\.h"/ or next;
            $graph{$unit}{$to} ||= [$path, $n] if $to ne $unit;
        }
    }
    return \%graph;
}

# The way from $unit back to itself, or nothing; the shortest.
sub way_back {
    my ($graph, $unit) = @_;
    my %from;
    my @next = ($unit);
    while (defined(my $at = shift @next)) {
        for my $to (sort keys %{$graph->{$at} || {}}) {
            if ($to eq $unit) {
                my @way = ($unit);
                for (my $on = $at; $on ne $unit; $on = $from{$on}) {
                    unshift @way, $on;
                }
                return ($unit, @way);
            }
            next if exists $from{$to} || !$graph->{$to};
            $from{$to} = $at;
            push @next, $to;
        }
    }
    return;
}

return {
    about => 'no unit needs itself by way of others',
    run => sub {
        my ($tree) = @_;
        my $graph = graph($tree);
        my %told;
        for my $unit (sort keys %$graph) {
            next if $told{$unit};
            my @way = way_back($graph, $unit) or next;
            $told{$_} = 1 for @way;
            my ($path, $line) = @{$graph->{$way[0]}{$way[1]}};
            $tree->bad($path, $line, 'goes round in a circle: '
                . join(' -> ', @way) . ': move what both need below them, or '
                . 'pass it down');
        }
    },
};
