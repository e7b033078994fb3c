# SPDX-License-Identifier: Apache-2.0
#
# The audit trail: what is decided is written down, with who, what, by which
# client and from where, in the file and in the table, and never a secret
# (t/run-httpd looks for those in the file, as in all logs).

use strict;
use warnings;

use JSON::PP;
use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $app = client('au-app', redirect_uri => $uri, scope => 'read write');
my $machine = client('au-machine', grant => 'client_credentials',
                     scope => 'read');
my $password = user('au-alice');
my $file = var('audit_log');

# Of clients and users of this file's, in their order; all once $done is true.
# Each child writes its lines when it has answered, so that those of two
# requests may stand the other way round.
sub entries {
    my ($done) = @_;
    my $until = time + 5;
    my @mine;
    do {
        open my $in, '<', $file or die "$file: $!\n";
        my @lines = grep { /\n\z/ } <$in>;
        @mine = grep { ($_->{client} // '') =~ /^au-/
                       || ($_->{user} // '') =~ /^au-/ }
            map { decode_json($_) } @lines;
    } until $done->(@mine) || time > $until || !sleep 0.05;
    @mine = sort { $a->{time} cmp $b->{time} } @mine;
    return @mine;
}

sub has_event {
    my ($name, $n) = @_;
    return sub { grep({ $_->{event} eq $name } @_) >= ($n // 1) };
}

# --- what happens ------------------------------------------------------------

my $browser = OAuth2Test::Browser->new(user => 'au-alice',
                                       password => $password);
my $tokens = $browser->tokens(client_id => 'au-app', redirect_uri => $uri,
                              scope => 'read', basic => $app);
my $refresh = sub {
    request('POST', 'token', basic => $app, form =>
        [ grant_type => 'refresh_token', refresh_token => $_[0] ])
};
my $second = json($refresh->($tokens->{refresh_token}))->{refresh_token};
$refresh->($second);
# Spent, and so is its successor: theft, where there is no grace.
my $replayed = request('POST', issuer('short') . '/token', basic => $app,
                       form => [ grant_type => 'refresh_token',
                                 refresh_token => $tokens->{refresh_token} ]);
is($replayed->{status}, 400, 'a replay is refused');
log_allow(qr/OA2-4010/, 'a replay');
request('POST', 'token', basic => $machine,
        form => [ grant_type => 'client_credentials' ]);
request('POST', 'token', basic => ['au-machine', 'not its secret at all'],
        form => [ grant_type => 'client_credentials' ]);
request('POST', 'token', basic => ['au-nobody', 'not its secret at all'],
        form => [ grant_type => 'client_credentials' ]);
my $stranger = OAuth2Test::Browser->new(user => 'au-alice',
                                        password => 'quite another one');
$stranger->login($stranger->get('/oauth2/login'));
log_allow(qr/OA2-5021|OA2-3046/, 'wrong secrets');

my @want = qw(login.ok consent.given code.issued token.issued token.refreshed
              token.refreshed token.reused request.refused token.issued
              client.refused request.refused login.failed);
my @got = entries(sub { has_event('login.failed')->(@_) && @_ >= @want });
is_deeply([ map { $_->{event} } grep { !$_->{by} } @got ], \@want,
          'what was decided, in that order') or diag(explain(\@got));

subtest 'who, what, where' => sub {
    my %of = map { $_->{event} => $_ } @got;
    my $mine = address();
    for (@got) {
        like($_->{time}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
             "$_->{event}: when");
        like($_->{address}, qr/^\Q$mine\E/, "$_->{event}: from where");
        like($_->{request}, qr/^\S{8,}$/, "$_->{event}: in which request");
        is($_->{realm}, issuer(), "$_->{event}: realm");
    }
    is($of{'login.ok'}{user}, 'au-alice', 'who');
    is($of{'login.ok'}{provider}, 'oauth2', 'who vouched');
    is($of{'token.issued'}{client}, 'au-machine', 'by which client');
    is($of{'token.issued'}{user}, undef, 'nobody');
    is($of{'token.reused'}{level}, 'warning', 'how grave');
    is($of{'token.reused'}{grant}, $of{'code.issued'}{grant}, 'which grant');
    is($of{'consent.given'}{scope}, 'read', 'for what');
    is($of{'client.refused'}{why}, 'the secret is wrong', 'why');
    is($of{'login.failed'}{user}, 'au-alice', 'whose password was wrong');
};

subtest 'one request id in all logs' => sub {
    my ($entry) = grep { $_->{event} eq 'client.refused' } @got;
    open my $in, '<', var('access_log')
        or die "access_log: $!\n";
    is(scalar grep({ / \Q$entry->{request}\E / } <$in>), 1, 'access log');
};

subtest 'a name that nobody has is not written down' => sub {
    request('POST', 'token', basic => ['au-nobody-2', 'x' x 20],
            form => [ grant_type => 'client_credentials' ]);
    my $typed = OAuth2Test::Browser->new(user => 'au-a-password',
                                         password => 'typed too far up');
    $typed->login($typed->get('/oauth2/login'));
    log_allow(qr/OA2-5021|OA2-3046/, 'wrong secrets');
    sleep 0.5;
    open my $in, '<', $file or die "$file: $!\n";
    unlike(join('', <$in>), qr/au-a-password|au-nobody/, 'in no line');
};

# --- the table ---------------------------------------------------------------

sub table {
    my (@options) = @_;
    my ($status, $out) = ctl('audit', '--json', @options);
    is($status, 0, "oauth2ctl audit @options");
    return @{ decode_json($out) };
}

subtest 'the table has the same' => sub {
    my @rows = table('--user', 'au-alice');
    # Each child writes its rows when it has answered, too.
    is_deeply([ sort map { $_->{event} } grep { !$_->{by} } @rows ],
              [ sort @want[0 .. 6, 11] ], 'of a user');
    my ($reused) = grep { $_->{event} eq 'token.reused' } @rows;
    my ($line) = grep { $_->{event} eq 'token.reused' } @got;
    for (qw(level user client address request grant)) {
        is($reused->{$_}, $line->{$_}, $_);
    }
    is_deeply([ sort map { $_->{event} } table('--client', 'au-machine',
                                               '--since', '1h') ],
              [qw(client.added client.refused request.refused token.issued)],
              'of a client');
    is(scalar table('--event', 'token.reused', '--client', 'au-app'), 1,
       'an event');
    is(scalar table('--limit', 2, '--user', 'au-alice'), 2, '--limit');
    is(scalar table('--user', 'au-alice', '--since', '2099-01-01'), 0,
       '--since');
};

subtest 'the same as CSV' => sub {
    my ($status, $out) = ctl('audit', '--csv', '--user', 'au-alice');
    is($status, 0, 'oauth2ctl audit --csv');
    my @lines = split /\r\n/, $out;
    is(shift @lines, 'time,event,level,user,client,address,request,by,more',
       'the columns');
    is(scalar @lines, scalar table('--user', 'au-alice'), 'as many rows');
    like($lines[0], qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,[a-z._]+,[a-z]+,au-alice,/,
         'a row');
    ($status) = ctl('audit', '--csv', '--json');
    is($status, 2, 'one or the other');
    is(scalar table('--user', 'au-alice', '--until', '2001-01-01'), 0,
       '--until');
};

subtest 'what an administrator does' => sub {
    $browser->tokens(client_id => 'au-app', redirect_uri => $uri,
                     scope => 'read', basic => $app);
    ctl_ok('client', 'set', 'au-app', '--name', 'Another');
    ctl_ok('client', 'rotate-secret', 'au-app');
    ctl_ok('grant', 'revoke', '--user', 'au-alice');
    ctl_ok('user', 'disable', 'au-alice');
    my @by = grep { $_->{by} } table('--client', 'au-app');
    is_deeply([ map { $_->{event} } @by ],
              [qw(client.secret_rotated client.changed client.added)],
              'of the client');
    is($by[1]{what}, 'name', 'what was changed, not to what');
    like($by[0]{by}, qr/^oauth2ctl \(\S/, 'by whom');
    my @user = grep { $_->{by} } table('--user', 'au-alice');
    is_deeply([ map { $_->{event} } @user ],
              [qw(user.changed grant.revoked user.added)], 'of the user');
};

# The suite's own: the tests read what a request has left behind.
subtest 'an answer has ended when its lines are written' => sub {
    my $often = client('au-often', scope => 'read',
                       grant => 'client_credentials');
    my $late = 0;
    for (1 .. 100) {
        my $before = -s $file;
        request('POST', 'token', basic => $often,
                form => [ grant_type => 'client_credentials' ]);
        $late++ if -s $file == $before;
    }
    is($late, 0, 'each time');
};

subtest 'mistakes' => sub {
    my ($status, $out, $err) = ctl('audit', '--event', 'nonsense');
    is($status, 2, 'no such event');
    like($err // $out, qr/no such event/, 'is said');
    ($status) = ctl('audit', '--since', 'yesterday');
    is($status, 2, 'no time');
};

done_testing();
