# SPDX-License-Identifier: Apache-2.0
#
# Pages in the language of who reads them: ui_locales, then Accept-Language,
# then English.  The other language is t/run-httpd's: some texts of it.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Server;

my $client = client('la-app', redirect_uri => 'https://app.example/callback',
                    scope => 'read', name => 'The app');

sub page {
    my ($accept, %more) = @_;
    my $query = join '&', map { "$_=" . ($more{$_} =~ s/ /%20/gr) }
        sort keys %more;
    my $answer = request('GET', "login" . ($query ? "?$query" : ''), $accept
        ? (headers => { 'Accept-Language' => $accept }) : ());
    is($answer->{status}, 200, 'a page');
    return $answer->{content};
}

like(page(), qr/<html lang="en" dir="ltr">.*<h1>Sign in</s, 'English');
for (['sw', 'not there'], ['*', 'any'], ['en-GB, xx;q=0.9', 'English first'],
     ['x' x 4000, 'long'], [";;q=,\t,", 'nonsense']) {
    like(page($_->[0]), qr/<html lang="en"/, $_->[1]);
}
for (['xx', 'named'], ['xx-AT', 'of a country'],
     ['sw, xx;q=0.5, en;q=0.4', 'the best that there is']) {
    like(page($_->[0]), qr/<html lang="xx" dir="rtl">.*<h1>Xin</s, $_->[1]);
}
for ([de => 'Anmelden'], [fr => 'Se connecter'],
     [es => "Iniciar sesi\xc3\xb3n"]) {
    my ($code, $title) = @$_;
    like(page("$code-XX, en;q=0.5"),
         qr/<html lang="$code" dir="ltr">.*<h1>\Q$title\E</s, $code);
}
my $answer = request('POST', 'login', headers => { 'Accept-Language' => 'xx' },
                     form => [ username => 'nobody', password => 'x' x 12 ]);
like($answer->{content}, qr/<bdi>Xpage xould xot/, 'a sentence');

my %ask = (client_id => 'la-app', response_type => 'code',
           redirect_uri => 'https://app.example/callback',
           code_challenge => 'x' x 43, code_challenge_method => 'S256');
sub asked {
    my ($accept, @locales) = @_;
    return request('GET', 'authorize?' . join('&', map { "$_=$ask{$_}" }
                       sort keys %ask) . (@locales ? "&ui_locales=@locales"
                           =~ s/ /%20/gr : ''),
                   headers => { 'Accept-Language' => $accept })->{content};
}
like(asked('en', 'sw', 'xx'), qr/<html lang="xx"/, 'ui_locales is first');
like(asked('xx', 'sw'), qr/<html lang="xx"/, 'none of them is there');
like(asked('xx', 'en'), qr/<html lang="en"/, 'English was asked for');
like(asked('en', '%22%3E<'), qr/<html lang="en"/, 'nonsense is no error');
done_testing();
