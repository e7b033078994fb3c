# SPDX-License-Identifier: Apache-2.0
#
# Mistakes under a running httpd.  "httpd -t" refuses each of them, with its
# remedy; a start refuses alike; but a server that reads its configuration
# again never ends: what is wrong answers 503, is told once, and the other
# site of the same httpd goes on.

use strict;
use warnings;

use HTTP::Tiny;
use IO::Socket::INET;
use POSIX qw(mkfifo);
use Test::More;
use Time::HiRes qw(CLOCK_MONOTONIC clock_gettime);
use OAuth2Test;
use OAuth2Test::Server;

my $dir = var('work') . '/mistakes';
my ($port, $other) = free_ports(2);
my %var = map { $_ => var($_) }
    qw(httpd module modules htdocs pages user oauth2ctl);
my @owner = (var('child_uid'), var('child_gid'));
my $http = HTTP::Tiny->new(timeout => 10, keep_alive => 0,
                            max_redirect => 0);
my ($pid, %conf, %right);

mkdir $dir;
for my $state ("$dir/state") {
    mkdir $state, 0700;
    chown @owner, $state if !$>;
}
%right = (state => "OAuth2StateDir \"$dir/state\"",
          secret => "OAuth2SecretFile \"$dir/state/secret\"",
          pages => "OAuth2PageDir \"$var{pages}\"",
          database => "OAuth2Database sqlite3 \"$dir/state/oauth2.db\"",
          more => '');

sub write_conf {
    %conf = (%right, @_);
    spew("$dir/conf.in", <<'END', join("\n", @conf{ sort keys %conf }), "\n");
@modules@
LoadModule oauth2_api_module "@module@"
Listen       127.0.0.1:@port@
Listen       127.0.0.1:@other@
ServerName   127.0.0.1
ServerRoot   "@dir@"
DocumentRoot "@htdocs@"
PidFile      "@dir@/httpd.pid"
DefaultRuntimeDir "@dir@"
ErrorLog     "@dir@/error_log"
LogLevel     notice oauth2_api:info
TypesConfig  /etc/mime.types
StartServers     1
ServerLimit      4
ThreadsPerChild  8
MaxRequestWorkers 32
MinSpareThreads  4
MaxSpareThreads  32
@user@
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<Directory "@htdocs@">
    Require all granted
</Directory>
<VirtualHost 127.0.0.1:@port@>
    OAuth2Issuer http://127.0.0.1:@port@/oauth2
    OAuth2Scope  read "Read" default
    <Location "/oauth2">
        SetHandler oauth2
    </Location>
    <Directory "@htdocs@/api">
        AuthType OAuth2
        AuthName "Mistakes"
        Require oauth2-scope read
    </Directory>
</VirtualHost>
<VirtualHost 127.0.0.1:@other@>
    DocumentRoot "@htdocs@/api"
    <Directory "@htdocs@/api">
        AuthType None
        Require all granted
    </Directory>
</VirtualHost>
END
    my %value = (%var, dir => $dir, port => $port, other => $other);
    (my $text = slurp("$dir/conf.in")) =~ s{\@(\w+)\@}{$value{$1}}g;
    spew("$dir/httpd.conf", $text);
    return;
}

sub configtest {
    local $ENV{OAUTH2_SERVERS} = "$dir/servers.json";
    my $said = run_quiet($var{httpd}, '-t', '-f', "$dir/httpd.conf",
                         '-d', $dir);
    return ($? >> 8, $said);
}

sub get {
    my ($path, $at) = @_;
    return $http->get('http://127.0.0.1:' . ($at || $port) . $path);
}

my $log_at = 0;
sub new_lines {
    my $text = slurp("$dir/error_log");
    my $new = substr $text, $log_at;
    $log_at = length $text;
    return $new;
}

# Until no child of before is there.
sub graceful {
    my %old = map { $_ => 1 } httpd_children($pid);
    return restart_httpd($pid, "$dir/error_log")
        && wait_for(15, sub { !grep { $old{$_} } httpd_children($pid) })
        && wait_for(10, sub { get('/file.txt', $other)->{status} == 200 });
}

sub works { return get('/api/file.txt')->{status} == 401 }

# at: where the configuration or the files are wrong, and right again.
sub mistake {
    my ($name, %at) = @_;
    subtest $name => sub {
        $at{break}->() if $at{break};
        write_conf(@{ $at{conf} || [] });
        my ($status, $said) = configtest();
        isnt($status, 0, 'httpd -t refuses');
        like($said, $_, "and says $_") for @{ $at{says} };
        new_lines();
        ok(graceful(), 'a restarted httpd goes on, and its other site');
        my $lines = new_lines();
        like($lines, $at{says}[0], 'the log says it') or diag($lines);
        if ($at{serves}) {
            ok(works(), 'nothing else suffers');
        }
        else {
            for my $path ('/api/file.txt', '/oauth2/authorize', '/oauth2/token',
                          '/api/file.txt') {
                my $res = $path =~ /token/
                    ? $http->post_form("http://127.0.0.1:$port$path", {})
                    : get($path);
                is($res->{status}, 503, "$path is 503");
                like($res->{headers}{'retry-after'} // '', qr/^\d+$/,
                     'with Retry-After');
            }
            is(get('/file.txt', $other)->{status}, 200, 'the other site');
            unlike(new_lines(), qr/:(?:error|crit|alert|emerg)\]/,
                   'requests add nothing at level error');
        }
        $at{mend}->() if $at{mend};
        write_conf() if !$at{itself};
        ok(graceful(), 'restarted') if !$at{itself};
        ok(wait_for(10, \&works), $at{itself} ? 'it recovers by itself'
           : 'it is well after the remedy');
        write_conf();
        ok(graceful(), 'restarted') if $at{itself};
        ok(kill(0, $pid), 'the same httpd runs all the time');
    };
    return;
}

write_conf();
$pid = start_httpd($dir, "$dir/conf.in", { %var, port => $port,
                                           other => $other });
ok(works(), 'the right configuration works');
is((configtest())[0], 0, 'and httpd -t says so');

my $good = slurp("$dir/state/secret");
sub secret {
    my ($text, $mode) = @_;
    unlink "$dir/state/secret";
    spew("$dir/state/secret", $text);
    chmod $mode // 0600, "$dir/state/secret";
    return;
}

# --- the secret --------------------------------------------------------------

for (
    [ 'no base64url' => '§', 0600, qr/base64url/ ],
    [ 'too short' => "c2hvcnQ\n", 0600, qr/32 bytes/ ],
    [ 'empty' => '', 0600, qr/is empty/ ],
    [ 'readable for all' => $good, 0644, qr/chmod 600/ ],
) {
    my ($name, $text, $mode, $says) = @$_;
    mistake("secret file: $name",
            break => sub { secret($text, $mode) },
            says => [ qr/OA2-\d+:.*state\/secret/, $says,
                      qr/OAuth2SecretFile/ ],
            mend => sub { secret($good) });
}
mistake('secret file: in a directory that is not there',
        conf => [ secret => "OAuth2SecretFile \"$dir/none/secret\"" ],
        says => [ qr/OA2-\d+:.*none\/secret/, qr/OAuth2SecretFile/ ]);
SKIP: {
    skip 'only root can give files away', 1 if $>;
    mistake('secret file: of httpd\'s user',
            break => sub { chown @owner, "$dir/state/secret" },
            says => [ qr/OA2-\d+:.*state\/secret.*belongs to user/,
                      qr/chown it to root/ ],
            mend => sub { chown 0, 0, "$dir/state/secret" });
    mistake('secret file: a link in a directory of httpd\'s user',
            break => sub {
                spew("$dir/elsewhere", $good);
                chmod 0600, "$dir/elsewhere";
                unlink "$dir/state/secret";
                symlink "$dir/elsewhere", "$dir/state/secret";
            },
            says => [ qr/OA2-\d+:.*state\/secret.*is a link/ ],
            mend => sub { secret($good) });
}
subtest 'secret file: a link where only root could have made it' => sub {
    mkdir "$dir/own", 0755;
    symlink "$dir/state/secret", "$dir/own/secret";
    write_conf(secret => "OAuth2SecretFile \"$dir/own/secret\"");
    is((configtest())[0], 0, 'is followed');
    write_conf();
};

# --- the state directory -----------------------------------------------------

SKIP: {
    skip 'root can write everywhere, others cannot', 2 if $>;
    my $bad = "$dir/bad";
    mkdir $bad, 0755;
    mistake('state directory: httpd\'s user cannot write in it',
            conf => [ state => "OAuth2StateDir \"$bad\"",
                      secret => '', database => '' ],
            says => [ qr/OA2-\d+:.*\Q$bad\E/, qr/chown/, qr/OAuth2StateDir/ ],
            itself => 1,
            mend => sub { chown @owner, $bad });
    spew("$dir/nobodys/x");
    chown 12_345, 12_345, "$dir/nobodys";
    write_conf(state => "OAuth2StateDir \"$dir/nobodys\"", secret => '',
               database => '');
    like((configtest())[1], qr/OA2-\d+:.*nobodys.*chown/,
         'state directory: of somebody else');
}
mistake('state directory: others can write in it',
        break => sub { chmod 0777, "$dir/state" },
        says => [ qr/OA2-\d+:.*\Q$dir\E\/state/, qr/chmod 700/,
                  qr/OAuth2StateDir/ ],
        mend => sub { chmod 0700, "$dir/state" });
mistake('state directory: a file',
        conf => [ state => "OAuth2StateDir \"$dir/conf.in\"", secret => '',
                  database => '' ],
        says => [ qr/OA2-\d+:.*conf\.in/, qr/OAuth2StateDir/ ]);

# --- pages, handlers ---------------------------------------------------------

subtest 'page directory: not there' => sub {
    write_conf(pages => "OAuth2PageDir \"$dir/no-pages\"");
    my ($status, $said) = configtest();
    isnt($status, 0, 'httpd -t refuses');
    like($said, qr/OA2-\d+: OAuth2PageDir.*no-pages/, 'and says why');
    ok(graceful(), 'a restarted httpd goes on, and its other site');
    # With the installed pages, where there are some.
    like(get('/api/file.txt')->{status}, qr/^(?:401|503)$/, 'and ours');
    write_conf();
    ok(graceful() && works(), 'it is well after the remedy');
};
mistake('AuthType OAuth2 without an issuer',
        conf => [ more => "<VirtualHost 127.0.0.1:$other>\n"
                  . "ServerName second\n<Location /x>\nAuthType OAuth2\n"
                  . "AuthName x\nRequire oauth2-scope read\n</Location>\n"
                  . '</VirtualHost>' ],
        says => [ qr/OA2-7001:.*AuthType OAuth2/, qr/add it to this server/ ],
        serves => 1);

# --- databases ---------------------------------------------------------------

mistake('SQLite: a file that is something else',
        break => sub {
            spew("$dir/state/other.db", 'x' x 100);
            chown @owner, "$dir/state/other.db" if !$>;
        },
        conf => [ database => "OAuth2Database sqlite3 "
                  . "\"$dir/state/other.db\"" ],
        says => [ qr/OA2-\d+:.*(?:other\.db|SQLite|not a database)/i ],
        itself => 1, mend => sub { unlink "$dir/state/other.db" });
mistake('SQLite: a folder that is not there',
        conf => [ database => "OAuth2Database sqlite3 \"$dir/later/x.db\"" ],
        says => [ qr/OA2-\d+:.*later.*does not exist/ ],
        itself => 1,
        mend => sub {
            mkdir "$dir/later", 0700;
            chown @owner, "$dir/later" if !$>;
        });

subtest 'SQLite: a FIFO where it would look, and pages' => sub {
    run_quiet('cp', '-R', $var{pages}, "$dir/fifo-pages");
    for my $path ("$dir/state/oauth2.db-journal",
                  "$dir/fifo-pages/login.mustache") {
        unlink $path;
        mkfifo($path, 0600) or die "$path: $!\n";
        chown @owner, $path if !$>;
        write_conf($path =~ /pages/
                   ? (pages => "OAuth2PageDir \"$dir/fifo-pages\"") : ());
        new_lines();
        ok(graceful(), "$path: a restarted httpd goes on, and its other site");
        ok(wait_for(10, sub { new_lines() =~ /not a plain file/ }), 'told');
        unlink $path;
        ok(wait_for(10, \&works), 'it recovers by itself')
            if $path !~ /pages/;
    }
    write_conf();
    ok(graceful() && works(), 'it is well after the remedy');
};

subtest 'the secret under the database\'s name' => sub {
    plan skip_all => 'root gives nothing away' if $>;
    spew("$dir/state/given.db", 'x' x 43, "\n");
    chmod 0600, "$dir/state/given.db";
    write_conf(database => "OAuth2Database sqlite3 \"$dir/state/given.db\"");
    new_lines();
    ok(graceful(), 'a restarted httpd goes on, and its other site');
    ok(wait_for(10, sub { new_lines() =~ /OA2-7502: .*given\.db/ }), 'told');
    is((stat "$dir/state/given.db")[4], 0, 'it stays root\'s');
    unlink "$dir/state/given.db";
    write_conf();
    ok(graceful() && works(), 'it is well after the remedy');
};

subtest 'two issuers on a database that knew none' => sub {
    my @ctl = ($var{oauth2ctl}, '--database',
               "sqlite3 $dir/state/before.db");
    run_quiet(@ctl, 'db', 'create');
    run_quiet(@ctl, qw(client add before --public --redirect-uri
                       https://before.example/));
    write_conf(database => "OAuth2Database sqlite3 \"$dir/state/before.db\"",
               more => "<VirtualHost 127.0.0.1:$other>\nServerName second\n"
                   . "OAuth2Issuer http://localhost:$other/oauth2\n"
                   . '</VirtualHost>');
    new_lines();
    ok(graceful(), 'a restarted httpd goes on, and its other site');
    my $first = "http://127.0.0.1:$port/oauth2";
    ok(wait_for(10, sub {
        new_lines() =~ /OA2-7503: .*"\Q$first\E".*OAuth2Realm \Q$first\E/
    }), 'told: whose it is from now on');
    like(run_quiet(@ctl, 'realm', 'list'),
         qr/^\Q$first\E .*^http:\/\/localhost:$other\/oauth2 /sm,
         'the one that is written first has it');
    like(run_quiet(@ctl, 'client', 'list', '--issuer', $first),
         qr/^before /m, 'with its clients');
    ok(graceful() && new_lines() !~ /OA2-7503/, 'said once');
    write_conf();
    ok(graceful() && works(), 'it is well after the remedy');
};

subtest 'pages that link to root\'s files' => sub {
    plan skip_all => 'root reads for another' if $>;
    my $pages = "$dir/linked-pages";
    run_quiet('cp', '-R', $var{pages}, $pages);
    unlink "$pages/top.mustache";
    symlink "$dir/root-only", "$pages/top.mustache" or die "$!\n";
    spew("$dir/root-only", 'ROOT ALONE');
    chmod 0600, "$dir/root-only";
    write_conf(pages => "OAuth2PageDir \"$pages\"");
    new_lines();
    ok(graceful(), 'a restarted httpd goes on, and its other site');
    ok(wait_for(10, sub { new_lines() =~ /OA2-6001: .*top\.mustache/ }),
       'told');
    my $page = get('/oauth2/login');
    like($page->{status}, qr/^(?:200|503)$/,
         'the installed pages, where there are some');
    unlike($page->{content}, qr/ROOT ALONE/, 'and nothing of root\'s');
    write_conf();
    ok(graceful() && works(), 'it is well after the remedy');
};

# One that takes connections and never says a word; libpq waits two seconds for
# each address of it.
subtest 'PostgreSQL: silent' => sub {
    my $silent = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 99)
        or die "$!\n";
    my $hosts = join ',', ('127.0.0.1') x 10;
    write_conf(database => 'OAuth2Database pgsql "host=' . $hosts . ' port='
               . $silent->sockport . ' dbname=x user=x"');
    my $begun = clock_gettime(CLOCK_MONOTONIC);
    ok(graceful(), 'a restarted httpd goes on, and its other site');
    cmp_ok(clock_gettime(CLOCK_MONOTONIC) - $begun, '<', 12,
           'without waiting for the twenty seconds');
    is(get('/file.txt', $other)->{status}, 200, 'the other site does not');
    # Among them the one that waits for it: real, effective, saved, file system.
    my @who = map { slurp("/proc/$_/status") =~ /^Uid:\s+(.*)$/m }
        httpd_children($pid);
    my $uid = $> || var('child_uid');
    is_deeply([ grep { $_ ne join "\t", ($uid) x 4 } @who ], [],
              'who looks at it is httpd\'s user for good');
    # So that nobody is left waiting for it.
    close $silent;
    write_conf();
    ok(graceful() && works(), 'it is well after the remedy');
};

my $params = var('params');
my $empty = 'mistakes_' . $$;
run_quiet('psql', '-XAtq', '-d', cluster('superuser', var('cluster')), '-c',
          "CREATE DATABASE $empty OWNER oauth2") eq '' or die;
(my $new = $params) =~ s/dbname=\S+/dbname=$empty/;
mistake('PostgreSQL: no tables',
        conf => [ database => "OAuth2Database pgsql \"$new\"" ],
        says => [ qr/OA2-7040:/,
                  qr/sudo -u \S+ oauth2ctl --database 'pgsql .*' db create/ ],
        itself => 1,
        mend => sub {
            run($var{oauth2ctl}, '--database', "pgsql $new", 'db', 'migrate');
        });

# A cluster of Latin-1 has been good for old applications.
my $latin = "latin_$$";
my $super = cluster('superuser', var('cluster'));
(my $old = $params) =~ s/dbname=\S+/dbname=$latin/;
sub make_database {
    my ($encoding) = @_;
    run_quiet('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $super, '-c',
              $_), $? && die
        for "DROP DATABASE IF EXISTS $latin WITH (FORCE)",
            "CREATE DATABASE $latin OWNER oauth2 ENCODING $encoding "
                . q{TEMPLATE template0 LOCALE 'C'};
    return;
}
my $encoding_says = qr/database[ ]"$latin"[ ]has[ ]the[ ]encoding[ ]LATIN1.*
    createdb[ ]--owner[ ]oauth2[ ]--encoding[ ]UTF8[ ]--locale[ ]C[ ]
    --template[ ]template0[ ]${latin}_utf8/x;
make_database('LATIN1');
for my $words ([ 'db', 'create' ], [ 'db', 'status' ], [ 'db', 'migrate' ],
               [ 'client', 'list' ]) {
    like(run_quiet($var{oauth2ctl}, '--database', "pgsql $old", @$words),
         $encoding_says, "LATIN1: oauth2ctl @$words says what to do");
    isnt($?, 0, 'and fails');
}
is(run_quiet('psql', '-XAtq', '-d', $super =~ s/dbname=\S+/dbname=$latin/r,
             '-c', q{SELECT 1 FROM pg_class WHERE relname ~ '^oauth2_'}), '',
   'nothing was made there');
mistake('PostgreSQL: LATIN1',
        conf => [ database => "OAuth2Database pgsql \"$old\"" ],
        says => [ qr/OA2-2900:/, $encoding_says ],
        itself => 1,
        mend => sub {
            make_database('SQL_ASCII');
            run($var{oauth2ctl}, '--database', "pgsql $old", 'db', 'create');
        });
like(run_quiet($var{oauth2ctl}, '--database', "pgsql $old", 'user', 'add',
               "\xc5\x81ukasz", '--external'), qr/\xc5\x81ukasz/,
     'SQL_ASCII holds every name');

for (
    [ 'a misspelt parameter' => "$params hots=x", qr/"hots"/ ],
) {
    my ($name, $text, $says) = @$_;
    write_conf(database => "OAuth2Database pgsql \"$text\"");
    my ($status, $said) = configtest();
    isnt($status, 0, "PostgreSQL: $name is refused");
    like($said, $says, 'and named');
}
write_conf();

subtest 'another secret than that of the server before' => sub {
    my $another = random_text(32);
    my $told = qr/:warn\].*OA2-7533:.*state\/secret/;
    new_lines();
    # Changed as operations.md says: in steps, of which none is a mistake.
    for my $text ("$good\n$another", "$another\n$good", "$another\n",
                  "$another\n") {
        secret($text);
        ok(graceful(), 'restarted');
        unlike(new_lines(), $told, 'nothing is said');
    }
    secret($good);
    ok(graceful(), 'restarted');
    like(new_lines(), $told, 'a secret that nobody else has is told');
    ok(graceful(), 'restarted');
    unlike(new_lines(), $told, 'once');
};

subtest 'a start refuses as httpd -t does' => sub {
    end_httpd($pid);
    secret('junk');
    local $ENV{OAUTH2_SERVERS} = "$dir/servers.json";
    my $said = run_quiet($var{httpd}, '-f', "$dir/httpd.conf", '-d', $dir);
    isnt($?, 0, 'it does not start');
    like($said, qr/OA2-\d+:.*state\/secret/, 'and says why');
    secret($good);
};
done_testing();
