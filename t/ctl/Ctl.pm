# SPDX-License-Identifier: Apache-2.0
#
# Ctl.pm - runs the real oauth2ctl against a database of the test's own: a
# SQLite file, and a schema in the PostgreSQL that OA2_TEST_PGSQL names (libpq
# parameters), when it does.
#
# Every secret that a test uses is told to secret(); at the end none may be in
# anything that was printed on standard error, nor in the database file.
package Ctl;
use strict;
use warnings;
use Cwd qw(abs_path);
use Digest::SHA qw(sha256_base64);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Temp qw(tempdir tempfile);
use JSON::PP;
use POSIX ();
use Test::More;

our @EXPORT = qw(each_database run_ctl on_terminal secret told builddir digest
                 serves);

my $here = dirname(abs_path(__FILE__));
my (@secrets, @stderr, $schemas);
my @ends;

sub builddir { return $ENV{OA2_BUILDDIR} || abs_path('.') }
sub program { return $ENV{OAUTH2CTL} || builddir() . '/oauth2ctl' }

die 'There is no ' . program() . ": set OA2_BUILDDIR or OAUTH2CTL\n"
    unless -x program();

# No httpd of this machine has a say.
$ENV{OAUTH2_SERVERS} = '/nonexistent/servers.json';
delete $ENV{OAUTH2_DATABASE};

# As the store writes it.
sub digest { return sha256_base64($_[0]) =~ tr{+/}{-_}r }

sub secret { push @secrets, @_; return $_[0] }

# What standard error held so far; and that no secret is in it.
sub told {
    my $all = join '', @stderr;
    my @found = grep { index($all, $_) >= 0 } @secrets;
    is(scalar @found, 0, 'no secret on standard error');
    return $all;
}

sub slurp {
    my ($file) = @_;
    open my $in, '<:raw', $file or die "$file: $!";
    local $/;
    my $text = <$in>;
    return defined $text ? $text : '';
}

# {status, out, err} of a command; stdin: its standard input ('' otherwise).
sub run_command {
    my ($words, %with) = @_;
    my (undef, $in) = tempfile(UNLINK => 1);
    my (undef, $out) = tempfile(UNLINK => 1);
    my (undef, $err) = tempfile(UNLINK => 1);
    open my $to, '>:raw', $in or die $!;
    print $to $with{stdin} if defined $with{stdin};
    close $to;
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if (!$pid) {
        open STDIN, '<', $in or die $!;
        open STDOUT, '>', $with{stdout} || $out or die $!;
        open STDERR, '>', $err or die $!;
        $ENV{$_} = $with{env}{$_} for keys %{$with{env} || {}};
        exec { $words->[0] } @$words or exit 127;
    }
    waitpid $pid, 0;
    my %result = (status => $? & 127 ? "signal " . ($? & 127) : $? >> 8,
                  out => slurp($out), err => slurp($err));
    push @stderr, $result{err};
    unlink $in, $out, $err;
    return \%result;
}

# What httpd would have written about itself; serves => [{…}, …].
sub serves {
    my ($file, %with) = @_;
    my @rows = map { {
        server => 'localhost:80', realm => $_->{issuer}, password => \0,
        state_dir => '/nonexistent', secret_file => '/nonexistent/secret', %$_
    } } @{$with{serves}};
    open my $out, '>', $file or die "$file: $!";
    print $out JSON::PP->new->utf8->encode({
        user => $with{user} || 'nobody', servers => \@rows });
    close $out;
    chmod 0644, $file;
    return { OAUTH2_SERVERS => $file };
}

sub run_ctl {
    my ($words, %with) = @_;
    return run_command([program(), @$words], %with);
}

# Runs it on a terminal: waits for each text, then types what follows it.
# {status, out, echo}: out is what the terminal showed.
sub on_terminal {
    my ($talk, $words) = @_;
    my $result = run_command(['python3', "$here/on-terminal", @$talk, '--',
                              program(), @$words]);
    push @stderr, $result->{out};
    $result->{echo} = $1 if $result->{err} =~ /^echo (\w+)$/m;
    return $result;
}

# ------------------------------------------------------------- a database

sub psql {
    my ($sql) = @_;
    my $result = run_command(['psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-d',
                              $ENV{OA2_TEST_PGSQL}, '-c', $sql]);
    die "psql: $result->{err}" if $result->{status};
}

sub new {
    my ($class, $driver) = @_;
    my $self = bless { driver => $driver, dir => tempdir(CLEANUP => 1) },
        $class;
    if ($driver eq 'pgsql') {
        $self->{schema} = sprintf 'oa2ctl_%d_%d', $$, ++$schemas;
        psql("CREATE SCHEMA $self->{schema}");
        push @ends, "DROP SCHEMA $self->{schema} CASCADE";
        $self->{params} = "$ENV{OA2_TEST_PGSQL} "
            . "options=-csearch_path=$self->{schema}";
        $self->{database} = "pgsql $self->{params}";
    }
    else {
        $self->{params} = "$self->{dir}/oauth2.sqlite3";
        $self->{database} = "sqlite3 $self->{params}";
    }
    return $self;
}

END {
    my $status = $?;
    psql("SET client_min_messages = warning; $_") for @ends;
    $? = $status;
}

# A subtest for each database; ready: its tables are made before.
sub each_database {
    my ($test) = @_;
    for my $driver ('sqlite3', $ENV{OA2_TEST_PGSQL} ? 'pgsql' : ()) {
        subtest $driver => sub {
            my $db = Ctl->new($driver);
            $db->works(['db', 'create']);
            $test->($db);
            told();
            $db->check_file;
        };
    }
}

sub run {
    my ($self, $words, %with) = @_;
    return run_ctl(['--database', $self->{database}, @$words], %with);
}

sub label { return join ' ', map { length $_ ? $_ : "''" } @{$_[0]} }

# It works: what it printed.
sub works {
    my ($self, $words, %with) = @_;
    my $result = $self->run($words, %with);
    is($result->{status}, 0, label($words))
        or diag $result->{err};
    return $result->{out};
}

sub json {
    my ($self, $words, %with) = @_;
    my $text = $self->works(['--json', @$words], %with);
    my $value = eval { JSON::PP->new->utf8->decode($text) };
    ok(defined $value, label($words) . ': JSON')
        or diag "$@ in $text";
    return $value;
}

# It exits with this status, says this, and prints nothing.
sub fails {
    my ($self, $status, $says, $words, %with) = @_;
    my $result = $self->run($words, %with);
    is($result->{status}, $status, label($words) . " exits with $status");
    like($result->{err}, $says, '… and says why');
    is($result->{out}, '', '… and prints nothing');
    return $result;
}

# No secret is stored as it is.
sub check_file {
    my ($self) = @_;
    return if $self->{driver} ne 'sqlite3';
    my $bytes = join '', map { slurp($_) } glob "$self->{params}*";
    my @found = grep { index($bytes, $_) >= 0 } @secrets;
    is(scalar @found, 0, 'no secret in the database');
}

sub json_quietly {
    my ($self, $words) = @_;
    return JSON::PP->new->utf8->decode(
        $self->run(['--json', @$words])->{out});
}

# Commands at the same time; stdin goes to the first.
sub both {
    my ($self, @commands) = @_;
    my $stdin = ref $commands[-1] ? '' : pop @commands;
    my @pids;
    for my $n (0 .. $#commands) {
        my $pid = fork;
        die "fork: $!" if !defined $pid;
        if (!$pid) {
            my $result = $self->run($commands[$n],
                                    stdin => $n ? '' : $stdin);
            print STDERR $result->{err} if $result->{status};
            POSIX::_exit($result->{status});
        }
        push @pids, $pid;
    }
    for my $pid (@pids) {
        waitpid $pid, 0;
        die "a command failed: @{[map { label($_) } @commands]}\n" if $?;
    }
}

# The only column of the only row.
sub value {
    my ($self, $sql) = @_;
    my $result = $self->{driver} eq 'pgsql'
        ? run_command(['psql', '-AtX', '-d', $ENV{OA2_TEST_PGSQL}, '-c',
                       "SET search_path = $self->{schema}", '-c', $sql, '-q'])
        : run_command(['python3', '-c', <<'END', $self->{params}, $sql]);
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])
END
    die $result->{err} if $result->{status};
    chomp(my $value = $result->{out});
    return $value;
}

# Does to the database what oauth2ctl does not do.
sub sql {
    my ($self, $sql) = @_;
    return psql("SET search_path = $self->{schema}; $sql")
        if $self->{driver} eq 'pgsql';
    my $result = run_command(['python3', '-c', <<'END', $self->{params}, $sql]);
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript(sys.argv[2])
END
    die "sqlite3: $result->{err}" if $result->{status};
}

# Grants and tokens of a user for a client: t/ctl/seed.c.
sub seed {
    my ($self, @words) = @_;
    my $result = run_command([builddir() . '/t/ctl/seed', $self->{driver},
                              $self->{params}, @words]);
    is($result->{status}, 0, 'seed') or diag $result->{err};
    my %tokens = $result->{out} =~ /^(\w+) (\S+)$/mg;
    secret(grep { /^oa2[ar]_/ } values %tokens);
    return \%tokens;
}

1;
