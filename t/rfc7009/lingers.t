# SPDX-License-Identifier: Apache-2.0
#
# How long what an administrator takes away with oauth2ctl lingers, beside a
# running httpd: RFC 7009 section 2.1 ("Implementations should minimize that
# window").  docs/operations.md, "How soon a change counts", has the table: what
# is stored is asked of the database each time, so it is gone at once; what is
# cached for less than 5 seconds on SQLite, where nobody can be told, and for
# the way of a notification on PostgreSQL.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $bound = var('db') eq 'pgsql' ? 1 : 5;
my $uri = 'https://app.example/callback';
my @way = (redirect_uri => $uri, scope => 'read write');
my @both = ('authorization_code', 'refresh_token', 'client_credentials');

# A client, a user and what they have of each other.
sub scene {
    my ($name) = @_;
    my $app = client("li-$name", @way, grant => \@both);
    my $browser = OAuth2Test::Browser->new(user => "li-u-$name",
                                           password => user("li-u-$name"));
    my @for = (client_id => "li-$name", @way);
    my $tokens = $browser->tokens(@for, basic => $app);
    my $flow = $browser->authorize(@for);
    return { name => $name, app => $app, browser => $browser, for => \@for,
             tokens => $tokens, flow => $flow,
             code => $browser->code($flow) };
}

sub used {
    my ($s, $own) = @_;
    return request('GET', '/api/env.cgi',
                   bearer => $own ? $s->{own} : $s->{tokens}{access_token})
        ->{status};
}

sub refreshed {
    my ($s) = @_;
    return request('POST', 'token', basic => $s->{app}, form => [
        grant_type => 'refresh_token',
        refresh_token => $s->{tokens}{refresh_token} ]);
}

sub redeemed {
    my ($s) = @_;
    return $s->{browser}->redeem($s->{flow}, $s->{code},
                                 basic => $s->{app});
}

sub granted {
    my ($s, @form) = @_;
    return request('POST', 'token', basic => $s->{app}, form =>
        [ grant_type => 'client_credentials', @form ]);
}

sub error_of { return json($_[0])->{error} // '' }

# The page or redirect that the person gets who is signed in.
sub asked {
    my ($s) = @_;
    my $browser = $s->{browser};
    return $browser->follow($browser->get($browser->authorize(
        @{ $s->{for} })->{url}));
}

my %scene = map { $_ => scene($_) }
    qw(disabled removed redirect scope secret user out revoked token alone);
my %old = map { $_ => $scene{$_}{tokens}{refresh_token} } keys %scene;

# Cached as late as can be.
sub warm {
    is(used($_), 200, "$_->{name}: works") for ($_[0]) x 2;
    $_[0]{own} = json(granted($_[0]))->{access_token};
    is(used($_[0], 'own'), 200, "$_[0]{name}: a token for itself");
    return;
}

my %change = (
    disabled => sub { ctl_ok('client', 'disable', 'li-disabled') },
    removed => sub { ctl_ok('client', 'remove', 'li-removed', '--yes') },
    redirect => sub {
        ctl_ok('client', 'set', 'li-redirect', '--redirect-uri', "$uri/new");
    },
    scope => sub { ctl_ok('client', 'set', 'li-scope', '--scope', 'read') },
    secret => sub {
        ctl_ok(\"@{[ random_text(24) ]}\n", 'client', 'rotate-secret',
               'li-secret', '--secret-stdin', '--overlap', '0');
    },
    user => sub { ctl_ok('user', 'disable', 'li-u-user') },
    out => sub { ctl_ok('user', 'remove', 'li-u-out', '--yes') },
    alone => sub { ctl_ok('grant', 'revoke', '--client', 'li-alone') },
    revoked => sub { ctl_ok('grant', 'revoke', '--user', 'li-u-revoked') },
    token => sub {
        ctl_ok(\"$scene{token}{tokens}{access_token}\n", 'token', 'revoke');
    },
);
for my $name (sort keys %change) {
    warm($scene{$name});
    $change{$name}->();
}
my $changed = time;

subtest 'what is stored is gone at once' => sub {
    like(error_of(redeemed($scene{$_})), qr/^invalid_(?:grant|client)$/,
         "$_: no token for a code") for qw(disabled removed user out revoked alone);
    like(error_of(refreshed($scene{$_})), qr/^invalid_(?:grant|client)$/,
         "$_: none for a refresh token")
        for qw(disabled removed user out revoked alone);
    is(error_of(granted($scene{$_})), 'invalid_client',
       "$_: none for itself") for qw(disabled removed secret);
    is(granted($scene{alone})->{status}, 200,
       'alone: one for itself, as its secret is good');
    for (qw(user out)) {
        my $page = asked($scene{$_});
        ok($scene{$_}{browser}->form_with($page, 'password'),
           "$_: signed out");
    }
    log_lines();
};

sleep 0.01 while time < $changed + $bound;
subtest "what is cached, $bound s later" => sub {
    is(used($scene{$_}, 'own'), 401, "$_: the access token for itself")
        for qw(disabled removed secret alone);
    for my $name (qw(disabled removed user out revoked token alone)) {
        is(used($scene{$name}), 401, "$name: the access token") for 1 .. 4;
    }
    is(error_of(granted($scene{$_})), 'invalid_client',
       "$_: the client") for qw(disabled removed secret);
    is(asked($scene{redirect})->{status}, 400,
       'redirect: no page leads to the old URI');
    is(error_of(redeemed($scene{redirect})), 'invalid_grant',
       'redirect: nor does a code that was under way');
    is(error_of(granted($scene{scope}, scope => 'write')), 'invalid_scope',
       'scope: cannot be asked for');
    my $narrow = json(refreshed($scene{scope}));
    is($narrow->{scope}, 'read', 'scope: a refresh token gives what is left');
    log_lines();
};

subtest 'an access token that was issued keeps its scope' => sub {
    is(used($scene{$_}), 200, "$_: until it expires, or is revoked")
        for qw(scope redirect secret);
    log_lines();
};

no_complaints('all of it');
done_testing();
