# SPDX-License-Identifier: Apache-2.0
#
# Where administrators begin: who may, by the role or by httpd's Require, and
# what waits.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

sub person {
    my ($name) = @_;
    return OAuth2Test::Browser->new(user => $name, password => user($name));
}

sub signed_in {
    my ($browser, $where) = @_;
    return $browser->follow($browser->login($browser->get($where)));
}

my $admin = person('am-root');
ctl_ok('user', 'set', 'am-root', '--role', 'administrator');
my $stranger = person('am-bob');

like(request('GET', 'admin')->{content}, qr/<h1>Sign in/,
     'nobody is signed in');
my $page = signed_in($stranger, 'admin');
is($page->{status}, 403, 'without the role');
like($page->{content}, qr/for users with the role administrator/,
     '… and told so');
$page = signed_in($admin, 'admin');
is($page->{status}, 200, 'with the role');
like($page->{content}, qr/<h1>Administration</, 'the page');
like($page->{content},
     qr{<a href="/oauth2/admin" aria-current="page">Overview<},
     'where else to go, and where this is');

# httpd's own Require in place of the role.
$page = signed_in(person('am-carol'), '/desk');
is($page->{status}, 200, 'whom httpd lets in, without the role');
like($page->{content},
     qr{<a href="/oauth2/admin" aria-current="page">Administration<},
     '… sees that he is here');
is($stranger->get('/desk')->{status}, 403, 'and nobody else');
is($admin->get('/desk')->{status}, 403, 'not by the role either');
done_testing();
