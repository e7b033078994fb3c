# SPDX-License-Identifier: Apache-2.0
#
# Links.pm - whether the links of Markdown files lead somewhere: to a file that
# is there, and to a heading of it.  Addresses of other hosts are not looked at.
package Links;
use strict;
use warnings;
use File::Basename qw(dirname);

sub _text {
    my ($path) = @_;
    open my $in, '<:encoding(UTF-8)', $path or die "links: $path: $!\n";
    local $/;
    return scalar <$in>;
}

# Its lines; code, which is no text, is empty.
sub _lines {
    my ($path) = @_;
    my $fence;
    return map {
        my $line = $_;
        if ($line =~ /^\s*(```|~~~)/) {
            $fence = !defined $fence ? $1 : $fence eq $1 ? undef : $fence;
            $line = '';
        }
        defined $fence ? '' : $line;
    } split /\n/, _text($path);
}

# As GitHub makes them of headings.
sub _anchors {
    my ($path) = @_;
    my (%anchor, %count);
    for (_lines($path)) {
        my ($text) = /^#{1,6}\s+(.*?)\s*#*\s*$/ or next;
        $text =~ s/\[([^\]]*)\]\([^)]*\)/$1/g;
        $text = lc $text;
        $text =~ s/[^\w\- ]//g;
        $text =~ tr/ /-/;
        my $n = $count{$text}++;
        $anchor{$n ? "$text-$n" : $text} = 1;
    }
    return \%anchor;
}

# [file, line, what is wrong] of each bad link; files are relative to root.
sub bad {
    my ($root, @files) = @_;
    my (@bad, %anchors);
    for my $file (@files) {
        my $n = 0;
        for my $line (_lines("$root/$file")) {
            $n++;
            (my $text = $line) =~ s/`[^`]*`//g;
            while ($text =~ /\]\(([^()\s]+)(?:\s+"[^"]*")?\)/g) {
                my ($path, $anchor) = $1 =~ /^([^#]*)(?:#(.*))?$/;
                next if $path =~ /^[a-z][a-z+.-]*:/i;
                my $to = $path eq '' ? $file
                    : dirname($file) eq '.' ? $path
                    : dirname($file) . "/$path";
                1 while $to =~ s{(?:^|(?<=/))(?!\.\./)[^/]+/\.\./}{};
                if (!-e "$root/$to") {
                    push @bad, [$file, $n, "the link to $path leads nowhere"];
                    next;
                }
                next if !defined $anchor;
                $anchors{$to} //= $to =~ /\.md$/ ? _anchors("$root/$to") : {};
                push @bad, [$file, $n, "$to has no heading #$anchor"]
                    if !$anchors{$to}{$anchor};
            }
        }
    }
    return @bad;
}

1;
