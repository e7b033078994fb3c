# SPDX-License-Identifier: Apache-2.0
#
# Each page, and each form of it, tried as nobody, stranger, member, owner and
# administrator.  The pages are those of the endpoints' rows: one that is not
# in the table below fails.

use strict;
use warnings;

use File::Find qw(find);
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my @WHO = qw(nobody stranger member owner administrator);

# What a look at it answers them: a status, or 'in': "Sign in".
my @ANYONE = ('in', 200, 200, 200, 200);
my @TEAM = ('in', 404, 200, 200, 200);
my @OWNER = ('in', 404, 403, 200, 200);
my @ADMINISTRATOR = ('in', 403, 403, 403, 200);

my %pages = (
    'account' => \@ANYONE,
    'account/data/delete' => \@ANYONE,
    'account/data' => \@ANYONE,
    'account/export' => \@ANYONE,
    'account/keys' => \@ANYONE,
    'account/password' => \@ANYONE,
    'account/profile' => \@ANYONE,
    'account/sessions' => \@ANYONE,
    'developer' => \@ANYONE,
    'developer/add' => \@ANYONE,
    'developer/app' => \@TEAM,
    'developer/edit' => \@TEAM,
    'developer/logo' => \@TEAM,
    'developer/team' => \@TEAM,
    'developer/secret' => \@OWNER,
    'developer/delete' => \@OWNER,
    'admin' => \@ADMINISTRATOR,
    'admin/audit' => \@ADMINISTRATOR,
    'admin/apps' => \@ADMINISTRATOR,
    'admin/apps/app' => \@ADMINISTRATOR,
    'admin/grants' => \@ADMINISTRATOR,
    'admin/grants/tokens' => \@ADMINISTRATOR,
    'admin/health' => \@ADMINISTRATOR,
    'admin/scopes' => \@ADMINISTRATOR,
    'admin/traffic' => \@ADMINISTRATOR,
    'admin/users' => \@ADMINISTRATOR,
    'admin/users/invite' => \@ADMINISTRATOR,
    'admin/users/link' => \@ADMINISTRATOR,
    'admin/users/roles' => \@ADMINISTRATOR,
    'admin/users/user' => \@ADMINISTRATOR,
);

# Pages of the sign-in itself, with tests of their own.
my @SIGN_IN = qw(authorize consent home login logout set-password sign-up);

# What is below a page's URL, where that is an app.
my $APP = 'ro-app';

# --- the rows ----------------------------------------------------------------

my %row;
find({ no_chdir => 1, wanted => sub {
    return if !/\.c$/;
    open my $in, '<', $_ or die "$_: $!\n";
    my $code = do { local $/; <$in> };
    while ($code =~ /^const oa2_endpoint_t \w+ = \{(.*?)^\};/msg) {
        my %member = $1 =~ /^\s+\.(\w+) = ([^\n]*?),/mg;
        my $name = $member{name} =~ s/^"|"$//gr;
        $row{ $name eq 'OA2_TICKET_PLACE' ? 'set-password' : $name } =
            \%member;
    }
} }, "$ENV{OA2_SRCDIR}/src/endpoint");
my @found = sort grep { $row{$_}{answer} eq 'OA2_ANSWER_PAGE' } keys %row;
is_deeply(\@found, [ sort keys %pages, @SIGN_IN ],
          'every page is in the table');
is_deeply([ grep { ($row{$_}{asker} // '') ne 'OA2_ASKER_SESSION' } @found ],
          [ sort @SIGN_IN ], 'and asks who it is');
is_deeply([ grep { ($row{$_}{role} // 'NULL') ne 'NULL' } @found ],
          [ sort grep { $pages{$_} == \@ADMINISTRATOR } keys %pages ],
          "administrators' pages have the role in their row");

# --- the people --------------------------------------------------------------

client($APP, redirect_uri => 'https://ro.example/back', scope => 'read');
my %person = (nobody => OAuth2Test::Browser->new);
for my $who (@WHO[1 .. 4]) {
    $person{$who} = OAuth2Test::Browser->new(user => "ro-$who",
                                             password => user("ro-$who"));
    my $page = $person{$who}->get('account');
    $person{$who}->login($page);
}
ctl_ok('app', 'team', $APP, "ro-$_", '--role', $_) for qw(owner member);
ctl_ok('user', 'set', 'ro-administrator', '--role', 'administrator');

# What a page is of, where that is in the query, and in the form.
sub of {
    my ($name) = @_;
    return $name =~ m{^admin/users/} ? (name => 'ro-stranger')
         : $name eq 'admin/apps/app' ? (id => $APP) : ();
}

sub path_of {
    my ($name) = @_;
    return $name if !$row{$name}{below};
    return "$name/" . ($name =~ m{/user$} ? 'ro-stranger' : $APP);
}

for my $name (sort keys %pages) {
    for my $n (0 .. $#WHO) {
        my $expected = $pages{$name}[$n];
        my $what = "$name: $WHO[$n]";
        my $page = $person{ $WHO[$n] }->get(path_of($name),
                                               query => [ of($name) ]);
        is($page->{status}, $expected eq 'in' ? 200 : $expected, $what);
        my $asks = $page->{content} =~ /<h1>Sign in</;
        is(!!$asks, $expected eq 'in', "$what: asked to sign in");
        next if $row{$name}{methods} !~ /OA2_POST/;
        # A form that this server has not made for them does nothing; one
        # without files is none of a page that takes files (415).
        my $sent = $person{ $WHO[$n] }->post(path_of($name), form => [
            form => 'forged', of($name) ]);
        like($sent->{status}, qr/^4(?:0[034]|15|22)$/, "$what: a forged form");
    }
}
log_allow(qr/OA2-(?:3050|5521|5522|5640|5641)/,
          'the wrong people, and forged forms');
done_testing();
