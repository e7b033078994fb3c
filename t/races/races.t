# SPDX-License-Identifier: Apache-2.0
#
# Races, for real: N requests whose last byte is sent at the same moment, so
# that several processes and threads of httpd work on one row at once.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $n = 20;
my $uri = 'https://app.example/callback';
my $app = client('ra-app', redirect_uri => $uri, scope => 'read');
my $password = user('ra-alice');
user('ra-guessed');
my $browser = OAuth2Test::Browser->new(user => 'ra-alice',
                                       password => $password);
my $short = OAuth2Test::Browser->new(
    issuer => 'short', user => 'ra-alice', password => $password);
my %good = (client_id => 'ra-app', redirect_uri => $uri, scope => 'read');

sub works {
    my ($token) = @_;
    return request('GET', '/api/env.cgi', bearer => $token)->{status} == 200;
}

sub statuses {
    my %count;
    $count{ $_->{status} }++ for @_;
    return \%count;
}

subtest "RFC 6749 4.1.2: $n redemptions of one code: one 200" => sub {
    for my $round (1 .. 5) {
        my $flow = $browser->authorize(%good);
        my $code = $browser->code($flow);
        my @answers = parallel(map { [ 'token', basic => $app, form =>
            [ grant_type => 'authorization_code', code => $code,
              redirect_uri => $uri, code_verifier => $flow->{verifier} ] ] }
            1 .. $n);
        is_deeply(statuses(@answers), { 200 => 1, 400 => $n - 1 },
                  "round $round: exactly one");
        my ($won) = grep { $_->{status} == 200 } @answers;
        is(scalar(grep { json($_)->{error} eq 'invalid_grant' }
                  grep { $_->{status} == 400 } @answers), $n - 1,
           'the others: invalid_grant');
        ok(!works(json($won)->{access_token}),
           'a code that was used twice takes its tokens down');
    }
    no_complaints('those who came later');
};

subtest "within the grace: $n refreshes of one token: one answer" => sub {
    for my $round (1 .. 5) {
        my $tokens = $browser->tokens(%good, basic => $app);
        my @answers = parallel(map { [ 'token', basic => $app, form =>
            [ grant_type => 'refresh_token',
              refresh_token => $tokens->{refresh_token} ] ] } 1 .. $n);
        is_deeply(statuses(@answers), { 200 => $n }, "round $round: all 200");
        my %seen;
        $seen{ json($_)->{refresh_token} }++ for @answers;
        is(scalar keys %seen, 1, 'the very same answer');
        ok(works(json($answers[0])->{access_token}), 'it works');
        my ($next) = keys %seen;
        is(request('POST', 'token', basic => $app, form =>
            [ grant_type => 'refresh_token', refresh_token => $next ])
           ->{status}, 200, 'the family goes on');
    }
    log_is(0, 'no log');
};

subtest "without grace: $n refreshes of one token: one 200" => sub {
    for my $round (1 .. 5) {
        my $tokens = $short->tokens(%good, basic => $app);
        my @answers = parallel(map { [ issuer('short') . '/token',
            basic => $app, form => [ grant_type => 'refresh_token',
              refresh_token => $tokens->{refresh_token} ] ] } 1 .. $n);
        is_deeply(statuses(@answers), { 200 => 1, 400 => $n - 1 },
                  "round $round: exactly one");
        my ($won) = map { json($_) } grep { $_->{status} == 200 } @answers;
        ok(!works($won->{access_token}), 'the family is revoked');
        is(request('POST', issuer('short') . '/token', basic => $app, form =>
            [ grant_type => 'refresh_token',
              refresh_token => $won->{refresh_token} ])->{status}, 400,
           'its refresh token too');
    }
    no_complaints('those who came later');
};

subtest 'revocation against refresh: nothing lives on' => sub {
    for my $round (1 .. 10) {
        my $tokens = $browser->tokens(%good, basic => $app);
        my @refresh = ('token', basic => $app, form =>
            [ grant_type => 'refresh_token',
              refresh_token => $tokens->{refresh_token} ]);
        my @revoke = ('revoke', basic => $app, form =>
            [ token => $tokens->{refresh_token} ]);
        my @answers = parallel([@refresh], [@revoke], [@refresh], [@revoke]);
        is($answers[1]{status}, 200, "round $round: revoked");
        my @alive = grep { works($_) }
            map { json($_)->{access_token} // () } @answers[0, 2];
        is(scalar @alive, 0, 'no token of the family works');
    }
    no_complaints('those who came later');
};

subtest "$n wrong passwords at once all count" => sub {
    from(21);
    my $person = OAuth2Test::Browser->new(issuer => 'short');
    my $page = $person->follow($person->get($person->authorize(%good)
                                            ->{url}));
    my $form = $person->form_with($page, 'password');
    my @answers = parallel(map { [ $form->{action},
        headers => { Cookie => $person->cookie_header },
        form => $person->filled($form, username => 'ra-guessed',
                                password => "wrong-password-$_") ] }
        1 .. $n);
    my $seen = statuses(@answers);
    # OAuth2LoginAttempts 3: the third makes all others wait.
    cmp_ok($seen->{403} // 0, '<=', 4, 'few were looked at')
        or diag(explain $seen);
    is(($seen->{403} // 0) + ($seen->{429} // 0), $n, 'all others wait');
    log_lines();
    from(1);
};

subtest "$n decisions by one form: one code" => sub {
    my $person = $browser->fresh;
    my $page = $person->follow($person->get($person->authorize(
        %good, prompt => 'consent')->{url}));
    $page = $person->login($page);
    my $form = $person->form_with($page, 'decision');
    my @answers = parallel(map { [ $form->{action},
        headers => { Cookie => $person->cookie_header },
        form => $person->filled($form, decision => 'allow') ] } 1 .. $n);
    my %codes = map { query_of(header($_, 'location'))->{code} // 'none' => 1 }
        @answers;
    is(scalar keys %codes, 1, 'one code, for each of them');
    ok(!$codes{none}, 'is it');
    no_complaints('those who came later');
};

# Fewer than OAuth2LoginAttempts: right passwords are attempts too.
subtest 'first logins of one user at once' => sub {
    my $file = var('file_users');
    my @people = map { OAuth2Test::Browser->new(
        user => 'file-bob', password => $file->{'file-bob'}) } 1 .. 4;
    my @forms = map {
        $_->form_with($_->follow($_->get($_->authorize(%good)->{url})),
                      'password')
    } @people;
    my @answers = parallel(map {
        my $person = $people[$_];
        [ $forms[$_]{action},
          headers => { Cookie => $person->cookie_header },
          form => $person->filled($forms[$_], username => 'file-bob',
                                  password => $file->{'file-bob'}) ]
    } 0 .. $#people);
    is_deeply(statuses(@answers), { 303 => 4 }, 'all signed in');
    my @listed = grep { $_->{username} eq 'file-bob' }
        @{ JSON::PP->new->decode(ctl_ok('--json', 'user', 'list')) };
    is(scalar @listed, 1, 'one row');
    log_lines();
};

no_complaints('all of it');
done_testing();
