# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Test::Server - what the suite's drivers start: directories that httpd's
# children can read, free ports, certificates, php-cgi, a PostgreSQL cluster.
# Everything that was started is ended by its process id.

package OAuth2Test::Server;

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter 'import';
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use IPC::Open2;
use POSIX qw(WNOHANG);
use Time::HiRes qw(time sleep);

our @EXPORT = qw(
    need run run_quiet slurp spew work_dir free_ports child_user make_tls
    run_tests start_process end_process start_php start_fpm
    start_httpd restart_httpd stop_httpd end_httpd httpd_children cluster
    wait_for port_answers lock_table unlock_table
);

sub slurp {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    return <$in> // '';
}

sub spew {
    my ($file, @text) = @_;
    make_path(dirname($file));
    open my $out, '>', $file or die "$file: $!\n";
    print {$out} @text;
    close $out or die "$file: $!\n";
    return $file;
}

sub run {
    system(@_) == 0 or die "failed: @_\n";
    return;
}

# Output of a command, both streams; $? is its status.
sub run_quiet {
    my $pid = open my $out, '-|';
    die "cannot fork: $!\n" if !defined $pid;
    if (!$pid) {
        open STDERR, '>&', \*STDOUT or die "dup: $!\n";
        exec @_ or die "cannot run $_[0]: $!\n";
    }
    my $text = do { local $/; <$out> };
    close $out;
    return $text // '';
}

# Ends the program, and says what installs it, when something is missing:
# programs and Perl modules, see build/need.
sub need {
    my $tool = dirname(abs_path(__FILE__)) . '/../../../build/need';
    system($tool, @_) == 0 or exit 1;
    return;
}

# A directory that every user can enter.
sub work_dir {
    my ($name) = @_;
    my $dir = tempdir("$name.XXXXXX", DIR => $ENV{TMPDIR} || '/tmp');
    chmod 0755, $dir;
    for (my $up = $dir; $up ne '/'; $up = dirname($up)) {
        die "$up: others may not enter it: set TMPDIR to where they may\n"
            if !$> && !((stat $up)[2] & 1);
    }
    return $dir;
}

# That many ports of 127.0.0.1, which are ours until this process ends.
my @holders;
sub free_ports {
    my ($count) = @_;
    my $tool = dirname(abs_path(__FILE__)) . '/../../../build/free-ports';
    open2(my $out, my $in, $tool, $count);
    my @ports = map { scalar <$out> } 1 .. $count;
    die "$tool failed\n" if grep { !defined } @ports;
    chomp @ports;
    push @holders, $in;     # it ends when this is closed
    return @ports;
}

# Whom httpd's children run as: [name, uid, gid, group].
sub child_user {
    my $name = $> ? getpwuid $> : 'nobody';
    my ($uid, $gid) = (getpwnam $name)[2, 3];
    return [ $name, $uid, $gid, scalar getgrgid $gid ];
}

# An authority and a certificate for localhost; the authority's file.
sub make_tls {
    my ($dir) = @_;
    make_path($dir);
    spew("$dir/ext", "subjectAltName=DNS:localhost,IP:127.0.0.1\n",
         "basicConstraints=critical,CA:FALSE\n");
    my @quiet = ('-batch', '-nodes', '-newkey', 'rsa:2048');
    for my $command (
        [ 'req', '-x509', @quiet, '-subj', '/CN=Suite CA', '-days', 30,
          '-keyout', "$dir/ca.key", '-out', "$dir/ca.pem" ],
        [ 'req', @quiet, '-subj', '/CN=localhost', '-keyout',
          "$dir/server.key", '-out', "$dir/server.csr" ],
        [ 'x509', '-req', '-in', "$dir/server.csr", '-CA', "$dir/ca.pem",
          '-CAkey', "$dir/ca.key", '-CAcreateserial', '-days', 30,
          '-extfile', "$dir/ext", '-out', "$dir/server.pem" ],
    ) {
        my $said = run_quiet('openssl', @$command);
        die "openssl @$command: $said\n" if $?;
    }
    return "$dir/ca.pem";
}

# --- processes ---------------------------------------------------------------

my (%process, %httpd);

sub start_process {
    my ($log, $user, @words) = @_;
    my $parent = $$;
    my $pid = fork() // die "cannot fork: $!\n";
    if (!$pid) {
        open STDIN, '<', '/dev/null' or die;
        open STDOUT, '>>', $log or die "$log: $!\n";
        open STDERR, '>&', \*STDOUT or die;
        if ($user && !$>) {
            $( = $user->[2];
            $) = "$user->[2] $user->[2]";
            ($<, $>) = ($user->[1], $user->[1]);
        }
        exec @words or die "cannot run $words[0]: $!\n";
    }
    $process{$pid} = $parent;
    return $pid;
}

sub end_process {
    my ($pid, $signal) = @_;
    delete $process{$pid} or return;
    kill $signal || 'TERM', $pid;
    for (1 .. 100) {
        return if waitpid($pid, WNOHANG) != 0;
        sleep 0.1;
    }
    kill 'KILL', $pid;
    waitpid $pid, 0;
    return;
}

#
# run_tests(sub, command…): each line that it says, on both streams, goes to
# the sub; its status.  It is a process group of its own: when this process is
# told to end, all of the command's are.
#
sub run_tests {
    my ($say, @words) = @_;
    my $pid = open my $out, '-|';
    die "cannot fork: $!\n" if !defined $pid;
    if (!$pid) {
        delete @SIG{qw(INT TERM HUP)};
        setpgrp;
        open STDERR, '>&', \*STDOUT or die "dup: $!\n";
        exec @words or die "cannot run $words[0]: $!\n";
    }
    my $done = eval { while (my $line = <$out>) { $say->($line) } 1 };
    my $why = $@;
    kill 'TERM', -$pid if !$done;
    close $out;
    die $why if !$done;
    return $?;
}

# Who is told to end takes along what he has started, as everybody else.
$SIG{$_} = sub { die "ended by SIG$_[0]\n" } for qw(INT TERM HUP);

END {
    my $status = $?;
    end_process($_) for grep { $process{$_} == $$ } keys %process;
    end_httpd($_) for grep { $httpd{$_} == $$ } keys %httpd;
    $? = $status;
}

sub start_php {
    my ($socket, $log, $user) = @_;
    my $php = (grep { -x } map { "$_/php-cgi" } split /:/, $ENV{PATH})[0]
        or die "there is no php-cgi\n";
    local $ENV{PHP_FCGI_CHILDREN} = 2;
    local $ENV{PHP_FCGI_MAX_REQUESTS} = 0;
    unlink $socket;
    my $pid = start_process($log, $user, $php, '-b', $socket);
    wait_for(10, sub { -S $socket }) or die "php-cgi did not start: $log\n";
    return $pid;
}

# php-fpm, as a distribution's package runs it.
sub start_fpm {
    my ($dir, $socket, $user) = @_;
    my ($fpm) = grep { -x } glob '/usr/sbin/php-fpm*'
        or die "no php-fpm: install php-fpm (build/packages check)\n";
    my @who = $> ? () : ("user = $user->[0]\n", "group = $user->[3]\n",
                         "listen.owner = $user->[0]\n");
    spew("$dir/fpm.conf", <<"END", @who);
[global]
error_log = $dir/log
daemonize = no
[www]
listen = $socket
pm = static
pm.max_children = 2
END
    unlink $socket;
    my $pid = start_process("$dir/log", undef, $fpm, '-n', '-y',
                            "$dir/fpm.conf");
    wait_for(10, sub { -S $socket })
        or die "php-fpm did not start:\n", slurp("$dir/log");
    return $pid;
}

# Locks a table of PostgreSQL's (TABLE [IN MODE]) until unlock_table(): [process,
# its input], which takes more SQL.
sub lock_table {
    my ($params, $table) = @_;
    my $pid = open2(my $says, my $hears, 'psql', '-XAtq', '-v',
                    'ON_ERROR_STOP=1', '-d', $params);
    print {$hears} "BEGIN; LOCK TABLE $table; SELECT 'locked';\n";
    return [ $pid, $hears, scalar readline $says ];
}

sub unlock_table {
    my ($lock) = @_;
    close $lock->[1];
    waitpid $lock->[0], 0;
    return;
}

sub wait_for {
    my ($seconds, $test) = @_;
    my $until = time + $seconds;
    while (time < $until) {
        my $value = $test->();
        return $value if $value;
        sleep 0.02;
    }
    return 0;
}

sub port_answers {
    my ($port) = @_;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port,
                                 Timeout => 2) ? 1 : 0;
}

#
# start_httpd(dir, template, {name => value}): an httpd of its own, whose files
# are in dir.  "@name@" in the template is a value.  Its process id.
#
sub start_httpd {
    my ($dir, $template, $var) = @_;
    my %all = (%$var, dir => $dir);
    (my $text = slurp($template)) =~ s{\@(\w+)\@}
        {$all{$1} // die "$template: no \@$1\@\n"}ge;
    spew("$dir/httpd.conf", $text);
    local $ENV{OAUTH2_SERVERS} = "$dir/servers.json";
    my $said = run_quiet($all{httpd}, '-f', "$dir/httpd.conf", '-d', $dir);
    my $log = "$dir/error_log";
    $? and die "httpd did not start: $said\n", -e $log ? slurp($log) : '';
    wait_for(15, sub { -s "$dir/httpd.pid" && port_answers($all{port}) })
        or die "httpd does not answer:\n", -e $log ? slurp($log) : '';
    chomp(my $pid = slurp("$dir/httpd.pid"));
    $httpd{$pid} = $$;
    return $pid;
}

# Its children; none when it has gone.
sub httpd_children {
    my ($pid) = @_;
    open my $in, '<', "/proc/$pid/task/$pid/children" or return;
    my @children = split ' ', <$in> // '';
    return @children;
}

sub _times_ready {
    my ($log) = @_;
    my $text = slurp($log);
    return scalar(() = $text =~ /\bAH00489: /g);
}

#
# restart_httpd(pid, log): gracefully, and by the signal, which no test of the
# configuration comes before; true when the files have been read anew, which
# its log says, and a child that has come since is there.  Of the two a child
# alone says nothing: httpd may have had one to start just then, before it
# looks at the files, and who changes them now ends it.
#
sub restart_httpd {
    my ($pid, $log) = @_;
    my %old = map { $_ => 1 } httpd_children($pid);
    my $before = _times_ready($log);
    kill 'USR1', $pid;
    return wait_for(30, sub {
        _times_ready($log) > $before
            && grep { !$old{$_} } httpd_children($pid)
    });
}

# Ends it as Debian's unit does, apachectl graceful-stop; true when it is gone.
# A stop by SIGTERM shuts the sockets of connections down that another thread
# of the child may be giving back: mpm_event crashes there now and then.
sub stop_httpd {
    my ($pid) = @_;
    kill 'WINCH', $pid;
    return wait_for(60, sub { !kill 0, $pid });
}

# One of start_httpd()'s.
sub end_httpd {
    my ($pid) = @_;
    delete $httpd{$pid} or return 1;
    return stop_httpd($pid);
}

# t/pgsql-cluster; what it prints.
sub cluster {
    my $tool = dirname(abs_path(__FILE__)) . '/../../pgsql-cluster';
    open my $out, '-|', $tool, @_ or die "$tool: $!\n";
    my $line = do { local $/; <$out> } // '';
    close $out or die "pgsql-cluster @_ failed\n";
    chomp $line;
    return $line;
}

1;
