# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Compat: a switch takes the server and the client, each use is noted and
# counted, and nothing else changes.

use strict;
use warnings;

use JSON::PP;
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $old = client('sw-old', redirect_uri => $uri, scope => 'read', compat =>
                 'no_pkce default_response_type deny_home');
my $new = client('sw-new', redirect_uri => $uri, scope => 'read');
client('sw-spa', public => 1, redirect_uri => $uri, scope => 'read');
my $password = user('sw-alice');
my $browser = OAuth2Test::Browser->new(user => 'sw-alice',
                                       password => $password);
my @none = (code_challenge => undef, code_challenge_method => undef);
my @bare = (@none, response_type => undef);

sub flow {
    my (%p) = @_;
    return $browser->authorize(client_id => 'sw-old', scope => 'read',
                               redirect_uri => $uri, %p);
}

# Answers the client's own redirect with that error.
sub asks {
    my ($clause, $said, $flow, %log) = @_;
    return { clause => $clause, status => 303, log => $log{log} // 1,
             send => [ GET => $flow->{url} ], then => sub {
                 my $q = query_of(header($_[0], 'location'));
                 is($q->{error}, 'invalid_request', 'error');
                 like($q->{error_description}, $said, 'said');
             } };
}

# --- who may -----------------------------------------------------------------

rows(
    asks('another client: PKCE is required', qr/code_challenge/,
         flow(client_id => 'sw-new', @none)),
    asks('another client: response_type is required',
         qr/response_type is missing/,
         flow(client_id => 'sw-new', response_type => undef)),
    asks('a server that has no switches: PKCE is required',
         qr/code_challenge is required/,
         OAuth2Test::Browser::authorize_url(
             'short', client_id => 'sw-old', redirect_uri => $uri, @none),
         log => qr/OA2-3020: .*this server does not: OAuth2Compat no_pkce/),
    asks('a server that has no switches: response_type is required',
         qr/response_type is missing/,
         OAuth2Test::Browser::authorize_url(
             'short', client_id => 'sw-old', redirect_uri => $uri,
             response_type => undef)),
    { clause => '3.1.1: a response_type that is sent is obeyed',
      status => 303, log => 1,
      send => [ GET => flow(response_type => 'token')->{url} ],
      then => sub {
          is(query_of(header($_[0], 'location'))->{error},
             'unsupported_response_type', 'error');
      } },
);
for ([ 'sw-spa', 'deny_home', qr/clients with a secret/ ],
     [ 'sw-spa', 'no_pkce', qr/public client cannot do without PKCE/ ],
     [ 'sw-old', 'get_json_bodies', qr/no compatibility switch "get_json/ ]) {
    my ($id, $words, $said) = @$_;
    my ($status, undef, $err) = ctl('client', 'set', $id, '--compat', $words);
    is($status, 2, "$id cannot have $words");
    like($err, $said, 'and why');
}

# --- what they do ------------------------------------------------------------

my $flow = flow(@bare, redirect_uri => undef);
my $tokens = $browser->redeem({ %$flow, verifier => undef },
                              $browser->code($flow), basic => $old);
is($tokens->{status}, 200, 'without PKCE, response_type and redirect_uri');
log_is({ level => 'notice', like => qr/OA2-4700: / }, 'and told');

my $again = $browser->fresh;
$flow = flow(@bare);
my $page = $again->login($again->get($flow->{url}));
my $home = $again->follow($again->get($flow->{url} . '&prompt=consent'));
$home = $again->decide($home, 'deny');
is($home->{status}, 200, 'who refuses is at home');
is($home->{url}, base() . '/oauth2/home', 'which is here');
is(header($page, 'location') ? 1 : 0, 1, 'and was asked nothing at first');
log_is(qr/OA2-5031: /, 'a refusal');
$flow = flow(client_id => 'sw-new');
my $denied = $again->walk($flow, 'deny');
is(query_of(header($denied, 'location'))->{error}, 'access_denied',
   'another client hears of it');
log_is(qr/OA2-5031: /, 'a refusal');

# --- what is kept of it ------------------------------------------------------

my $shown = decode_json(ctl_ok('client', 'show', 'sw-old', '--json'));
is_deeply([ sort @{ $shown->{compat} } ],
          [ qw(default_response_type deny_home no_pkce) ], 'the switches');
is_deeply({ map { $_ => $shown->{compat_used}{$_}{uses} }
            keys %{ $shown->{compat_used} } },
          { no_pkce => 2, default_response_type => 2, deny_home => 1 },
          'and how often they were used');
like(ctl_ok('client', 'show', 'sw-old'),
     qr/Has used +default_response_type 2 times, last on \d{4}-/, 'as text');
is_deeply(decode_json(ctl_ok('client', 'show', 'sw-new', '--json'))
          ->{compat_used}, {}, 'another client has used none');
my @noted = map { decode_json($_) } grep { /"compat\.used"/ } do {
    open my $in, '<', var('audit_log') or die "audit log: $!\n";
    <$in>;
};
is_deeply([ sort map { $_->{switch} } grep { $_->{client} eq 'sw-old' }
            @noted ],
          [ 'deny_home', ('no_pkce default_response_type') x 2 ],
          'all of it in the audit trail');

# --- and not any more --------------------------------------------------------

$shown = decode_json(ctl_ok('client', 'set', 'sw-old', '--pkce', '--json'));
is_deeply([ sort @{ $shown->{compat} } ],
          [ qw(default_response_type deny_home) ], 'one of them less');
$shown = decode_json(ctl_ok('client', 'set', 'sw-old', '--compat', '',
                            '--json'));
is_deeply($shown->{compat}, [], 'none');
settle();
rows(asks('the client has lost the switch', qr/response_type is missing/,
          flow(@bare)));
is(decode_json(ctl_ok('client', 'show', 'sw-old', '--json'))
   ->{compat_used}{deny_home}{uses}, 1, 'what was used stays to be seen');

no_complaints('all of it');
done_testing();
