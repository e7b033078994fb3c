# SPDX-License-Identifier: Apache-2.0
#
# What an access log can tell of a request: docs/operations.md.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time sleep);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $app = client('al-app', redirect_uri => $uri, scope => 'read write');
my $browser = OAuth2Test::Browser->new(user => 'al-alice',
                                       password => user('al-alice'));
my $token = $browser->tokens(client_id => 'al-app', redirect_uri => $uri,
                             scope => 'read', basic => $app)->{access_token};
my $machine = client('al-machine', grant => 'client_credentials',
                     scope => 'read');
my $machines = json(request('POST', 'token', basic => $machine, form =>
    [ grant_type => 'client_credentials' ]))->{access_token};

# The client and the subject in the line of this request, which comes once its
# answer has gone out; so does that of the one before.
sub logged {
    my ($method, $where, @more) = @_;
    open my $in, '<', var('access_log') or die "access_log: $!\n";
    seek $in, 0, 2;
    request($method, $where, @more);
    my $mine = address();
    my $text = '';
    my $until = time + 5;
    while (time < $until) {
        local $/;
        $text .= <$in> // '';
        my ($line) = $text =~ /^(\Q$mine\E\S* \S+ $method \Q$where\E .*)\n/m;
        return join ' ', (split / /, $line)[-2, -1] if defined $line;
        sleep 0.02;
        seek $in, 0, 1;
    }
    return 'no line';
}

like(logged('GET', '/api/env.cgi', bearer => $token), qr/^al-app [\w-]{20,}$/,
     'the client, and its user\'s number');
is(logged('GET', '/api/env.cgi', bearer => $machines), 'al-machine -',
   'a client without a user');
is(logged('POST', '/limit/env.cgi', bearer => $token, form => []) =~ s/ .*//r,
   'al-app', 'who was refused for its scope');
is(logged('GET', '/api/env.cgi'), '- -', 'nobody');
is(logged('GET', '/api/env.cgi', bearer => 'x' x 60), '- -', 'a bad token');
is(logged('GET', '/api/env.cgi',
          headers => { 'OAUTH2_CLIENT_ID' => 'al-forged' }), '- -',
   'no header can put anything there');
log_allow(qr/OA2-\d+/, 'what was refused');

done_testing();
