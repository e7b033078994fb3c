# SPDX-License-Identifier: Apache-2.0
#
# One httpd with two databases, of which the second accepts connections and
# never says a word: what is revoked in the first is refused at once, all the
# same, and stays vouched for.

use strict;
use warnings;

use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Server;

my $bound = 1;
my $dir = var('work') . '/two';
my ($port, $other_port) = free_ports(2);
my %var = map { $_ => var($_) }
    qw(httpd module modules htdocs pages user driver params template);
mkdir $dir;
mkdir "$dir/state", 0700;
chown var('child_uid'), var('child_gid'), "$dir/state" if !$>;

# The kernel accepts; nobody reads.
my $hole = IO::Socket::INET->new(Listen => 100, LocalAddr => '127.0.0.1')
    or die "listen: $!\n";
my $template = "$dir/httpd.conf.in";
spew($template, slurp($var{template}), <<"END");
Listen 127.0.0.1:$other_port
<VirtualHost 127.0.0.1:$other_port>
    OAuth2Issuer   http://127.0.0.1:$other_port/oauth2
    OAuth2Realm    other
    OAuth2Database pgsql "host=127.0.0.1 port=@{[ $hole->sockport ]} user=u dbname=d"
</VirtualHost>
END
my $pid = start_httpd($dir, $template,
                      { %var, port => $port, state => "$dir/state" });
my $base = "http://127.0.0.1:$port";
my $svc = client('tw-svc', scope => 'read', grant => 'client_credentials');

sub status {
    return request('GET', "$base/api/file.txt", bearer => $_[0])->{status};
}

sub told { return slurp("$dir/error_log") =~ $_[0] }

ok(wait_for(15, sub { told(qr/OA2-7051/) }), 'it listens in the first');
ok(wait_for(15, sub { told(qr/OA2-2040|OA2-2006/) }),
   'and has tried the second');

for my $round (1 .. 10) {
    my $token = json(request('POST', "$base/oauth2/token", basic => $svc,
                             form => [ grant_type => 'client_credentials' ]))
        ->{access_token};
    is(status($token), 200, "$round: a token works") for 1 .. 6;
    # In another moment of the second's connecting each time.
    sleep 0.37;
    ctl_ok(\"$token\n", 'token', 'revoke');
    my $began = time;
    ok(wait_for($bound, sub { status($token) == 401 }), "$round: refused")
        or diag(sprintf 'after %.1f s still not', time - $began);
    is(status($token), 401, "$round: by all") for 1 .. 6;
}

ok(!told(qr/notice\] .*OA2-7051|OA2-2300/), 'the listener was never lost');
ok(end_httpd($pid), 'and all of it ends');
done_testing();
