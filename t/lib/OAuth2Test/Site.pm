# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Test::Site - requests to the named hosts of t/conf/edge.conf.in.
#
#   ask(METHOD, 'site', '/path', option => …)
#
# with the options of request(): headers => {} (a value can be a list), form,
# body, basic, bearer.  Paths are sent as they are.

package OAuth2Test::Site;

use strict;
use warnings;

use Exporter 'import';
use OAuth2Test;

our @EXPORT = qw(ask line_for);

sub line_for {
    my ($method, $site, $path, %o) = @_;
    my %headers = %{ $o{headers} || {} };
    my $body = $o{body} // '';
    if ($o{form}) {
        $body = form_encode($o{form});
        $headers{'Content-Type'} //= 'application/x-www-form-urlencoded';
    }
    $headers{Authorization} = basic_auth(@{ $o{basic} }) if $o{basic};
    $headers{Authorization} = 'Bearer ' . note_secret($o{bearer})
        if defined $o{bearer};
    $headers{'Content-Length'} = length $body
        if length $body || $method eq 'POST';
    my @lines = map {
        my $name = $_;
        map { "$name: $_" }
            ref $headers{$name} ? @{ $headers{$name} } : $headers{$name};
    } sort keys %headers;
    return join "\r\n", "$method $path HTTP/1.1", "Host: $site.test",
        'Connection: close', @lines, '', $body;
}

sub ask {
    return raw_request(line_for(@_), port => var('edge_port'));
}

1;
