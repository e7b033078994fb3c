# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Test::Http - an HTTP::Tiny that is through with a request when httpd is.
#
# httpd writes its logs, and this module the audit trail, when the answer has
# gone out, and closes the connection after that: who goes on once the body is
# there may look before they are written.

package OAuth2Test::Http;

use strict;
use warnings;

use parent 'HTTP::Tiny';

sub _open_handle {
    my ($self, @rest) = @_;
    return bless $self->SUPER::_open_handle(@rest), 'OAuth2Test::Http::Handle';
}

package OAuth2Test::Http::Handle;

use IO::Select;
use parent -norequire, 'HTTP::Tiny::Handle';

use constant PATIENCE => 5;     # seconds, for who never closes

sub close {
    my ($self) = @_;
    my $select = IO::Select->new($self->{fh});
    while ($select->can_read(PATIENCE)) {
        sysread $self->{fh}, my $rest, 4096 or last;
    }
    return $self->SUPER::close;
}

1;
