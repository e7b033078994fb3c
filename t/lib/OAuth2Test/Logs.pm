# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Test::Logs - what the servers' logs must not say after a suite: the
# one judge of all of them (t/judge-logs is its command).
#
# httpd's own modules may speak of the machine as they like - mod_ssl of a
# libssl that is older than its headers, core of a host without a name.  What
# counts is what this module says, what was said about a client's request by
# whichever module, and the traces of a crash.

package OAuth2Test::Logs;

use strict;
use warnings;

use Exporter 'import';
use File::Temp;

our @EXPORT = qw(
    is_for_page log_complaints log_crashes log_secrets judge_logs
);

my $LEVEL = qr/(?:warn|error|crit|alert|emerg)/;

# A child that ended by a signal, or had to be killed because it did not end;
# an assertion of httpd's or libc's; what libc and the sanitizers print.
my $CRASH = qr{\bexit[ ]signal\b | \bAH0005[12]: | \bAH0004[67]:
    | \bassertion[ ].*failed | ^Assertion\b | \*\*\*:[ ]terminated
    | \b(?:free|malloc|realloc|calloc)\(\): | \bdouble[ ]free\b
    | Sanitizer | \bruntime[ ]error: | ^SUMMARY:
    | \bSegmentation[ ]fault\b }xi;

sub _lines {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!\n";
    chomp(my @lines = <$in>);
    return @lines;
}

# A line about an error page that somebody was shown: at warn, so that the
# page's reference finds it; no complaint.
sub is_for_page {
    return $_[0] =~ /\] OA2-\d{4}: .*; shown as OA2-\d{4}-\d{8}T\d{6}Z-\w{6}/
        || $_[0] =~ /\] OA2-7700: /;
}

# Lines of httpd's error log at warn and above that are ours or a client's.
sub _httpd_complaint {
    my ($line) = @_;
    my ($module) = $line =~ /^\[[^\]]*\] \[(\w*):$LEVEL\]/ or return 0;
    return 0 if is_for_page($line);
    return $module eq 'oauth2_api' || $line =~ /\bOA2-\d{4}/
        || $line =~ /\] \[(?:client|remote) /;
}

# What PostgreSQL says of our statements.  That a client has gone while it was
# being written to is none of them: a NOTIFY finds the listener of an httpd
# that is being stopped.
sub _pgsql_complaint {
    my ($line) = @_;
    return 0 if $line =~ /\bFATAL:\s+connection to client lost$/;
    return $line =~ /^\S+ \S+ \S+ \[\d+\].*\b(?:ERROR|FATAL|PANIC|WARNING):/;
}

#
# log_complaints(file, declared): what httpd's or PostgreSQL's log complains
# of, but for lines that are keys of %$declared.
#
sub log_complaints {
    my ($file, $declared) = @_;
    return grep {
        (_httpd_complaint($_) || _pgsql_complaint($_)) && !$declared->{$_}
    } _lines($file);
}

# log_crashes(file, killed): traces of crashes; killed => SIGKILL is none,
# because the suite itself sends it.
sub log_crashes {
    my ($file, $killed) = @_;
    return grep { /$CRASH/ && !($killed && /\bexit signal Killed\b/) }
        _lines($file);
}

# log_secrets(file, list): lines with one of the secrets in, which stand in
# the file `list`.  grep looks for thousands of them at once.
sub log_secrets {
    my ($file, $list) = @_;
    open my $found, '-|', 'grep', '-a', '-F', '-f', $list, '--', $file
        or die "grep: $!\n";
    chomp(my @lines = <$found>);
    close $found;
    die "grep failed on $file\n" if $? >> 8 > 1;
    return @lines;
}

#
# judge_logs(option => …): prints what is bad and answers how many kinds are.
#   httpd => [files], others => [files]  logs, those that exist
#   declared => file      lines that tests have declared, one each
#   secrets => file       what must be in none of them, one each
#   killed => 1           the suite kills children
#   broken => 1           the suite breaks things: complaints are expected
#
sub judge_logs {
    my (%o) = @_;
    my @all = grep { -e } @{ $o{httpd} || [] }, @{ $o{others} || [] };
    my %declared = map { $_ => 1 } $o{declared} ? _lines($o{declared}) : ();
    my %secret = map { $_ => 1 } grep { length >= 16 }
        $o{secrets} ? _lines($o{secrets}) : ();
    my $list = File::Temp->new;
    print {$list} map { "$_\n" } sort keys %secret;
    close $list;
    my %found;
    for my $file (@all) {
        push @{ $found{'Nobody declared these lines'} }, map { "$file: $_" }
            $o{broken} ? () : log_complaints($file, \%declared);
        push @{ $found{'A secret is in these lines'} }, map { "$file: $_" }
            log_secrets($file, $list->filename);
    }
    push @{ $found{'Crashes'} }, map { my $file = $_;
        map { "$file: $_" } log_crashes($file, $o{killed})
    } grep { -e } @{ $o{httpd} || [] };
    my $bad = 0;
    for my $what (sort grep { @{ $found{$_} } } keys %found) {
        my @lines = @{ $found{$what} };
        $bad++;
        print "$what (", scalar @lines, "):\n",
            map { "  $_\n" } @lines[0 .. ($#lines > 19 ? 19 : $#lines)];
    }
    printf "%d secrets were looked for in %d logs.\n", scalar keys %secret,
        scalar @all if %secret && !$bad;
    return $bad;
}

1;
