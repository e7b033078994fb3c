# SPDX-License-Identifier: Apache-2.0
# debian/control against build/packages.txt: a machine that has only what the
# package asks for builds it, and runs its tests, as one that followed README.
use strict;
use warnings;

my ($LIST, $CONTROL) = ('build/packages.txt', 'debian/control');
# What every Debian build has anyway, or another package of the list brings.
my %GIVEN = map { $_ => 1 } qw(apache2-bin autoconf automake gcc libc6-dev
    libtool make pkg-config pkgconf);

# Package => line, of the group "build".
sub needed {
    my ($tree) = @_;
    my (%at, $n);
    for my $text ($tree->lines($LIST)) {
        $n++;
        $at{$1} = $n if $text =~ /^build\s+(\S+)/;
    }
    return %at;
}

# Package => line, of Build-Depends.
sub build_depends {
    my ($tree) = @_;
    my (%at, $open, $n);
    for my $text ($tree->lines($CONTROL)) {
        $n++;
        if ($text =~ /^\S/) { $open = $text =~ s/^Build-Depends:// }
        next if !$open;
        for my $package (map { split /\|/ } split /,/, $text) {
            $at{$1} = $n if $package =~ /^\s*([a-z0-9][a-z0-9.+-]+)/;
        }
    }
    return %at;
}

return {
    about => 'debian/control builds with the packages of build/packages.txt',
    run => sub {
        my ($tree) = @_;
        return if !$tree->exists($LIST) || !$tree->exists($CONTROL);
        my %listed = needed($tree);
        my %asked = build_depends($tree);
        for my $name (sort keys %listed) {
            next if $asked{$name} || $GIVEN{$name};
            $tree->bad($LIST, $listed{$name}, "$name is not in Build-Depends "
                . "of $CONTROL: add it there, where only tests need it with "
                . '<!nocheck>');
        }
        for my $name (sort keys %asked) {
            next if $listed{$name} || $GIVEN{$name}
                || $name =~ /^(?:debhelper|dh-)/;
            $tree->bad($CONTROL, $asked{$name}, "$name is not in the group "
                . "\"build\" of $LIST: add it there");
        }
    },
};
