# SPDX-License-Identifier: Apache-2.0
# The audit trail: rows of events, the calls that note them, and the document.
use strict;
use warnings;

my $ROWS = 'src/domain/site/event.h';
my $DOC = 'docs/audit-events.md';
# What every entry can have.
my %COMMON = map { $_ => 1 } qw(user client);

# id => { name, level, members, about, line }
sub rows {
    my ($tree) = @_;
    my (%rows, $n, $text, $begun);
    for my $line ($tree->lines($ROWS)) {
        $n++;
        if ($line =~ /^\s*X\((\w+), "/) { ($text, $begun) = ('', $n) }
        next if !defined $text;
        $text .= $line =~ s/\s*\\\s*$//r;
        next if $text !~ /"\)\s*$/;
        my ($id, $name, $level, $members, $about) = $text =~
            /X\((\w+),\s*"([^"]*)",\s*(\w+),\s*[01],\s*"([^"]*)",\s*(.*)\)\s*$/;
        $about = join '', $about =~ /"([^"]*)"/g if defined $about;
        $rows{$id} = { name => $name, level => lc $level, about => $about,
                       members => $members, line => $begun } if defined $id;
        $text = undef;
    }
    return \%rows;
}

# [event id, [members], line] of each oa2_audit() in a file.
sub calls {
    my ($tree, $path) = @_;
    my $all = join "\n", $tree->uncommented($path);
    my @calls;
    while ($all =~ /\boa2_audit\(([^;]*?)\bNULL\);/gs) {
        my ($call, $line) = ($1, 1 + (substr($all, 0, $-[0]) =~ tr/\n//));
        push @calls, [[$call =~ /&oa2_event_(\w+)/g],
                      [$call =~ /"(\w+)"\s*,/g], $line];
    }
    return @calls;
}

return {
    about => 'events of the audit trail: their rows, calls and document',
    run => sub {
        my ($tree) = @_;
        return if !$tree->exists($ROWS);
        my $rows = rows($tree);
        my (%used, %told, $n);
        for my $path ($tree->files(qr{^(?:src|tools)/.*\.c$})) {
            for (calls($tree, $path)) {
                my ($ids, $members, $line) = @$_;
                for my $id (@$ids) {
                    $used{$id} = 1;
                    my %may = map { $_ => 1 }
                        split ' ', ($rows->{$id} || {})->{members} // '';
                    $tree->bad($path, $line, "oa2_event_$id has no member "
                        . "\"$_\": add it to its row in $ROWS")
                        for grep { !$may{$_} && !$COMMON{$_} } @$members;
                }
            }
        }
        for my $line ($tree->exists($DOC) ? $tree->lines($DOC) : ()) {
            $n++;
            my ($name, $level, $members, $about) = $line =~
                /^\| `([\w.]+)` \| (\w+) \| ([^|]*) \| ([^|]*?)\.? \|$/;
            next if !defined $name;
            $told{$name} = { level => $level, line => $n, about => $about,
                             members => join ' ', $members =~ /`(\w+)`/g };
        }
        for my $id (sort keys %$rows) {
            my $row = $rows->{$id};
            my $told = delete $told{ $row->{name} };
            $tree->bad($ROWS, $row->{line}, "$id is noted nowhere: call "
                . 'oa2_audit() where it is decided, or remove it')
                if !$used{$id};
            if (!$told) {
                $tree->bad($ROWS, $row->{line},
                    "$row->{name} is not in $DOC: describe it there");
                next;
            }
            for my $what (qw(level members about)) {
                $tree->bad($DOC, $told->{line}, "$row->{name}: $what is not "
                    . "\"$row->{$what}\", as in $ROWS")
                    if lc $told->{$what} ne lc $row->{$what};
            }
        }
        $tree->bad($DOC, $told{$_}{line}, "$_ is no event: remove it")
            for sort keys %told;
    },
};
