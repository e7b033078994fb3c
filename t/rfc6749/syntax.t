# SPDX-License-Identifier: Apache-2.0
#
# RFC 6749 appendix A (what each parameter may consist of) and appendix B
# (application/x-www-form-urlencoded), at the token and authorize endpoints.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $svc = client('sx-svc', scope => 'read', grant => 'client_credentials');
my $app = client('sx-app', redirect_uri => $uri, scope => 'read');
my $password = user('sx-alice');
my $type = 'application/x-www-form-urlencoded';

# The token endpoint with exactly this body.
sub body {
    my ($body) = @_;
    return [ POST => 'token', basic => $svc, type => $type, body => $body ];
}

my %bad = (status => 400, json => { error => 'invalid_request' });
my %good = (status => 200, json => { access_token => qr/./ }, log => 0);
my $grant = 'grant_type=client_credentials';

rows(
    { clause => 'B: plain', %good, send => body($grant) },
    { clause => 'B: + and %20 are spaces', %good,
      send => body("$grant&scope=read+read%20read") },
    { clause => 'B: escapes in names', %good,
      send => body('grant%5Ftype=client%5fcredentials') },
    { clause => 'B: empty pairs', %good, send => body("&&$grant&&") },
    { clause => 'B: a name without value', %good, send => body("x&$grant") },
    { clause => 'B: UTF-8 in an unknown parameter', %good,
      send => body("$grant&x=%E2%82%AC") },
    { clause => 'B: bytes of UTF-8 unescaped', %good,
      send => body("$grant&x=\xe2\x82\xac") },
    { clause => '3.2: without value is as omitted', %good,
      send => body("$grant&scope=&resource=") },

    { clause => 'B: not UTF-8', %bad, send => body("$grant&x=%FF") },
    { clause => 'B: overlong UTF-8', %bad, send => body("$grant&x=%C0%AF") },
    { clause => 'B: a surrogate', %bad, send => body("$grant&x=%ED%A0%80") },
    { clause => 'B: beyond Unicode', %bad,
      send => body("$grant&x=%F4%90%80%80") },
    { clause => 'B: NUL', %bad, send => body("$grant&x=%00") },
    { clause => 'B: NUL in a name', %bad, send => body("$grant&x%00y=1") },
    { clause => 'B: a raw NUL', %bad, send => body("$grant&x=a\0b") },
    { clause => 'B: a cut escape', %bad, send => body("$grant&x=%") },
    { clause => 'B: a cut escape, one digit', %bad,
      send => body("$grant&x=%4") },
    { clause => 'B: no hexadecimal digits', %bad,
      send => body("$grant&x=%GG") },
    { clause => 'B: a pair without a name', %bad, send => body("$grant&=x") },
    { clause => 'an empty body', %bad, send => body('') },
    { clause => 'nothing but separators', %bad, send => body('&&&') },
);

# Each row: parameter, a value that its class forbids.
sub refuses {
    my ($clause, @form) = @_;
    return { clause => $clause, %bad,
             send => [ POST => 'token', basic => $svc, form => \@form ] };
}
my @cc = (grant_type => 'client_credentials');
rows(
    refuses('A.10: grant_type with a control character',
            grant_type => "client\tcredentials"),
    refuses('A.10: grant_type too long', grant_type => 'x' x 300),
    refuses('A.4: scope with DEL', @cc, scope => "read\x7f"),
    refuses('A.4: scope not ASCII', @cc, scope => "r\xc3\xa9ad"),
    refuses('A.4: scope too long', @cc, scope => 'x' x 2001),
    refuses('A.1: client_id with a line feed', @cc, client_id => "a\nb"),
    refuses('A.1: client_id not ASCII', @cc, client_id => "\xc3\xa9"),
    refuses('A.1: client_id too long', @cc, client_id => 'x' x 256),
    refuses('A.2: client_secret too long', @cc, client_id => 'sx-svc',
            client_secret => 'x' x 1025),
);

# --- authorize: the same in a query ------------------------------------------

sub query {
    my ($more) = @_;
    my $flow = OAuth2Test::Browser->new->authorize(
        client_id => 'sx-app', redirect_uri => $uri, scope => 'read');
    return [ GET => "$flow->{url}&$more" ];
}

rows(
    map { { clause => "B: in a query: $_", status => 400, log => 1,
            headers => { location => undef,
                         'content-type' => qr{^text/html} },
            send => query($_) } }
    'x=%00', 'x=%FF', 'x=%', 'x=%4', 'x=%zz', '=x'
);

subtest '10.14: what is shown is escaped' => sub {
    my $evil = q{"><script>alert(1)</script>'&};
    my $flow = OAuth2Test::Browser->new->authorize(
        client_id => 'sx-app', redirect_uri => $uri, scope => 'read',
        login_hint => $evil, state => $evil);
    my $browser = OAuth2Test::Browser->new;
    my $page = $browser->follow($browser->get($flow->{url}));
    my $form = $browser->form_with($page, 'password');
    unlike($page->{content}, qr/<script/, 'no script');
    is($form->{fields}{username}, $evil, 'login_hint is in the field');
};

no_complaints('all of it');
done_testing();
