# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Test::Metrics - reads what SetHandler oauth2-metrics answers, as
# strictly as OpenMetrics 1.0 lets a reader be.

package OAuth2Test::Metrics;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(parse_metrics families_of);

my $NAME = qr/[a-zA-Z_][a-zA-Z0-9_]*/;
my $LABELS = qr/\{$NAME="(?:[^"\\\n]|\\[\\"n])*"
                  (?:,$NAME="(?:[^"\\\n]|\\[\\"n])*")*\}/x;
# What may follow a family's name, by its type.
my %SUFFIXES = (
    counter => ['_total'], gauge => [''], info => ['_info'],
    histogram => [qw(_bucket _count _sum)],
);

# ({'name{labels}' => value}, {family => type}, complaint, ...)
sub parse_metrics {
    my ($text) = @_;
    my (%value, %type, %order, @bad, $family);
    my @lines = split /\n/, $text, -1;
    push @bad, 'does not end in "# EOF" and a line feed'
        if @lines < 2 || $lines[-1] ne '' || $lines[-2] ne '# EOF';
    splice @lines, -2;
    for my $line (@lines) {
        if ($line =~ /^# TYPE ($NAME) (\w+)$/) {
            push @bad, "$1 comes twice" if $type{$1};
            ($family, $type{$1}) = ($1, $2);
            push @bad, "$line: no such type" if !$SUFFIXES{$2};
        } elsif ($line =~ /^# UNIT ($NAME) (\w+)$/) {
            push @bad, "$line: not within its family, or not its last word"
                if $1 ne ($family // '') || $1 !~ /_\Q$2\E$/;
        } elsif ($line =~ /^# HELP ($NAME) \S/) {
            push @bad, "$line: not within its family" if $1 ne ($family // '');
        } elsif ($line =~ /^($NAME)($LABELS)? ([0-9.]+)$/) {
            my ($name, $labels, $value) = ($1, $2 // '', $3);
            my @may = map { "$family$_" } @{ $SUFFIXES{ $type{$family} } };
            push @bad, "$line: not of the family above"
                if !grep { $_ eq $name } @may;
            push @bad, "$line: comes twice" if exists $value{"$name$labels"};
            $value{"$name$labels"} = $value;
        } else {
            push @bad, "$line: is nothing that is known";
        }
    }
    return (\%value, \%type, @bad, buckets(\%value, \%type));
}

# A histogram's buckets go up, and the last is its count.
sub buckets {
    my ($value, $type) = @_;
    my (%seen, @bad);
    for my $family (grep { $type->{$_} eq 'histogram' } keys %$type) {
        for my $series (grep { /^\Q$family\E_bucket\{/ } keys %$value) {
            my ($rest, $le) = $series =~ /_bucket\{(.*?),?le="([^"]+)"\}$/;
            $seen{$family}{ $rest // '' }{$le} = $value->{$series};
        }
        for my $rest (keys %{ $seen{$family} }) {
            my $bucket = $seen{$family}{$rest};
            my @le = sort { $a <=> $b } grep { $_ ne '+Inf' } keys %$bucket;
            my @values = @{$bucket}{ @le, '+Inf' };
            my $count = $value->{ $family . '_count'
                                  . (length $rest ? "{$rest}" : '') };
            push @bad, "$family\{$rest}: buckets go down"
                if grep { $values[$_] < $values[ $_ - 1 ] } 1 .. $#values;
            push @bad, "$family\{$rest}: the last bucket is not the count"
                if !defined $count || $values[-1] != $count;
        }
    }
    return @bad;
}

# The names of all series that a family of this type can have.
sub families_of {
    my ($type) = @_;
    return map { my $family = $_; map { "$family$_" }
                 @{ $SUFFIXES{ $type->{$family} } } } keys %$type;
}

1;
