# SPDX-License-Identifier: Apache-2.0
#
# The issuer in authorization answers: RFC 9207 sections 2 and 3.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
client('is-app', redirect_uri => $uri, scope => 'read');
my $password = user('is-alice');

for my $server (qw(main tls short)) {
    my $browser = OAuth2Test::Browser->new(
        issuer => $server, user => 'is-alice', password => $password);
    my %good = (client_id => 'is-app', redirect_uri => $uri,
                scope => 'read');
    my $res = $browser->walk($browser->authorize(%good));
    is(query_of(header($res, 'location'))->{iss}, issuer($server),
       "2: $server: with a code");
    $res = $browser->get($browser->authorize(%good, scope => 'fly')->{url});
    is(query_of(header($res, 'location'))->{iss}, issuer($server),
       "2: $server: with an error");
    my $metadata = json(request('GET', base($server)
        . '/.well-known/oauth-authorization-server'
        . (issuer($server) =~ m{^https?://[^/]+(.*)})[0]));
    is($metadata->{issuer}, issuer($server), "2.4: $server: metadata");
    ok($metadata->{authorization_response_iss_parameter_supported},
       "3: $server: metadata says so");
}
log_lines();

no_complaints('all of it');
done_testing();
