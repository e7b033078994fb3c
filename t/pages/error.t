# SPDX-License-Identifier: Apache-2.0
#
# The error page's reference: this incident's, found in the log at the level
# that Debian's httpd has; and no stranger fills the log by asking for pages.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
client('er-app', redirect_uri => $uri, scope => 'read');
my %wrong = (client_id => 'er-app', scope => 'read',
             redirect_uri => "$uri/elsewhere");

sub reference {
    my ($res) = @_;
    return $res->{content} =~ /(OA2-\d{4}-\d{8}T\d{6}Z-[a-z2-9]{6})\b/ ? $1
                                                                       : '';
}

sub shown_at {
    my ($reference, @lines) = @_;
    my @mine = grep { /\Q$reference\E/ } @lines;
    return @mine == 1 && $mine[0] =~ /^\[[^\]]*\] \[\w*:(\w+)\]/ ? $1 : '';
}

sub page {
    my (%p) = @_;
    return request('GET', OAuth2Test::Browser->new->authorize(%wrong, %p)
                   ->{url});
}

# Addresses share lanes, and other files have pages too: one of these has a
# turn, or nobody has.
subtest 'at the default level' => sub {
    my ($reference, $level);
    for my $host (10 .. 60) {
        from($host);
        $reference = reference(page());
        $level = shown_at($reference, log_lines());
        last if $level eq 'warn';
    }
    from(1);
    is($level, 'warn', 'the line is at warn');
    like($reference, qr/^OA2-5011-/, 'it says what kind of error it was');
    my ($y, $m, $d) = $reference =~ /-(\d{4})(\d\d)(\d\d)T/;
    my @now = gmtime;
    cmp_ok(abs(($y - 1900 - $now[5]) * 366 + ($m - 1 - $now[4]) * 31
               + $d - $now[3]), '<=', 30, 'and when');
};

my %kinds = (
    'unknown client' => sub { page(client_id => 'er-nobody') },
    'wrong redirect URI' => sub { page() },
    'no such path' => sub {
        request('GET', 'nothing', headers => { Accept => 'text/html' })
    },
    'no waiting request' => sub { request('POST', 'consent', form => []) },
    'a bad encoding' => sub { request('GET', url('authorize') . '?a=%ff') },
);
for my $kind (sort keys %kinds) {
    subtest $kind => sub {
        my @references = map { reference($kinds{$kind}->()) } 1 .. 2;
        my @lines = log_lines();
        like($references[0], qr/^OA2/, 'the page has a reference');
        isnt($references[0], $references[1], 'another one each time');
        like(shown_at($_, @lines), qr/^(?:warn|info)$/, 'the log has it, once')
            for @references;
    };
}

subtest 'what a program gets has no reference' => sub {
    my $res = request('POST', 'token', form => [ a => 1 ]);
    is(join(' ', sort keys %{ json($res) }), 'error error_description',
       'RFC 6749 5.2, as it was');
    my @lines = log_lines();
    is(scalar(grep { /shown as/ } @lines), 0, 'nor its line');
    like($lines[0], qr/:info\]/, 'which is at info');
};

subtest 'a busy stranger' => sub {
    from(99);
    my $began = time;
    my @answers = parallel(map { [ 'authorize', method => 'GET' ] } 1 .. 200);
    my $minutes = 2 + int((time - $began) / 60);
    is(scalar(grep { $_->{status} == 400 } @answers), 200, '200 pages');
    my @lines = log_lines();
    my %pid;
    for (@lines) { $pid{$1}++ if /\[pid (\d+)/ }
    my $loud = grep { /:warn\].*shown as/ } @lines;
    is(scalar(grep { /shown as/ } @lines), 200, 'each has its line');
    cmp_ok($loud, '<=', 6 * $minutes * keys %pid,
           'at warn no more than six a minute and process');
    from(1);
};

no_complaints('all of it');
done_testing();
