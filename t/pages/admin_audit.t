# SPDX-License-Identifier: Apache-2.0
#
# admin/audit: who may see it, what is shown of whom, page by page, and the
# same as CSV (RFC 4180), where nothing is a formula.

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

my $admin = person('av-root');
ctl_ok('user', 'set', 'av-root', '--role', 'administrator');
my $script = '<script>alert(1)</script>';
my $formula = '=cmd|x!A1';
my @who = ($script, $formula, 'av-"quote", comma', "av-\x{5e9}\x{5dc}");
utf8::encode($_) for @who;
ctl_ok('user', 'add', $_, '--external') for @who;

sub uri {
    my ($text) = @_;
    return $text =~ s/([^A-Za-z0-9._-])/sprintf '%%%02X', ord $1/ger;
}

# --- who ---------------------------------------------------------------------

like(request('GET', 'admin/audit')->{content}, qr/<h1>Sign in/,
     'nobody is signed in');
like(request('GET', 'admin/audit?format=csv')->{content}, qr/<h1>Sign in/,
     '… and gets no table');
is(signed_in(person('av-bob'), 'admin/audit')->{status}, 403,
   'without the role');

my $page = signed_in($admin, 'admin/audit');
is($page->{status}, 200, 'with the role');
like($page->{content}, qr/<h1>Audit trail</, 'the page');
like($page->{content}, qr{aria-current="page">Audit trail<}, 'where this is');

# Rows are written when the answer has gone out.
sub audit {
    my ($query, $pattern) = @_;
    my $got;
    for (1 .. 50) {
        $got = $admin->get("admin/audit?$query");
        last if !$pattern || ($got->{content} // '') =~ $pattern;
        select undef, undef, undef, 0.1;
    }
    return $got;
}

sub events {
    my ($got) = @_;
    return $got->{content} =~ m{<td><a [^>]*><code>([a-z._]+)</code>}g;
}

# --- filters -----------------------------------------------------------------

$page = audit('user=AV-Root', qr/login\.ok/);
is_deeply([events($page)], [qw(login.ok user.changed user.added)],
          'of a user, by another spelling, the newest first');
like($page->{content}, qr/by <bdi>oauth2ctl \(/, 'by whom');
like($page->{content}, qr/<time datetime="20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ">/,
     'when');
like($page->{content}, qr/<td>127\.\d+\.\d+\.\d+</, 'from where');
is_deeply([events(audit('user=av-root&event=user.added'))], ['user.added'],
          'an event');
is_deeply([events(audit('user=av-root&to=2001-01-01'))], [], 'until');
is_deeply([events(audit('user=av-root&from=2099-01-01'))], [], 'from');
is(scalar(() = events(audit('user=av-root&from=1d&to=2099-01-01'))), 3,
   'a time span');
like(audit('user=nobody-has-this')->{content}, qr/There is no such entry/,
     'none');
like(audit('client=' . 'x' x 200)->{content}, qr/There is no such entry/,
     'nor of a client');

for (['from=yesterday', 'from'], ['to=2026-13-01', 'to'],
     ['event=nonsense', 'event'], ['user=' . 'x' x 300, 'user'],
     ['client=%FF', undef], ['user=a%00b', undef]) {
    my ($query, $field) = @$_;
    my $got = $admin->get("admin/audit?$query");
    ok($got->{status} == 422 || $got->{status} == 400, "refused: $query");
    like($got->{content}, qr/href="#field-$field"/, '… by its field')
        if $field;
    unlike($got->{content}, qr/<table>/, '… and nothing is shown');
    is($admin->get("admin/audit?format=csv&$query")->{status},
       $got->{status}, '… nor as a table');
}

# --- what strangers may write -----------------------------------------------

for my $name (@who) {
    my $got = audit('user=' . uri($name));
    is_deeply([events($got)], ['user.added'], 'of a hostile name');
    unlike($got->{content}, qr/<script/i, '… which is only shown');
}
my $got = audit('user=' . uri($script));
like($got->{content}, qr/<bdi>&lt;script&gt;alert/, 'escaped');
like($got->{content}, qr/href="\?user=%3Cscript%3E/, 'in links too');

# --- page by page ------------------------------------------------------------

client('av-app');
ctl_ok('client', 'set', 'av-app', '--name', "Name $_") for 1 .. 60;
my ($query, %seen, $pages) = ('client=av-app');
while (defined $query) {
    $got = $admin->get("admin/audit?$query");
    $pages++;
    $seen{$_}++ for $got->{content} =~ /<time datetime[^\n]*\n[^\n]*<code>[a-z._]+/g;
    my @rows = events($got);
    cmp_ok(scalar @rows, '<=', 50, 'no more than a page holds');
    $seen{rows} += @rows;
    ($query) = $got->{content} =~ m{<a href="[^"?]*\?([^"]*)" rel="next">};
    $query =~ s/&amp;/&/g if defined $query;
}
is($pages, 2, 'two pages');
is($seen{rows}, 61, 'nothing is missing');

# --- CSV ---------------------------------------------------------------------

sub csv {
    my ($query) = @_;
    my $got = $admin->get("admin/audit?format=csv&$query");
    is($got->{status}, 200, "as CSV: $query");
    like(header($got, 'content-type'), qr{^text/csv; charset=utf-8},
         '… its type');
    is(header($got, 'content-disposition'),
       'attachment; filename="audit.csv"', '… and name');
    is(header($got, 'x-content-type-options'), 'nosniff', '… as that only');
    like($got->{content}, qr/\r\n\z/, '… whole');
    return split /\r\n/, $got->{content};
}

my @lines = csv('client=av-app');
is($lines[0], 'time,event,level,user,client,address,request,by,more',
   'the columns');
is(scalar @lines, 62, 'all rows');
my $by = ($lines[1] =~ /,("?oauth2ctl[^,]*),/)[0];
ok($by, 'by whom');
is((csv('user=' . uri($formula)))[1] =~ /notice,('=cmd\|x!A1),/
   ? $1 : undef, "'$formula", 'a formula is text');
like((csv('user=' . uri($who[2])))[1],
     qr/notice,"av-""quote"", comma",/, 'quotes and commas');
like((csv('user=' . uri($who[3])))[1], qr/,\Q$who[3]\E,/, 'UTF-8');
like(audit('user=AV-Root')->{content},
     qr{href="\?format=csv&amp;user=AV-Root" download},
     'the page links to the same rows');

done_testing();
