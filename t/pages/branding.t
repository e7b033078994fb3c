# SPDX-License-Identifier: Apache-2.0
#
# An app's logo: how it is sent, what is refused, who may, and how it is served.

use strict;
use warnings;

use Compress::Zlib qw(compress crc32);
use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Server;

my $WORDS = join ' ', ('word') x 130;
my $HOSTILE = q{"><script>alert(1)</script>'&{{x}}};

my %browser;
for my $name (qw(br-owner br-member br-stranger br-admin)) {
    $browser{$name} = OAuth2Test::Browser->new(
        user => $name, password => user($name));
}
ctl_ok('user', 'set', 'br-admin', '--role', 'administrator');

sub enter {
    my ($name, $where) = @_;
    my $page = $browser{$name}->get($where);
    return $page if $page->{content} !~ /name="username"/;
    return $browser{$name}->follow($browser{$name}->login($page));
}

# --- pictures and forms ------------------------------------------------------

sub chunk {
    my ($type, $data) = @_;
    return pack('N', length $data) . $type . $data
        . pack('N', crc32($type . $data));
}

# A PNG of one colour; says that it is so large.
sub png {
    my ($side, $red, $says) = @_;
    $says //= $side;
    return "\x89PNG\r\n\x1a\n"
        . chunk('IHDR', pack('NNCCCCC', $says, $says, 8, 2, 0, 0, 0))
        . chunk('IDAT', compress(("\0" . pack('CCC', $red, 0, 0) x $side)
                                 x $side))
        . chunk('IEND', '');
}

# parts: [name, value] or [name, value, file name, type]
sub multipart {
    my (@parts) = @_;
    my $body = '';
    for (@parts) {
        my ($name, $value, $file, $type) = @$_;
        $body .= "--LIMIT\r\nContent-Disposition: form-data; name=\"$name\""
            . (defined $file ? "; filename=\"$file\"" : '') . "\r\n"
            . (defined $type ? "Content-Type: $type\r\n" : '')
            . "\r\n$value\r\n";
    }
    return (type => 'multipart/form-data; boundary=LIMIT',
            body => $body . "--LIMIT--\r\n");
}

sub form_of {
    my ($page) = @_;
    my ($form) = $page->{content}
        =~ /<input type="hidden" name="form" value="([^"]+)"/;
    return $form // die "no form: $page->{status}\n$page->{content}\n";
}

sub send_picture {
    my ($name, $where, $picture, $file, $type) = @_;
    return $browser{$name}->post($where, multipart(
        [ form => form_of(enter($name, $where)) ],
        [ logo => $picture, $file // 'logo.png', $type // 'image/png' ]));
}

sub logo_of {
    my ($page) = @_;
    return $page->{content} =~ /<img class="logo" src="([^"]+)"/ ? $1 : undef;
}

# --- an app ------------------------------------------------------------------

my $page = enter('br-owner', 'developer/add');
my $added = $browser{'br-owner'}->post('developer/add', form => [
    form => form_of($page), client_name => $HOSTILE,
    redirect_uris => 'https://br.example/back', description => $WORDS,
    scope => 'read', token_endpoint_auth_method => 'client_secret_basic' ]);
my ($id) = ($added->{content} . (header($added, 'location') // ''))
    =~ m{developer/app/([^"?/]+)};
ok($id, 'an app') or diag($added->{content});
enter('br-member', 'developer');
ctl_ok('app', 'team', $id, 'br-member', '--role', 'member');
my $where = "developer/logo/$id";

# --- who may -----------------------------------------------------------------

is($browser{'br-stranger'}->get($where)->{status}, 200, 'nobody');
like($browser{'br-stranger'}->get($where)->{content}, qr/name="username"/,
     'is asked to sign in');
is(enter('br-stranger', $where)->{status}, 404, 'a stranger sees no such app');
my $foreign = form_of(enter('br-stranger', 'developer/add'));
is($browser{'br-stranger'}->post($where, multipart(
       [ form => $foreign ], [ logo => png(64, 1), 'a.png', 'image/png' ]))
       ->{status}, 404, 'and sends nothing to it');
for my $name (qw(br-owner br-member br-admin)) {
    is(enter($name, $where)->{status}, 200, "$name sees the form");
}

# --- what is taken -----------------------------------------------------------

$page = enter('br-owner', $where);
is(logo_of($page), undef, 'there is none to begin with');
like($page->{content}, qr/<form method="post"[^>]*multipart/, 'a form');
my $answer = send_picture('br-member', $where, png(300, 200));
is($answer->{status}, 303, 'a picture') or diag($answer->{content});
$page = $browser{'br-member'}->follow($answer);
like($page->{content}, qr/The app has this logo now/, 'it says so');
my $src = logo_of($page);
like($src, qr{^/oauth2/logo/\Q$id\E\?v=[\w-]{43}$}, 'it is there');
like(enter('br-owner', 'developer')->{content}, qr/\Q$src\E/, 'on the card');
like(enter('br-owner', "developer/app/$id")->{content}, qr/\Q$src\E/,
     'and on its page');
my @trail = grep { /app\.changed/ && /"what":"logo"/ }
    split /\n/, slurp(var('audit_log'));
is(scalar @trail, 1, 'an audit entry');
like($trail[0], qr/"by":"br-member"/, 'of who it was');

# --- how it is served --------------------------------------------------------

my $picture = request(GET => base() . $src);
is($picture->{status}, 200, 'the picture, without a cookie');
is(header($picture, 'content-type'), 'image/png', 'its type');
is(header($picture, 'x-content-type-options'), 'nosniff', 'which is meant');
is(header($picture, 'content-length'), length $picture->{content}, 'length');
is(substr($picture->{content}, 0, 8), "\x89PNG\r\n\x1a\n", 'a PNG');
is(unpack('N', substr $picture->{content}, 16, 4), 256, 'of 256 pixels');
is(header($picture, 'cache-control'), 'public, max-age=31536000, immutable',
   'kept for good');
like(header($picture, 'content-security-policy'),
     qr/^default-src 'none';.*sandbox$/, 'nothing in it is run');
my $etag = header($picture, 'etag');
ok($etag, 'ETag');
my $again = request(GET => base() . $src,
                    headers => { 'If-None-Match' => $etag });
is($again->{status}, 304, 'not again');
is($again->{content} // '', '', 'and nothing in it');
is(request(HEAD => base() . $src)->{status}, 200, 'HEAD');
for my $other ("/oauth2/logo/$id", "/oauth2/logo/$id?v=x", '/oauth2/logo/?v=x',
               '/oauth2/logo', "/oauth2/logo/none?v=x") {
    is(request(GET => base() . $other)->{status}, 404, "404: $other");
}

# --- the consent page --------------------------------------------------------

my $query = [ response_type => 'code', client_id => $id, scope => 'read',
              redirect_uri => 'https://br.example/back', state => 's',
              code_challenge => 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
              code_challenge_method => 'S256' ];
$page = $browser{'br-owner'}->get('authorize', query => $query);
like($page->{content}, qr/\Q$src\E/, 'the consent page shows it');
unlike($page->{content}, qr/<script/, 'and no script of its name');
like($browser{'br-admin'}->get('admin/apps/app',
                               query => [ id => $id ])->{content},
     qr{\Q$src\E.*href="/oauth2/\Q$where\E"},
     'who approves it sees it, and can take it away');
my $used = client('br-used', redirect_uri => 'https://br.example/back',
                  scope => 'read');
is(send_picture('br-admin', 'developer/logo/br-used', png(64, 90))->{status},
   303, 'an administrator gives another app one');
$browser{'br-member'}->tokens(client_id => 'br-used', scope => 'read',
    basic => $used, redirect_uri => 'https://br.example/back');
like($browser{'br-member'}->get('account')->{content},
     qr{<img class="logo" src="/oauth2/logo/br-used\?v=},
     'who has allowed it something knows it again');

# --- another one, and none ---------------------------------------------------

$answer = send_picture('br-admin', $where, png(64, 20), 'a.svg', 'image/svg+xml');
is($answer->{status}, 303, 'its name and what the browser says do not count');
my $second = logo_of($browser{'br-admin'}->follow($answer));
isnt($second, $src, 'another picture has another address');
is(request(GET => base() . $src)->{status}, 404, 'the one before is gone');

# --- what is refused ---------------------------------------------------------

my @refused = (
    [ 'no picture', 'hello', qr/choose a PNG/ ],
    [ 'an SVG with a script', '<svg xmlns="http://www.w3.org/2000/svg">'
      . '<script>alert(1)</script></svg>', qr/choose a PNG/ ],
    [ 'an empty file', '', qr/choose/ ],
    [ 'a bomb', png(64, 1, 60000), qr/too many pixels/ ],
    [ 'less than it says', png(64, 1, 2000), qr/could not be read/ ],
    [ 'half of one', substr(png(64, 1), 0, 60), qr/could not be read/ ],
    [ 'a large file', png(64, 1) . "\0" x (300 * 1024), qr/256 KiB/ ],
);
for (@refused) {
    my ($name, $bytes, $why) = @$_;
    $answer = send_picture('br-owner', $where, $bytes);
    is($answer->{status}, 422, "refused: $name");
    like($answer->{content}, $why, 'and why');
    like($answer->{content}, qr{href="#field-logo"}, 'a link to the field');
}
$answer = $browser{'br-owner'}->post($where, multipart(
    [ form => form_of(enter('br-owner', $where)) ]));
is($answer->{status}, 422, 'no file');
like($answer->{content}, qr/Please choose a file/, 'is asked for');
is($browser{'br-owner'}->post($where, multipart(
       [ form => form_of(enter('br-owner', $where)) ],
       [ logo => 'x' x (10 * 1024 * 1024), 'a.png', 'image/png' ]))->{status},
   413, '10 MB');
is($browser{'br-owner'}->post($where, form => [
       form => form_of(enter('br-owner', $where)), logo => 'x' ])->{status},
   415, 'no form with files');
is($browser{'br-owner'}->post($where, multipart(
       [ form => 'forged' ], [ logo => png(64, 1), 'a.png', 'image/png' ]))
       ->{status}, 403, 'a forged form');
is(logo_of(enter('br-owner', $where)), $second, 'nothing has changed it');

# --- it is taken away --------------------------------------------------------

my $form = form_of(enter('br-owner', $where));
for my $time (1, 2) {
    $answer = $browser{'br-owner'}->post($where, multipart(
        [ form => $form ], [ logo => '', '', 'application/octet-stream' ],
        [ remove => 1 ]));
    is($answer->{status}, 303, "removed, click $time");
}
$page = $browser{'br-owner'}->follow($answer);
like($page->{content}, qr/The logo is removed/, 'it says so');
is(logo_of($page), undef, 'and it is');
is(request(GET => base() . $second)->{status}, 404, 'for everybody');

done_testing();
