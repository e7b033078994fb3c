# SPDX-License-Identifier: Apache-2.0
#
# Mails: two servers on one PostgreSQL run a program with each, once; it fails,
# hangs, or is not done when httpd restarts, and nobody waits for it.  A link
# that sets a password is in the mail, and in no log.

use strict;
use warnings;

use JSON::PP;
use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Server;

my $dir = var('work') . '/mail';
my $box = "$dir/box";
my @port = free_ports(2);
my %var = map { $_ => var($_) } qw(httpd module modules htdocs pages user
    params driver oauth2ctl);
mkdir $_ for $dir, $box, "$dir/one", "$dir/two";
chmod 0777, $box;

# A sendmail: what it was told is a file of the box; what it does next stands
# in the file "do".
spew("$dir/sendmail", <<"END");
#!/bin/sh
n=\$(mktemp -u $box/XXXXXX)
{ for a in "\$@"; do echo "arg: \$a"; done; env | sed 's/^/env: /'; echo; cat; } > \$n.tmp
mv \$n.tmp \$n.mail
. $box/do
END
chmod 0755, "$dir/sendmail";

sub does { spew("$box/do.new", "$_[0]\n"); rename "$box/do.new", "$box/do"; return }

does('exit 0');
my $template = "$dir/httpd.conf.in";
spew($template, slurp(var('template')), <<"END");
CustomLog "\@dir\@/requests_log" "%r %q"
OAuth2SiteName "Gr\xc3\xbc\xc3\x9fe & Co"
OAuth2MailCommand "$dir/sendmail -t 'two words' -oi"
OAuth2MailFrom accounts\@example.com
END

my (%pid, $secret);
for my $name (qw(one two)) {
    my $state = "$dir/$name/state";
    mkdir $state, 0700;
    chown var('child_uid'), var('child_gid'), $state if !$>;
    run('cp', '-p', var('work') . '/first/state/secret', "$state/secret");
    $pid{$name} = start_httpd("$dir/$name", $template, {
        %var, port => $port[ $name eq 'two' ], state => $state });
}
my $base = "http://127.0.0.1:$port[0]";

sub ctl_here {
    local $ENV{OAUTH2_SERVERS} = "$dir/one/servers.json";
    return ctl_ok(@_);
}

sub mails { return map { slurp($_) } sort glob "$box/*.mail" }
sub empty { unlink glob "$box/*.mail"; return }

sub row {
    my ($user) = @_;
    my $out = run_quiet('psql', '-AtX', '-F', "\t", '-d', var('params'), '-c',
        'SELECT attempts, due IS NULL, error FROM oauth2_job '
        . "WHERE kind = 'mail' AND text LIKE '%\"$user\"%'");
    chomp $out;
    return [ split /\t/, $out ];
}

sub sql { return run_quiet('psql', '-AtXq', '-d', var('params'), '-c', $_[0]) }

# Due now, whatever the pause.
sub hurry { return sql('UPDATE oauth2_job SET due = 0 WHERE due IS NOT NULL'
    . " AND leased_until = 0 AND kind = 'mail'") }

sub told { return scalar grep { slurp("$dir/$_/error_log") =~ $_[0] } qw(one two) }

subtest 'each once, and as it should be' => sub {
    my @users = map { "ma-$_" } 1 .. 10;
    ctl_here('user', 'invite', $_, '--mail', "$_\@example.com") for @users;
    ok(wait_for(40, sub { mails() == @users }), 'all are sent');
    sleep 6;
    is(scalar(mails()), 10, 'and none twice');
    is(sql("SELECT count(*) FROM oauth2_job WHERE kind = 'mail'") + 0, 0,
       'nothing waits any more');
    my ($mail) = grep { /^To: ma-3\@example\.com$/m } mails();
    my ($about, $head, $body) = split /\n\n/, $mail, 3;
    is_deeply([ $about =~ /^arg: (.*)$/mg ], [ '-t', 'two words', '-oi' ],
              'its arguments');
    is_deeply([ grep { !/^(?:PATH|LANG|TZ|PWD|SHLVL|_|OLDPWD)$/ }
                $about =~ /^env: (\w+)=/mg ], [], 'and nothing of httpd\'s');
    like($head, qr/^From: =\?UTF-8\?B\?\S+\?= <accounts\@example\.com>$/m,
         'From');
    like($head, qr/^Subject: =\?UTF-8\?B\?/m, 'Subject');
    like($head, qr/^Auto-Submitted: auto-generated$/m, 'nobody is to answer');
    unlike($head, qr/^$|ticket/m, 'no link in the head');
    like($body, qr/Gr\xc3\xbc\xc3\x9fe & Co/, 'text, not HTML');
    like($body, qr/^Your user name: ma-3$/m, 'whose');
    my ($link) = $body =~ m{^(http://\S+/oauth2/set-password\?ticket=oa2t_\S+)$}m;
    ok($link, 'the link') or return;
    note_secret($link =~ s/.*=//r);
    is(scalar(grep { /\Q$link\E/ } mails()), 1, '… which is one user\'s');

    # From the link to a login; at the other server.
    my $person = OAuth2Test::Browser->new(user => 'ma-3');
    my $page = $person->get($link);
    is($page->{status}, 200, 'the page');
    is(header($page, 'referrer-policy'), 'no-referrer', 'tells nobody');
    unlike($page->{content}, qr/oa2t_/, 'the link is not in it');
    my $password = note_secret(random_text(12));
    my $done = $person->submit($person->form_with($page, 'again'),
                               password => $password, again => $password);
    like($done->{content}, qr/Your password is set/, 'the password is set');
    is($person->get($link)->{status}, 404, 'once');
    $person->{password} = $password;
    my $app = client('ma-app', redirect_uri => 'https://app.example/callback',
                     scope => 'read');
    ok($person->fresh->tokens(client_id => 'ma-app', scope => 'read',
        basic => $app, redirect_uri => 'https://app.example/callback')
        ->{access_token}, 'and signs in');
    ok(told(qr/OA2-5510/), 'a link that is none is told');
    for my $name (qw(one two)) {
        for my $log (glob "$dir/$name/*_log") {
            unlike(slurp($log), qr/oa2t_\w/, "no link in $log");
        }
    }
    like(slurp("$dir/one/requests_log") . slurp("$dir/two/requests_log"),
         qr/ticket=oa2t_\.{43}/, 'what is logged of it');
};

subtest 'it fails' => sub {
    empty();
    does('echo "oops: no route" >&2; exit 75');
    ctl_here('user', 'invite', 'ma-f', '--mail', 'ma-f@example.com');
    ok(wait_for(20, sub { mails() == 1 && told(qr/ OA2-8501: mail: attempt 1 of 12/) }),
       'told');
    my $row = row('ma-f');
    is($row->[0], 1, 'one attempt');
    like($row->[2], qr/ended with status 75, and said: oops: no route/,
         'why, in the row');
    # What quotes the mail is kept back.
    does("grep oa2t_ $box/*.mail >&2; exit 1");
    hurry();
    ok(wait_for(20, sub { row('ma-f')->[0] == 2 && row('ma-f')->[2] =~ /status 1/ }),
       'again');
    unlike(row('ma-f')->[2], qr/said|oa2t/, 'nothing of the mail');
    sql("UPDATE oauth2_job SET attempts = 11, due = 0 WHERE kind = 'mail'");
    ok(wait_for(20, sub { (row('ma-f')->[1] // '') eq 't' }), 'given up');
    ok(wait_for(5, sub { told(qr/oauth2_api:error\].* mail: attempt 12 of 12, given up/) }),
       'which is told');
    does('exit 0');
    hurry();
    sleep 6;
    is(row('ma-f')->[1], 't', 'and stays so');
    sql("DELETE FROM oauth2_job WHERE kind = 'mail'");
};

# How long the child of a server lives that has what hangs.
subtest 'httpd restarts while it hangs' => sub {
    empty();
    does("echo \$\$ > $box/pid; trap '' TERM; sleep 600 & wait");
    ctl_here('user', 'invite', 'ma-h', '--mail', 'ma-h@example.com');
    ok(wait_for(20, sub { -s "$box/pid" }), 'it is being sent');
    is(request('GET', "$base/oauth2/home")->{status}, 200, 'nobody waits');
    my $began = time;
    chomp(my $hung = slurp("$box/pid"));
    kill 'USR1', $_ for values %pid;
    ok(wait_for(8, sub { !kill 0, $hung }), 'it is ended');
    cmp_ok(time - $began, '<', 8, 'soon');
    does('exit 0');
    ok(wait_for(10, sub { (row('ma-h')->[2] // '') =~ /before httpd did/ }),
       'and the row says why');
    hurry();
    ok(wait_for(20, sub { @{ row('ma-h') } == 0 }), 'then it is sent');
};

# Whoever has claimed it is gone: its lease ends.
subtest 'httpd is killed while it hangs' => sub {
    empty();
    unlink "$box/pid";
    does("echo \$\$ \$PPID > $box/pid; exec sleep 600");
    ctl_here('user', 'invite', 'ma-k', '--mail', 'ma-k@example.com');
    ok(wait_for(20, sub { -s "$box/pid" }), 'it is being sent');
    my ($hung, $child) = split ' ', slurp("$box/pid");
    kill 'KILL', $child, $hung;
    does('exit 0');
    sleep 6;
    is(row('ma-k')->[0], 1, 'it is somebody\'s until then');
    sql("UPDATE oauth2_job SET due = 0, leased_until = 0 WHERE kind = 'mail'");
    ok(wait_for(30, sub { @{ row('ma-k') } == 0 }), 'another one sends it');
    cmp_ok(scalar(mails()), '==', 2, 'to whom it may have been sent');
};

end_httpd($_) for values %pid;
done_testing();
