# SPDX-License-Identifier: Apache-2.0
#
# Who guesses passwords: by address (as mod_remoteip says it), by account, in
# parallel, at the login page and by Basic.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
client('px-app', redirect_uri => $uri, scope => 'read');
my %password = map { $_ => user($_) }
    qw(px-alice px-bob px-carol);
my %good = (client_id => 'px-app', redirect_uri => $uri, scope => 'read');

# OAuth2LoginAttempts 3: an account 3, an address 30.
my $limit = 30;

# A browser behind the proxy; undef: the proxy says nothing.
sub person {
    my ($address) = @_;
    my $person = OAuth2Test::Browser->new(issuer => 'front');
    my @header = defined $address ? ('X-Forwarded-For' => $address) : ();
    my $form = $person->form_with($person->get(
        $person->authorize(%good)->{url}), 'password');
    return sub {
        my ($n, $name, $password) = @_;
        return parallel(map { [ $form->{action},
            headers => { Cookie => $person->cookie_header, @header },
            form => $person->filled($form,
                username => $name // "px-nobody-$_",
                password => $password // "wrong-password-$_") ] } 1 .. $n);
    };
}

sub statuses {
    my %seen;
    $seen{ $_->{status} }++ for @_;
    return \%seen;
}

subtest 'one address gets no more by asking at once' => sub {
    my $seen = statuses(person('203.0.113.7')->($limit * 2));
    # While they come, a pause of 1, 2, 4 … s may end, and one more is looked
    # at: five would take half a minute.
    cmp_ok($seen->{403} // 0, '>=', $limit, 'as many are looked at');
    cmp_ok($seen->{403} // 0, '<', $limit + 5, 'as one after the other')
        or diag(explain $seen);
    is(($seen->{403} // 0) + ($seen->{429} // 0), $limit * 2, 'no more');
    $seen = statuses(person('203.0.113.8')->(1, 'px-bob',
                                             $password{'px-bob'}));
    is_deeply($seen, { 303 => 1 }, 'another address is not paused');
    log_lines();
};

subtest 'a private address has more, and is told about once' => sub {
    for my $address (undef, '10.1.2.3') {
        my $stranger = person($address);
        my $seen = statuses($stranger->($limit * 2));
        is_deeply($seen, { 403 => $limit * 2 }, 'all are looked at');
        $seen = statuses($stranger->(1, 'px-bob', $password{'px-bob'}));
        is_deeply($seen, { 303 => 1 }, 'and everybody else signs in');
    }
    # Lines of all addresses: the proxy's word counts, in the log too.
    my $log = do {
        open my $in, '<', var('error_log') or die "the log: $!\n";
        local $/;
        <$in>;
    };
    my $own = from(1);
    for my $address ($own, '10.1.2.3') {
        my @told = grep { /OA2-3602.*from \Q$address\E,/ } split /\n/, $log;
        is(scalar @told, 1, "$address: told once");
        like($told[0], qr/:warn\].*mod_remoteip/, 'with the remedy');
        OAuth2Test::Rows::declare(@told);
    }
    log_lines();
};

subtest 'an account is slowed down wherever one comes from' => sub {
    my $seen = statuses(map { person("203.0.113.$_")->(1, 'px-carol') }
                        20 .. 25);
    # The first pause is a second long, and this machine may need longer.
    cmp_ok($seen->{403} // 0, '>=', 3, 'three are looked at');
    cmp_ok($seen->{429} // 0, '>=', 1, 'and then not all')
        or diag(explain $seen);
    log_lines();
};

subtest 'a failed login leaves in steps' => sub {
    my $try = person('203.0.113.30');
    for my $name ('px-bob', 'px-nobody') {
        my $begun = time;
        is(statuses($try->(1, $name))->{403}, 1, "$name: wrong");
        cmp_ok(time - $begun, '>=', 0.2, 'not before the first step');
    }
    log_lines();
};

subtest 'Basic: AuthBasicProvider oauth2' => sub {
    my $ask = sub { request('GET', base('front') . '/open/env.cgi',
                            basic => [ @_ ])->{status} };
    is($ask->('px-alice', $password{'px-alice'}), 200, 'the right one');
    my @many = parallel(map { [ base('front') . '/open/env.cgi',
        method => 'GET', basic => [ 'px-bob', $password{'px-bob'} ] ] }
        1 .. 12);
    is_deeply(statuses(@many), { 200 => 12 }, 'often, at once');
    is($ask->('px-alice', "wrong-password-$_"), 401, "wrong: $_") for 1 .. 3;
    my $seen = grep { /OA2-7600/ } log_lines_declared();
    is($seen, 0, 'looked at');
    is($ask->('px-alice', "wrong-password-$_"), 401, "wrong: $_") for 4 .. 6;
    $seen = grep { /OA2-7600.*px-alice/ } log_lines_declared();
    cmp_ok($seen, '>', 0, 'not looked at, and told');
    is($ask->('px-nobody', 'wrong-password'), 401, 'an unknown user');
    log_lines_declared();
};

# mod_auth_basic tells of each wrong password at level error.
sub log_lines_declared {
    my @lines = log_lines();
    OAuth2Test::Rows::declare(grep { /AH0161[78]/ } @lines);
    return @lines;
}

no_complaints('all of it');
done_testing();
