# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Test::Balancer - a TCP port in front of PostgreSQL's sockets, as a
# balancer has it: where a new connection goes is decided when it comes.
#
#   my $balancer = OAuth2Test::Balancer->new($port, $socket, 'successor = ');
#   $balancer->fail_over($other_socket);
#       # Returns when the next statement with this text is done: its answer is
#       # lost, all connections end but for listeners', and new ones go there.
#   $balancer->end;
#
# A socket is the path of a PostgreSQL's.  Whatever a message of its protocol
# is cut into, a short one arrives in one piece here.

package OAuth2Test::Balancer;

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC);

sub new {
    my ($class, $port, @how) = @_;
    my $listener = IO::Socket::INET->new(
        Listen => 200, LocalAddr => '127.0.0.1', LocalPort => $port,
        ReuseAddr => 1) or die "cannot listen on $port: $!\n";
    socketpair my $ours, my $its, AF_UNIX, SOCK_STREAM, PF_UNSPEC
        or die "socketpair: $!\n";
    my $pid = fork() // die "cannot fork: $!\n";
    if (!$pid) {
        close $ours;
        # It ends when the test does, whatever it ends of.
        eval { serve($listener, $its, @how); 1 } or print STDERR $@;
        POSIX::_exit(0);
    }
    close $its;
    return bless { pid => $pid, orders => $ours }, $class;
}

sub fail_over {
    my ($self, $socket) = @_;
    syswrite $self->{orders}, $socket;
    sysread $self->{orders}, my $answer, 1 or die "the balancer has ended\n";
    return;
}

sub end {
    my ($self) = @_;
    close $self->{orders};
    waitpid $self->{pid}, 0;
    return;
}

# --- in the process ----------------------------------------------------------

my (%other, %listens, %asks);   # by socket
my $select;
my $to;                         # where new connections go
my $next;                       # and soon; undef: nobody has said so
my ($statement, %named);        # its text, and the names that it has

sub drop {
    my ($socket) = @_;
    my $peer = delete $other{$socket} or return;
    delete $other{$peer};
    for ($socket, $peer) {
        delete $listens{$_};
        delete $asks{$_};
        $select->remove($_);
        close $_;
    }
    return;
}

sub accept_one {
    my ($listener) = @_;
    my $client = $listener->accept or return;
    my $server = IO::Socket::UNIX->new(Peer => $to) or return;
    @other{ $client, $server } = ($server, $client);
    $select->add($client, $server);
    return;
}

# Whether a client's bytes have the statement executed: Parse, which gives it a
# name or none, and Bind.
sub asks_it {
    my ($bytes) = @_;
    my $is_sent = index($bytes, $statement) >= 0;
    my ($name) = $bytes =~ /P.{4}(\w+)\0[^\0]*\Q$statement\E/s;
    $named{$name} = 1 if defined $name;
    return 1 if $is_sent && !defined $name;
    return scalar grep { $named{$_} } $bytes =~ /B.{4}\0(\w+)\0/sg;
}

sub pass {
    my ($socket) = @_;
    my $peer = $other{$socket} or return;
    sysread $socket, my $bytes, 65536 or return drop($socket);
    # CommandComplete: what has been asked there is done.
    return lose_all() if $asks{$peer} && $bytes =~ /C\0\0\0.[A-Z]+ [\d ]+\0/s;
    $asks{$socket} = 1 if asks_it($bytes) && defined $next;
    # Query
    $listens{$socket} = $listens{$peer} = 1 if $bytes =~ /^Q.{4}LISTEN /s;
    while (length $bytes) {
        my $sent = syswrite $peer, $bytes or return drop($socket);
        substr $bytes, 0, $sent, '';
    }
    return;
}

my $obeyed;
sub lose_all {
    drop($_) for grep { $other{$_} && !$listens{$_} } $select->handles;
    ($to, $next) = ($next, undef);
    return $obeyed->();
}

sub serve {
    my ($listener, $orders);
    ($listener, $orders, $to, $statement) = @_;
    $obeyed = sub { syswrite $orders, "\n" };
    local $SIG{PIPE} = 'IGNORE';
    $select = IO::Select->new($listener, $orders);
    while (1) {
        for my $socket ($select->can_read) {
            if ($socket == $listener) { accept_one($listener) }
            elsif ($socket == $orders) {
                sysread $orders, $next, 4096 or return;
            }
            else { pass($socket) }
        }
    }
    return;
}

1;
