# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Test::Load - requests without a pause, while something else happens.
#
#   my $load = OAuth2Test::Load->new(3, sub { … one request; [status, note] });
#   …
#   my @seen = $load->stop;      # [time, seconds, status, note] of each

package OAuth2Test::Load;

use strict;
use warnings;

use OAuth2Test;
use POSIX ();
use Time::HiRes qw(time);

my $files = 0;

sub new {
    my ($class, $workers, $request) = @_;
    my $self = bless { workers => [], files => [], owner => $$ }, $class;
    for (1 .. $workers) {
        my $file = var('work') . "/load.$$." . ++$files;
        my $pid = fork() // die "cannot fork: $!\n";
        if (!$pid) {
            eval { work($file, $request); 1 } or print STDERR $@;
            # Without END blocks: they would end what others started.
            POSIX::_exit(0);
        }
        push @{ $self->{workers} }, $pid;
        push @{ $self->{files} }, $file;
    }
    return $self;
}

sub work {
    my ($file, $request) = @_;
    my $go_on = 1;
    local $SIG{TERM} = sub { $go_on = 0 };
    open my $out, '>', $file or die "$file: $!\n";
    while ($go_on) {
        my $began = time;
        my ($status, $note) = @{ $request->() };
        last if !$go_on;        # the signal may have cut it short
        syswrite $out, join(' ', $began, time - $began, $status,
                            $note // '-') . "\n";
    }
    return;
}

sub end_workers {
    my ($self) = @_;
    my @workers = splice @{ $self->{workers} };
    kill 'TERM', @workers;
    waitpid $_, 0 for @workers;
    return;
}

# A test that dies before it has called stop() leaves nobody at work.
sub DESTROY {
    my ($self) = @_;
    local $?;
    $self->end_workers if $self->{owner} == $$;
    return;
}

sub stop {
    my ($self) = @_;
    $self->end_workers;
    my @seen;
    for my $file (@{ $self->{files} }) {
        open my $in, '<', $file or next;
        push @seen, map { chomp; [ split / / ] } <$in>;
        close $in;
        unlink $file;
    }
    return sort { $a->[0] <=> $b->[0] } @seen;
}

1;
