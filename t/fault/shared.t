# SPDX-License-Identifier: Apache-2.0
#
# Memory that outlives a configuration, on SQLite, where nobody else tells
# what was revoked: old and new children go by the same counters whatever a
# restart has changed, and what no configuration uses is given back.

use strict;
use warnings;
no warnings 'portable';

use IO::Socket::INET;
use Test::More;
use OAuth2Test;
use OAuth2Test::Server;

my $dir = var('work') . '/shared';
my ($port) = free_ports(1);
my %var = map { $_ => var($_) }
    qw(httpd module modules htdocs pages user oauth2ctl);
mkdir $dir;
mkdir "$dir/state", 0700;
chown var('child_uid'), var('child_gid'), "$dir/state" if !$>;
my $file = "$dir/state/oauth2.db";
my $pid = start_httpd($dir, var('template'), {
    %var, port => $port, state => "$dir/state", driver => 'sqlite3',
    params => $file });
my $conf = slurp("$dir/httpd.conf");
my $base = "http://127.0.0.1:$port";
my $secret = note_secret(random_text(24));
{
    open my $to, '|-', $var{oauth2ctl}, '--database', "sqlite3 $file",
        qw(client add sh-svc --secret-stdin --scope read --grant
           client_credentials) or die "oauth2ctl: $!\n";
    print {$to} "$secret\n";
    close $to or die "oauth2ctl failed\n";
}

sub token {
    return json(request('POST', "$base/oauth2/token",
                        basic => [ 'sh-svc', $secret ], form =>
                        [ grant_type => 'client_credentials' ]))
        ->{access_token};
}

sub status {
    return request('GET', "$base/api/file.txt", bearer => $_[0])->{status};
}

# New children are there; old ones may go on with what they have begun.
sub restart {
    return restart_httpd($pid, "$dir/error_log")
        && wait_for(15, sub { port_answers($port) });
}

# --- revocations -------------------------------------------------------------

# All of a request but its last line, to a child of now.
sub begin {
    my ($token) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $port, Timeout => 5)
        or die "connect: $!\n";
    print {$socket} "GET /api/file.txt HTTP/1.1\r\nHost: 127.0.0.1:$port\r\n"
        . "Connection: close\r\nAuthorization: Bearer $token\r\n";
    $socket->flush;
    return $socket;
}

sub finish {
    my ($socket) = @_;
    print {$socket} "\r\n";
    $socket->flush;
    local $/;
    my ($status) = (<$socket> // '') =~ m{^HTTP/1\.1 (\d+)};
    return $status // 0;
}

sub change {
    my ($name, $change) = @_;
    subtest "old and new children, $name" => sub {
        my $token = token();
        my @begun = map { begin($token) } 1 .. 2;
        # Until a child has each of them in its hands.
        select undef, undef, undef, 0.5;
        $change->();
        ok(restart(), 'restarted');
        is(finish($begun[0]), 200, 'an old child has looked it up');
        is(request('POST', "$base/oauth2/revoke",
                   basic => [ 'sh-svc', $secret ],
                   form => [ token => $token ])->{status}, 200,
           'a new child has revoked it');
        is(finish($begun[1]), 401, 'the old child knows');
        is(status($token), 401, 'the new ones too');
    };
    return;
}

sub rotate {
    my $text = slurp("$dir/state/secret");
    open my $out, '>>', "$dir/state/secret" or die "secret: $!\n";
    print {$out} note_secret(random_text(43)), "\n";
    close $out;
    return;
}

change('nothing changed', sub { });
change('another OAuth2CacheSize', sub {
    spew("$dir/httpd.conf", $conf, "OAuth2CacheSize 9m\n");
});
change('another OAuth2CacheEntrySize', sub {
    spew("$dir/httpd.conf", $conf, "OAuth2CacheEntrySize 512\n");
});
change('another secret beside the first', \&rotate);

# --- memory ------------------------------------------------------------------

sub shared_bytes {
    my $sum = 0;
    for (split /\n/, slurp("/proc/$pid/maps")) {
        my ($from, $to) = /^(\w+)-(\w+) \S*s / or next;
        $sum += hex($to) - hex $from;
    }
    return $sum;
}

subtest 'what is not used is given back' => sub {
    my $restarted = 0;
    for my $n (1 .. 44) {
        spew("$dir/httpd.conf", $conf, 'OAuth2CacheSize ',
             4 * 1024 * 1024 + 4096 * $n, "\n");
        $restarted += restart() ? 1 : 0;
    }
    is($restarted, 44, 'graceful restarts, each with another size');
    # A generation's is given back when its last child has ended.
    ok(wait_for(30, sub { shared_bytes() < 8 * 1024 * 1024 }),
       'the parent holds no more than one cache of 4 MiB and what is beside it')
        or diag(shared_bytes() . ' bytes');
    is(status(token()), 200, 'it works');
};
ok(end_httpd($pid), 'httpd ends');
done_testing();
