# SPDX-License-Identifier: Apache-2.0
#
# Several servers on one PostgreSQL: what one of them, or oauth2ctl, revokes
# is refused by all of them at once.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Server qw(wait_for);

my $uri = 'https://app.example/callback';
my $bound = 1;
my $second = 'http://127.0.0.1:' . var('second_port');
my $app = client('fl-app', redirect_uri => $uri, scope => 'read');
my $password = user('fl-alice');
my $browser = OAuth2Test::Browser->new(user => 'fl-alice',
                                       password => $password);

sub fresh {
    return $browser->fresh->tokens(client_id => 'fl-app', scope => 'read',
                                   redirect_uri => $uri, basic => $app);
}

my @places = ('/api/file.txt', "$second/api/file.txt");

sub statuses {
    my ($token) = @_;
    return join ' ', map { request('GET', $_, bearer => $token)->{status} }
        @places;
}

# Warm everywhere, change something, refused everywhere within $bound.
sub goes {
    my ($name, $change) = @_;
    my $tokens = fresh();
    statuses($tokens->{access_token}) for 1 .. 15;
    is(statuses($tokens->{access_token}), '200 200', "$name: works");
    $change->($tokens);
    my $began = time;
    ok(wait_for($bound, sub {
        statuses($tokens->{access_token}) eq '401 401'
    }), "$name: refused by both");
    diag(sprintf '%s: %.3f s', $name, time - $began);
    # No process anywhere remembers it.
    my @late = map { statuses($tokens->{access_token}) } 1 .. 10;
    is(scalar(grep { $_ ne '401 401' } @late), 0, "$name: and stays so");
    return $tokens;
}

goes('revoke at the first', sub {
    request('POST', 'revoke', basic => $app,
            form => [ token => $_[0]{access_token} ]);
});
goes('revoke at the second', sub {
    request('POST', "$second/oauth2/revoke", basic => $app,
            form => [ token => $_[0]{refresh_token} ]);
});
goes('oauth2ctl token revoke', sub {
    ctl_ok(\"$_[0]{access_token}\n", 'token', 'revoke');
});
goes('oauth2ctl grant revoke', sub {
    ctl_ok('grant', 'revoke', '--user', 'fl-alice', '--client', 'fl-app');
});
goes('a replayed code', sub {
    my $flow = $browser->authorize(client_id => 'fl-app', scope => 'read',
                                   redirect_uri => $uri);
    my $code = $browser->fresh->code($flow);
    my $tokens = json($browser->redeem($flow, $code, basic => $app));
    statuses($tokens->{access_token}) for 1 .. 5;
    $_[0]{access_token} = $tokens->{access_token};
    $browser->redeem($flow, $code, basic => $app);
});
my $tokens = goes('oauth2ctl client disable', sub {
    ctl_ok('client', 'disable', 'fl-app');
});
ctl_ok('client', 'enable', 'fl-app');
ok(wait_for($bound, sub {
    statuses($tokens->{access_token}) eq '200 200'
}), 'oauth2ctl client enable: works again');
goes('oauth2ctl user disable', sub {
    ctl_ok('user', 'disable', 'fl-alice');
});
ctl_ok('user', 'enable', 'fl-alice');
sleep 0.5;
goes('oauth2ctl user remove', sub {
    ctl_ok('user', 'remove', 'fl-alice', '--yes');
});
$password = user('fl-alice');
$browser = OAuth2Test::Browser->new(user => 'fl-alice',
                                    password => $password);
goes('oauth2ctl client remove', sub {
    ctl_ok('client', 'remove', 'fl-app', '--yes');
});

subtest 'a secret that was rotated' => sub {
    my $svc = client('fl-svc', scope => 'read',
                     grant => 'client_credentials');
    my $ask = sub {
        my ($secret) = @_;
        join ' ', map { request('POST', "$_/oauth2/token", form =>
            [ grant_type => 'client_credentials' ],
            basic => [ 'fl-svc', $secret ])->{status} } base(), $second;
    };
    is($ask->($svc->[1]), '200 200', 'works') for 1 .. 5;
    my $new = random_text(24);
    ctl_ok(\"$new\n", 'client', 'rotate-secret', 'fl-svc', '--secret-stdin',
           '--overlap', '0');
    ok(wait_for($bound, sub { $ask->($svc->[1]) eq '401 401' }),
       'the old one is refused by both');
    is($ask->($new), '200 200', 'the new one works at both');
};
done_testing();
