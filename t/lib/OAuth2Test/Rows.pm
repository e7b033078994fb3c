# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Test::Rows - tables of clauses.  A row is a request, the answer that a
# clause of an RFC asks for, and what the server's log has to say about it:
#
#   rows(
#     { clause => 'RFC 6749 5.2: unknown grant',
#       send   => [POST => 'token', form => […], basic => $client],
#       status => 400,
#       json   => {error => 'unsupported_grant_type'},
#       log    => qr/OA2-\d{4}/ },
#   );
#
# send: arguments of request(), or a sub that answers a response.
# json, headers: by name: text, a pattern, undef (must be absent) or a sub.
# body: a pattern, or several.  then: a sub that tests more.
# log: 0 (nothing), 1 (one OA2 line at info), a pattern (the same, and it
#   matches), or {level, like}; 'any' looks away.  Not given: 1 for a status
#   of 400 and up, else 0.  A warning or error that no row declares fails.
#   The line of an error page has the page's reference, and may be at warn.

package OAuth2Test::Rows;

use strict;
use warnings;

use Exporter 'import';
use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Logs qw(is_for_page);

our @EXPORT = qw(rows row log_lines log_allow log_is no_complaints);

my $log = var('error_log');
my $offset = -s $log || 0;

# Each line that this file's addresses caused since the last call.
sub log_lines {
    my $mine = address();
    open my $in, '<', $log or die "$log: $!\n";
    seek $in, $offset, 0;
    my @lines;
    while (my $line = <$in>) {
        last if $line !~ /\n\z/;
        $offset = tell $in;
        chomp $line;
        push @lines, $line if $line =~ /\[(?:client|remote) \Q$mine\E/;
    }
    return @lines;
}

sub level_of { return $_[0] =~ /^\[[^\]]*\] \[\w*:(\w+)\]/ ? $1 : '' }

# A declared complaint is told to t/run-httpd, which fails on all others.
sub declare {
    open my $out, '>>', var('declared') or die "cannot declare: $!\n";
    syswrite $out, "$_\n" for @_;
    return;
}

sub complaints {
    return grep { level_of($_) =~ /^(?:warn|error|crit|alert|emerg)$/
                  && !is_for_page($_) } @_;
}

sub level_is {
    my ($line, $level) = @_;
    return level_of($line) eq $level
        || (is_for_page($line) && level_of($line) eq 'warn');
}

# The lines of a request, waiting a little for the one that is expected.
sub lines_for {
    my ($wanted) = @_;
    my @lines = log_lines();
    my $until = time + 2;
    while ($wanted && !grep({ /OA2-\d{4}/ } @lines) && time < $until) {
        sleep 0.02;
        push @lines, log_lines();
    }
    return @lines;
}

# What httpd's own modules may say of the requests since the last look.
sub log_allow {
    my ($pattern, $name) = @_;
    my @lines = log_lines();
    declare(grep { /$pattern/ } @lines);
    my @bad = complaints(grep { !/$pattern/ } @lines);
    is(scalar @bad, 0, "$name: no other complaint")
        or diag(map { "  $_\n" } @bad);
    return;
}

sub log_is {
    my ($want, $name) = @_;
    return no_complaints($name, log_lines()) if !ref $want && $want eq 'any';
    my @lines = lines_for($want);
    my %want = ref $want eq 'HASH' ? %$want
        : ref $want ? (like => $want) : ();
    my $level = $want{level} || 'info';
    my @ours = grep { /OA2-\d{4}: / && !/OA2-7700: / } @lines;
    my @others = grep { !/OA2-\d{4}: / } @lines;
    if (!$want) {
        is(scalar @ours, 0, "$name: nothing of ours is logged")
            or diag(map { "  $_\n" } @ours);
    }
    else {
        my $right = @ours == 1 && level_is($ours[0], $level)
            && (!$want{like} || $ours[0] =~ $want{like});
        ok($right, "$name: logged once, at $level")
            or diag("wanted $level ", $want{like} // '', "; got:\n",
                    map { "  $_\n" } @ours);
        declare(@ours) if $right;
        @ours = () if $right;
    }
    my @declared = $want{also} ? grep { /$want{also}/ } @others : ();
    declare(@declared);
    my %declared = map { $_ => 1 } @declared;
    my @bad = complaints(@ours, grep { !$declared{$_} } @others);
    is(scalar @bad, 0, "$name: no complaint") or diag(map { "  $_\n" } @bad)
        if @bad;
    return;
}

# Nothing at warn or above, since the last look or among these lines.
sub no_complaints {
    my ($name, @lines) = @_;
    @lines = log_lines() if !@lines;
    my @bad = complaints(@lines);
    is(scalar @bad, 0, "$name: no warning and no error")
        or diag(map { "  $_\n" } @bad[0 .. ($#bad > 9 ? 9 : $#bad)]);
    return;
}

# --- expectations ------------------------------------------------------------

sub shown { return defined $_[0] ? "'$_[0]'" : 'nothing' }

sub value_is {
    my ($got, $want, $name) = @_;
    if (ref $want eq 'CODE') { ok($want->($got), $name) or diag(shown($got)) }
    elsif (ref $want eq 'Regexp') { like($got // '', $want, $name) }
    elsif (ref $want) { is_deeply($got, $want, $name) }
    elsif (!defined $want) {
        ok(!defined $got, "$name: absent") or diag(shown($got));
    }
    else { is($got, $want, $name) }
    return;
}

sub json_is {
    my ($res, $want, $name) = @_;
    like(header($res, 'content-type') // '', qr{^application/json\b},
         "$name: is JSON");
    my $json = json($res);
    value_is($json->{$_}, $want->{$_}, "$name: $_") for sort keys %$want;
    # RFC 6749 section 5.2: what error and error_description may hold
    for (grep { defined $json->{$_} } qw(error error_description)) {
        like($json->{$_}, qr/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/,
             "$name: characters of $_");
    }
    return;
}

# One row; the response, for whoever wants more of it.
sub row {
    my ($row) = @_;
    my $name = $row->{clause};
    my @before = complaints(log_lines());
    is(scalar @before, 0, "$name: quiet before") or diag(@before) if @before;
    my $res = ref $row->{send} eq 'CODE' ? $row->{send}->()
        : request(@{ $row->{send} });
    my $status = $res->{status};
    if (ref $row->{status}) { like($status, $row->{status}, "$name: status") }
    else {
        is($status, $row->{status}, "$name: status")
            or diag(substr $res->{content} // '', 0, 400);
    }
    json_is($res, $row->{json}, $name) if $row->{json};
    for my $header (sort keys %{ $row->{headers} || {} }) {
        value_is(header($res, $header), $row->{headers}{$header},
                 "$name: $header");
    }
    for my $body (ref $row->{body} eq 'ARRAY' ? @{ $row->{body} }
                  : $row->{body} // ()) {
        like($res->{content}, $body, "$name: body");
    }
    $row->{then}->($res) if $row->{then};
    log_is($row->{log} // ($status >= 400 ? 1 : 0), $name);
    return $res;
}

sub rows {
    for my $row (@_) {
        subtest($row->{clause} => sub { row($row) });
    }
    return;
}

1;
