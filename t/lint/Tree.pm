# SPDX-License-Identifier: Apache-2.0
#
# Tree.pm - the source tree as the checks see it: files, lines, C code without
# its comments, functions.
package Tree;
use strict;
use warnings;
use File::Find;

# Below these everything is ours; in the root only what is no artefact.
my @DIRS = qw(src tools t pages docs bench build demo.d .ci);
my $ROOT_FILE = qr{^(?: [^/]+\.(?:c|h|md|in|ac|am|sh|y?ml) | CHANGES | LICENSE
    | check | demo | \.clang-(?:format|tidy) | \.editorconfig )$}x;
# What a build in the source tree, or a test run, leaves there.
my $GENERATED = qr{(?: (?:^|/)(?:node_modules|autom4te\.cache|\.deps|\.libs
    | __pycache__|build/aux)(?:/|$)
    | \.(?:o|lo|la|a|so|log|trs|gcda|gcno|tmp|orig|rej|pyc|swp)$ | ~$
    | (?:^|/)\.dirstamp$ | ^src/store/migrations\.c$ | ^Makefile\.in$
    | ^oa2_config\.h$ )}x;

sub new {
    my ($class, $root, $module) = @_;
    my $self = bless { root => $root, module => $module, bad => [],
                       check => '' }, $class;
    $self->{files} = [$self->_files];
    return $self;
}

sub begin { my ($self, $name) = @_; $self->{check} = $name; return }
sub module { return $_[0]{module} }
sub root { return $_[0]{root} }

sub bad {
    my ($self, $file, $line, $message) = @_;
    push @{$self->{bad}}, [$file, $line, "$message [$self->{check}]"];
    return;
}

sub report {
    my ($self) = @_;
    printf "%s:%d: %s\n", @$_
        for sort { $a->[0] cmp $b->[0] || $a->[1] <=> $b->[1] }
            @{$self->{bad}};
    return scalar @{$self->{bad}};
}

# With git: what is tracked, or new and not ignored.  Without (a tarball, a
# copy): what lies there and is no artefact.  Programs and pictures have no
# lines to read: what is no text, as git sees it, is left out in both.
sub _files {
    my ($self) = @_;
    my $root = $self->{root};
    my @found;
    if (-e "$root/.git") {
        open my $git, '-|', 'git', '-c', "safe.directory=*", '-C', $root,
            qw(ls-files -z -co --exclude-standard) or die "lint: git: $!\n";
        local $/ = "\0";
        chomp(@found = <$git>);
        close $git or die "lint: git ls-files failed in $root\n";
    } else {
        find({ no_chdir => 1, wanted => sub {
            my $path = substr $File::Find::name, length("$root/");
            $File::Find::prune = 1 if -d && $path =~ $GENERATED;
            push @found, $path if -f;
        } }, grep { -e } map { "$root/$_" } @DIRS);
        opendir my $dir, $root or die "lint: $root: $!\n";
        push @found, grep { -f "$root/$_" } readdir $dir;
        closedir $dir;
    }
    my $below = join '|', map { quotemeta } @DIRS;
    return sort grep {
        -f "$root/$_" && $_ !~ $GENERATED
            && (m{^(?:$below)/} || $_ =~ $ROOT_FILE) && _is_text("$root/$_")
    } @found;
}

sub _is_text {
    my ($file) = @_;
    open my $in, '<:raw', $file or die "lint: $file: $!\n";
    read $in, my $start, 8000;
    return $start !~ /\0/;
}

# Paths, relative to the root, that match.
sub files {
    my ($self, $pattern) = @_;
    return grep { !defined $pattern || /$pattern/ } @{$self->{files}};
}

sub exists { my ($self, $path) = @_; return -e "$self->{root}/$path" }

sub text {
    my ($self, $path) = @_;
    return $self->{text}{$path} //= do {
        open my $in, '<:raw', "$self->{root}/$path"
            or die "lint: $path: $!\n";
        local $/;
        my $text = <$in> // '';
        utf8::decode($text);
        $text;
    };
}

sub _split {
    my @lines = split /\n/, $_[0], -1;
    pop @lines if @lines && $lines[-1] eq '';
    return \@lines;
}

sub lines {
    my ($self, $path) = @_;
    return @{$self->{lines}{$path} //= _split($self->text($path))};
}

sub _blank { my ($text) = @_; $text =~ s/[^\n]/ /g; return $text }

# C lines with comments blanked out; strings stay.
sub uncommented {
    my ($self, $path) = @_;
    return @{$self->{uncommented}{$path} //= do {
        my $text = $self->text($path);
        $text =~ s{("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+')|(/\*.*?\*/|//[^\n]*)}
                  {$1 // _blank($2)}gse;
        _split($text);
    }};
}

# C lines with comments and the insides of strings blanked out.
sub code {
    my ($self, $path) = @_;
    return @{$self->{code}{$path} //= do {
        my $text = join "\n", $self->uncommented($path);
        $text =~ s{(["'])((?:\\.|(?!\1)[^\\\n])*)\1}
                  {$1 . _blank($2) . $1}gse;
        _split($text);
    }};
}

# [name, first line, last line] of each function defined in a file.
sub functions {
    my ($self, $path) = @_;
    my @code = $self->code($path);
    my (@found, $start, $name);
    for my $i (0 .. $#code) {
        if (!defined $start) {
            my $opens = $code[$i] =~ /^\w.*\)\s*\{\s*$/ ? $i
                      : $code[$i] =~ /^\{/ ? $i - 1 : -1;
            next if $opens < 0 || $code[$opens] !~ /\)\s*\{?\s*$/;
            my $at = $opens;
            $at-- while $at > 0 && $code[$at] !~ /^\w/;
            next if $code[$at] !~ /(\w+)\s*\(/;
            ($start, $name) = ($at, $1);
        } elsif ($code[$i] =~ /^\}/) {
            push @found, [$name, $start + 1, $i + 1];
            undef $start;
        }
    }
    return @found;
}

# Whether a line from..to says WORD: (in a comment), which excuses it.
sub excused {
    my ($self, $path, $from, $to, $word) = @_;
    my @lines = $self->lines($path);
    $from = 1 if $from < 1;
    $to = @lines if $to > @lines;
    return scalar grep { /\b\Q$word\E: \S/ } @lines[$from - 1 .. $to - 1];
}

1;
