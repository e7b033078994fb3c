# SPDX-License-Identifier: Apache-2.0
#
# admin/health and admin/traffic: who may, what they tell, and that charts say
# the same in words and numbers.

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

my $admin = person('ah-root');
my $bob = person('ah-bob');
ctl_ok('user', 'set', 'ah-root', '--role', 'administrator');

for my $page (qw(admin/health admin/traffic)) {
    like(request('GET', $page)->{content}, qr/<h1>Sign in/,
         "$page: nobody is signed in");
    is(signed_in($bob->fresh, $page)->{status}, 403, '… without the role');
    is($bob->post($page, form => [ a => 1 ])->{status}, 405,
       '… and nothing can be sent there');
}

# --- health ------------------------------------------------------------------

my $app = client('ah-app', scope => 'read', grant => ['client_credentials']);
request('POST', 'token', basic => $app,
        form => [ grant_type => 'client_credentials' ]) for 1 .. 2;

my $page = signed_in($admin, 'admin/health');
is($page->{status}, 200, 'health');
for my $part ('Database', 'Cache', 'What other servers change',
              'Removing what has expired', 'Jobs') {
    like($page->{content}, qr/<h2>\Q$part\E <span class="badge/, $part);
}
like($page->{content}, qr{<dt>State</dt><dd>answers</dd>}, 'it answers');
like($page->{content}, qr{<dt>Room for tokens</dt><dd>[1-9]\d*</dd>},
     'room in the cache');
like($page->{content}, qr{<dt>Apps found in it</dt><dd>\d+ % of \d+</dd>},
     'what was found there');
like($page->{content}, qr{<dt>Given up</dt><dd>\d+</dd>}, 'jobs');

# --- traffic -----------------------------------------------------------------

# Attributes that a policy without inline style would not let through.
sub has_no_style {
    my ($got) = @_;
    unlike($got->{content} =~ s{<style.*?</style>}{}sr, qr/\bstyle=/,
           'no inline style');
    unlike($got->{content}, qr/<script/i, 'no script');
}

for my $case (['admin/traffic', 12, 'Last hour'],
              ['admin/traffic?span=hour', 12, 'Last hour'],
              ['admin/traffic?span=day', 24, 'Last day'],
              ['admin/traffic?span=week', 12, 'Last hour']) {
    my ($where, $rows, $now) = @$case;
    my $got = $admin->get($where);
    is($got->{status}, 200, $where);
    like($got->{content}, qr/aria-current="true">\Q$now\E</, '… of when');
    for my $id (qw(requests guarded times)) {
        like($got->{content}, qr{<svg [^>]*role="img" aria-labelledby="$id-title $id-about">\s*<title id="$id-title">[^<]+</title>\s*<desc id="$id-about">[^<]+</desc>},
             "… a chart, in words: $id");
    }
    my @rows = $got->{content} =~ m{<th scope="row"><time>\d\d:\d\d</time>–<time>\d\d:\d\d</time></th>}g;
    is(scalar @rows, $rows, '… and in numbers');
    unlike($got->{content}, qr/ d="[^"]*[^MHVLZ0-9. "][^"]*"/,
           '… paths are paths');
    has_no_style($got);
}
is($admin->get('admin/traffic?span=%3Cscript%3E')->{status}, 400,
   'a span that is none');

# Samples are taken at whole minutes; what is between two of them is known.
my @numbers = (0);
for (1 .. 180) {
    my ($row) = $admin->get('admin/traffic')->{content} =~
        m{</th>\s*((?:<td class="number">[^<]*</td>\s*)+)};
    @numbers = $row =~ /<td class="number">([^<]*)</g if $row;
    last if $numbers[0];
    sleep 1;
}
is(scalar @numbers, 8, 'the last minutes are known');
like($numbers[0], qr/^[1-9]\d*$/, '… this test has asked');
like($numbers[7], qr/^[\d.]+ (?:m|\xc2\xb5)?s$/, '… and how long it took');

done_testing();
