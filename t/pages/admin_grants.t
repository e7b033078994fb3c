# SPDX-License-Identifier: Apache-2.0
#
# admin/grants, admin/grants/tokens and admin/scopes: who may, what is shown,
# and that what is taken back is gone, and in the audit trail.

use strict;
use warnings;

use JSON::PP qw(decode_json);
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/ag';

sub person {
    my ($name) = @_;
    return OAuth2Test::Browser->new(user => $name, password => user($name));
}

sub signed_in {
    my ($browser, $where) = @_;
    return $browser->follow($browser->login($browser->get($where)));
}

my $admin = person('ag-root');
ctl_ok('user', 'set', 'ag-root', '--role', 'administrator');
my ($alice, $bob) = (person('ag-alice'), person('ag-bob'));
my $app = client('ag-app', redirect_uri => $uri, scope => 'read write',
                 introspect => 'own',
                 grant => ['authorization_code', 'refresh_token',
                           'client_credentials']);
my $other = client('ag-other', redirect_uri => $uri, scope => 'read');

sub tokens {
    my ($browser, $id, $secret) = @_;
    return $browser->fresh->tokens(client_id => $id, redirect_uri => $uri,
                                   scope => 'read', basic => $secret);
}

sub is_good {
    my ($token) = @_;
    return json(request('POST', 'introspect', basic => $app,
                        form => [token => $token->{access_token}]))->{active};
}

my $first = tokens($alice, 'ag-app', $app);
my $second = tokens($bob, 'ag-app', $app);
my $third = tokens($alice, 'ag-app', $app);
my $foreign = tokens($bob, 'ag-other', $other);
ok(is_good($first) && is_good($second) && is_good($third), 'three accesses');

# --- who ---------------------------------------------------------------------

for my $page (qw(admin/grants admin/grants/tokens admin/scopes)) {
    like(request('GET', $page)->{content}, qr/<h1>Sign in/,
         "$page: nobody is signed in");
    is(signed_in($alice->fresh, $page)->{status}, 403, '… without the role');
}
my $page = signed_in($admin, 'admin/grants');
is($page->{status}, 200, 'with the role');
like($page->{content}, qr{aria-current="page">Access<}, 'where this is');

# --- lists -------------------------------------------------------------------

sub users { return $_[0]->{content} =~ /<th scope="row"[^>]*><bdi>(.*?)</g }

is_deeply([sort(users($admin->get('admin/grants?client=ag-app')))],
          [qw(ag-alice ag-alice ag-bob)], 'of an app');
is_deeply([users($admin->get('admin/grants?user=AG-Alice'))],
          [qw(ag-alice ag-alice)], 'of a user, by another spelling');
is_deeply([users($admin->get('admin/grants?user=ag-bob&client=ag-other'))],
          ['ag-bob'], 'of both');
for my $query ('user=nobody', 'client=nobody', 'user=nobody&client=ag-app') {
    my $got = $admin->get("admin/grants?$query");
    is_deeply([users($got)], [], "none: $query");
    unlike($got->{content}, qr/name="all"/, '… and nothing to take back');
}
my $got = $admin->get('admin/grants?user=' . 'x' x 300);
is($got->{status}, 422, 'a name that nobody can have');
like($got->{content}, qr/href="#field-user"/, '… is told at its field');
is_deeply([users($got)], [], '… and lists nothing');
$got = $admin->get('admin/grants?user=%3Cscript%3Ealert(1)%3C%2Fscript%3E');
unlike($got->{content}, qr/<script/i, 'what was typed is only shown');
unlike($admin->get('admin/grants')->{content}, qr/name="all"/,
       'without a filter there is no "all"');

# --- one ---------------------------------------------------------------------

sub ids { return $_[0]->{content} =~ /name="grant" value="(\d+)"/g }

sub press {
    my ($from, $button, $value, %more) = @_;
    return $admin->submit($admin->form_with($from, $button), %more,
                          $button => $value);
}

$page = $admin->get('admin/grants?client=ag-app');
my @ids = ids($page);
is(scalar @ids, 3, 'three');
# Of one second their order is by chance.
my ($mine) = $page->{content} =~ /id="grant-(\d+)"><bdi>ag-bob</;
@ids = ($mine, grep { $_ ne $mine } @ids);
$got = $admin->post('admin/grants', form => [ grant => $ids[0] ]);
is($got->{status}, 403, 'a form that is not ours');
log_allow(qr/OA2-3050/, 'a forged form');
ok(is_good($second), '… does nothing');
$got = $alice->fresh->post('admin/grants', form => [ grant => $ids[0] ]);
is($got->{status}, 403, 'nor one of a stranger');

$got = press($page, 'grant', $ids[0]);
is($got->{status}, 303, 'revoked');
$got = $admin->get(header($got, 'location'));
like($got->{content}, qr/role="status"><p>The access is revoked/, 'it is said');
is_deeply([sort(ids($got))], [sort @ids[1, 2]], 'in the same list');
ok(!is_good($second), 'its tokens are gone');
ok(is_good($first) && is_good($third), 'others are not');
is(press($page, 'grant', $ids[0])->{status}, 303, 'once more is no harm');
for my $no ('0', '1', '-1', '99999999999999999999', 'abc') {
    is(press($page, 'grant', $no)->{status}, 303, "no grant: $no");
}

# --- tokens ------------------------------------------------------------------

$got = json(request('POST', 'token', basic => $app, form => [
    grant_type => 'client_credentials', scope => 'write' ]));
$page = $admin->get('admin/grants/tokens');
is($page->{status}, 200, 'tokens: of which app');
unlike($page->{content}, qr/<table>/, '… is asked first');
$page = $admin->get('admin/grants/tokens?client=ag-app');
like($page->{content}, qr/the app itself/, 'its own');
like($page->{content}, qr/<bdi>ag-alice</, 'and a user\'s');
unlike($page->{content}, qr/oa2[ar]_/, 'never the token');
is(index($page->{content}, $first->{access_token}), -1, '… of anybody');
my ($row) = $page->{content} =~
    m{<td>the app itself</td>.*?name="token" value="([^"]*)"}s;
is(press($page, 'token', $row)->{status}, 303, 'one ends');
ok(!is_good($got), '… at once');
ok(is_good($first), 'and no other one');
$got = $admin->post('admin/grants/tokens', form => [ token => $row ]);
is($got->{status}, 403, 'a form that is not ours');
log_allow(qr/OA2-3050/, 'a forged form');
like($admin->get('admin/grants/tokens?client=nobody')->{content},
     qr/has no token/, 'none');

# --- all ---------------------------------------------------------------------

$page = $admin->get('admin/grants?client=ag-app');
$got = press($page, 'all', 1, password => 'x' x 12);
is($got->{status}, 422, 'all of an app: a wrong password');
like($got->{content}, qr/This is not your password/, '… is said');
log_allow(qr/OA2-5021/, 'a wrong password');
is(press($page, 'all', 1)->{status}, 422, '… and none');
ok(is_good($first), '… nothing is done');
$got = $admin->submit($admin->form_with($page, 'all'), all => 1, client => '',
                      password => $admin->{password});
is($got->{status}, 200, 'never all of everybody');
ok(is_good($first), '… nothing is done');
$got = press($page, 'all', 1, password => $admin->{password});
is($got->{status}, 303, 'all of an app');
ok(!is_good($_), '… is gone') for $first, $third;
is_deeply([users($admin->get('admin/grants?user=ag-bob'))], ['ag-bob'],
          'another app\'s is not');

# --- the trail ---------------------------------------------------------------

my @trail;
for (1 .. 50) {
    my ($status, $out) = ctl('audit', '--json', '--client', 'ag-app');
    @trail = grep { ($_->{by} // '') eq 'ag-root' } @{ decode_json($out) };
    last if @trail == 3;
    select undef, undef, undef, 0.1;
}
is_deeply([ map { $_->{event} } @trail ],
          [qw(grant.revoked token.revoked grant.revoked)], 'who did what');
is($trail[0]{count}, 2, 'how many');
is($trail[2]{user}, 'ag-bob', 'of whom');
is($trail[2]{grant}, $ids[0], 'and which');

# --- page by page ------------------------------------------------------------

my $cc = client('ag-many', scope => 'read', grant => ['client_credentials']);
request('POST', 'token', basic => $cc,
        form => [ grant_type => 'client_credentials' ]) for 1 .. 53;
$page = $admin->get('admin/grants/tokens?client=ag-many');
my @rows = $page->{content} =~ /name="token" value="([^"]*)"/g;
is(scalar @rows, 50, 'a page of tokens');
my ($next) = $page->{content} =~ m{<a href="([^"]*)" rel="next">};
$page = $admin->get(OAuth2Test::Browser::unescape($next));
push @rows, $page->{content} =~ /name="token" value="([^"]*)"/g;
is(scalar @rows, 53, 'and the rest');
my %once = map { $_ => 1 } @rows;
is(scalar keys %once, 53, 'each once');

# --- scopes ------------------------------------------------------------------

$page = $admin->get('admin/scopes');
is($page->{status}, 200, 'scopes');
like($page->{content}, qr{<th scope="row"><code>read</code></th>}, 'a scope');
like($page->{content}, qr/>default</, 'what is granted unasked');
like($page->{content}, qr/No claim is configured/, 'and no claim');

done_testing();
