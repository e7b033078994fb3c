# SPDX-License-Identifier: Apache-2.0
#
# PostgreSQL has fewer connections than the children may want: by the role's
# limit, and by max_connections.  A burst of strangers is served or answered
# 503; behind it everybody is served, by each child.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Server;

my $dir = var('work') . '/limits';
my $cluster = "$dir/pgsql";
mkdir $dir;
END { cluster('remove', $cluster) if -d $cluster }
my $params = cluster('start', $cluster);
use_database($params);
ctl_ok('db', 'migrate');
my $svc = client('li-svc', scope => 'read', grant => 'client_credentials');

sub sql {
    my ($text) = @_;
    chomp(my $said = run_quiet('psql', '-XAtq', '-d',
                               cluster('superuser', $cluster), '-c', $text));
    die "psql: $said\n" if $?;
    return $said;
}

# Four children, each of which may have eight connections.
my $template = "$dir/httpd.conf.in";
spew($template, slurp(var('template')) =~ s/^(?:Start|ServerL|Thr|M\w+)\N*\n//gmr,
     <<'END');
StartServers         4
ServerLimit          4
ThreadsPerChild      16
MaxRequestWorkers    64
MinSpareThreads      64
MaxSpareThreads      64
END
my %var = (map({ $_ => var($_) }
               qw(httpd module modules htdocs pages user driver)),
           params => $params, port => var('third_port'));
my $token = base('third') . '/oauth2/token';

sub strangers {
    return map { $_->{status} } parallel(map { [ $token, form => [
        grant_type => 'client_credentials',
        client_id => random_text(12), client_secret => 'x' x 20 ] ] } 1 .. 60);
}

sub friends {
    return map { $_->{status} } parallel(map { [ $token, basic => $svc,
        form => [ grant_type => 'client_credentials' ] ] } 1 .. $_[0]);
}

sub counted {
    my %count;
    $count{$_}++ for @_;
    return join ', ', map { "$_: $count{$_}" } sort keys %count;
}

# $free: how many connections the role may have.
sub burst {
    my ($name, $free) = @_;
    my $at = "$dir-$name";
    mkdir $at;
    mkdir "$at/state", 0700;
    chown var('child_uid'), var('child_gid'), "$at/state" if !$>;
    # Others have all but three of them, and what the strangers ask for is
    # locked for a second: the listener and two children get one each.
    my @others = map { lock_table($params, 'oauth2_audit IN ACCESS SHARE MODE') }
        1 .. $free - 3;
    my $pid = start_httpd($at, $template, { %var, state => "$at/state" });
    my $lock = lock_table(cluster('superuser', $cluster), 'oauth2_client');
    is_deeply([ map { $_->[2] } @others, $lock ],
              [ ("locked\n") x ($free - 2) ], "$name: locked");
    print {$lock->[1]} "SELECT pg_sleep(1);\n";
    close $lock->[1];
    my @seen = strangers();
    unlock_table($_) for $lock, @others;
    push @seen, map { strangers() } 1 .. 9;
    diag("$name: burst: ", counted(@seen));
    is(join(' ', grep { $_ != 401 && $_ != 503 } @seen), '',
       "$name: served or 503");
    like(slurp("$at/error_log"), qr/too many|connection slots/,
         "$name: there were too few");
    # Whoever got none during the burst tries once a second, and the others make
    # room.  Eight at once reach all four children, sooner or later.
    ok(wait_for(20, sub { !grep { $_ != 200 } map { friends(8) } 1 .. 10 }),
       "$name: everybody is served");
    my @after = map { friends(8) } 1 .. 40;
    is(counted(@after), '200: 320', "$name: and stays so");
    cmp_ok(sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'oauth2'"
               . ' AND application_name = \'mod_oauth2_api\''), '>=', 5,
           "$name: each child has one, and the listener");
    ok(end_httpd($pid), "$name: and all of it ends");
    return;
}

sql('ALTER ROLE oauth2 CONNECTION LIMIT 6');
burst('role', 6);
sql('ALTER ROLE oauth2 CONNECTION LIMIT -1');
sql('ALTER SYSTEM SET max_connections = 12');
cluster('stop', $cluster);
cluster('start', $cluster);
burst('server', 9);
done_testing();
