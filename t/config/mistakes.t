# SPDX-License-Identifier: Apache-2.0
#
# Each mistake in a configuration is reported by "httpd -t", with the
# directive, what was written, and the remedy.

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;
use OAuth2Test;
use OAuth2Test::Server;

my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;
my $modules = do {
    my $text = slurp(var('conf'));
    my %seen;
    join "\n", grep { /oauth2_api/ ? 0 : !$seen{ (split)[1] }++ }
        $text =~ /^\s*(LoadModule\s+.*)$/mg;
};
my $issuer = 'OAuth2Issuer http://127.0.0.1/oauth2';
my $serve = "<Location /oauth2>\nSetHandler oauth2\n</Location>";

sub configtest {
    my ($text, @flags) = @_;
    my $file = "$dir/httpd.conf";
    my $module = var('module');
    my $pages = var('pages');
    spew($file, <<"END");
$modules
LoadModule oauth2_api_module $module
Listen 127.0.0.1:1
ServerName 127.0.0.1
ServerRoot $dir
PidFile $dir/pid
ErrorLog $dir/error_log
DefaultRuntimeDir $dir
User nobody
Group nogroup
OAuth2StateDir $dir/state
OAuth2PageDir $pages
$text
END
    unlink "$dir/error_log";
    my $said = run_quiet(var('httpd'), '-t', '-f', $file, '-d', $dir);
    my $status = $? >> 8;
    $said .= slurp("$dir/error_log") if -e "$dir/error_log";
    return ($status, $said);
}

sub good {
    my ($name, @lines) = @_;
    my ($status, $said) = configtest(join "\n", @lines);
    is($status, 0, "good: $name") or diag($said);
    return;
}

# The output has to match each pattern.
sub wrong {
    my ($name, $lines, @patterns) = @_;
    my ($status, $said) = configtest(join "\n", @$lines);
    isnt($status, 0, "refused: $name");
    like($said, $_, "$name: says $_") for @patterns;
    return;
}

my $user = child_user();
mkdir "$dir/db", 0700;
chown $user->[1], $user->[2], "$dir/db" if !$>;

good('nothing of ours at all');
good('the least', $issuer, $serve);
good('everything', $issuer, $serve, "OAuth2Database sqlite3 $dir/db/x.db",
     'OAuth2Scope read "Read" default', 'OAuth2AccessTokenLifetime 5m',
     'OAuth2RefreshTokenLifetime 30d', 'OAuth2CodeLifetime 30s',
     'OAuth2RefreshGrace 0', 'OAuth2SessionLifetime 8h',
     'OAuth2FlowLifetime 10m', 'OAuth2LoginAttempts 10',
     'OAuth2LoginWait 1m', 'OAuth2DatabaseConnections 4',
     'OAuth2DatabaseWait 1s', 'OAuth2CacheSize 8m',
     'OAuth2CacheEntrySize 512', 'OAuth2SiteName "Orders"',
     'OAuth2SecretFile secret', 'OAuth2SiteColor #003399');
good('two colours', $issuer, $serve, 'OAuth2SiteColor "#1d5c52" "#86cfc0"');
good('https', 'OAuth2Issuer https://api.example.com/oauth2', $serve);
good('a loopback name', 'OAuth2Issuer http://localhost:8080', $serve);
good('PostgreSQL, away',
     $issuer, $serve, 'OAuth2Database pgsql "host=127.0.0.1 port=1"');

# --- OAuth2Issuer ------------------------------------------------------------

for (
    [ 'http://api.example.com/oauth2', qr/https/ ],
    [ 'https://api.example.com/oauth2?x=1', qr/query/ ],
    [ 'https://api.example.com/oauth2#x', qr/fragment/ ],
    [ 'api.example.com/oauth2', qr/https/ ],
    [ '/oauth2', qr/https/ ],
    [ 'https://user@api.example.com', qr/user/ ],
    [ 'ftp://api.example.com', qr/https/ ],
    [ 'https://api.example.com/', qr/slash/ ],
    [ 'https://', qr/https/ ],
    [ 'https://api.example.com:99999', qr/./ ],
    [ 'http://127.0.0.1.example', qr/https/ ],
) {
    my ($value, $remedy) = @$_;
    wrong("OAuth2Issuer $value", ["OAuth2Issuer \"$value\"", $serve],
          qr/OAuth2Issuer/, qr/\Q$value\E/, $remedy);
}
wrong('OAuth2Issuer without a value', ['OAuth2Issuer'],
      qr/OAuth2Issuer takes one argument/);

# --- compatibility -----------------------------------------------------------

good('switches', $issuer, $serve, 'OAuth2Compat no_pkce error_detail',
     'OAuth2Compat deny_home');
good('no switches', $issuer, $serve, 'OAuth2Compat none');
wrong('OAuth2Compat: what there is not', [ $issuer, $serve,
      'OAuth2Compat implicit' ], qr/OAuth2Compat "implicit"/,
      qr/no compatibility switch "implicit"; there are: no_pkce \(/);
wrong("OAuth2Compat: none and $_", [ $issuer, $serve, "OAuth2Compat $_" ],
      qr/OAuth2Compat/, qr/"none" stands alone/)
    for 'none deny_home', 'deny_home none';

# --- claims ------------------------------------------------------------------

my $who = 'OAuth2Scope who "Who you are"';
my $query = 'OAuth2ClaimQuery "SELECT a AS email FROM b WHERE c = $1"';
good('claims', $issuer, $serve,
     'OAuth2Scope who "Who you are" sensitive category="About you" default',
     'OAuth2Claim name who', 'OAuth2Claim "student/branch name" who',
     'OAuth2Claim email who from query', $query,
     'OAuth2Claim phone who from env:AUTHENTICATE_PHONE',
     'OAuth2Claim nickname who from profile editable',
     'OAuth2Claim preferred_username who from user');
for (
    [ 'OAuth2Claim name other', qr/OA2-7910.*"name".*"other".*OAuth2Scope/ ],
    [ 'OAuth2Claim name', qr/the scope that it goes with/ ],
    [ 'OAuth2Claim sub who', qr/"sub": that name is the protocol's own/ ],
    [ 'OAuth2Claim a//b who', qr{"a//b": between slashes} ],
    [ "OAuth2Claim name who\nOAuth2Claim name who", qr/is there already/ ],
    [ "OAuth2Claim a who\nOAuth2Claim a/b who", qr{OA2-7914.*"a".*"a/\.\.\."} ],
    [ 'OAuth2Claim given name who', qr/"who": only "from".*quotes/ ],
    [ 'OAuth2Claim name who from ldap', qr/"ldap": a claim comes from/ ],
    [ 'OAuth2Claim name who from env:', qr/env:AUTHENTICATE_MAIL/ ],
    [ 'OAuth2Claim name who from env:A-B', qr/env:AUTHENTICATE_MAIL/ ],
    [ 'OAuth2Claim name who from env:A editable', qr/only "profile"/ ],
    [ 'OAuth2Claim name who from query', qr/OA2-7912.*add it/ ],
    [ 'OAuth2ClaimQuery "DELETE FROM b WHERE c = $1"',
      qr/OA2-7911.*it has to be a SELECT/ ],
    [ 'OAuth2ClaimQuery "SELECT a FROM b"', qr/OA2-7911.*ask for \$1/ ],
    [ 'OAuth2ClaimQuery "SELECT a FROM b WHERE c = $1; DROP TABLE b"',
      qr/OA2-7911.*one statement/ ],
    [ 'OAuth2ClaimQuery "SELECT a FROM b WHERE c = $1 AND d = $2"',
      qr/OA2-7911.*only argument/ ],
    [ 'OAuth2Scope two "Two" secret', qr/"secret": only the words/ ],
    [ 'OAuth2Scope two "Two" category=', qr/has to follow/ ],
    [ 'OAuth2Scope two', qr/in quotes, what it allows/ ],
) {
    my ($lines, $says) = @$_;
    wrong($lines, [ $issuer, $serve, $who, $lines ], $says);
}

# --- numbers with units ------------------------------------------------------

my %time = (
    OAuth2CodeLifetime => [ '5s', '1h' ],
    OAuth2AccessTokenLifetime => [ '1s', '3650d' ],
    OAuth2RefreshTokenLifetime => [ '1s', '99999d' ],
    OAuth2RefreshGrace => ['1h'], OAuth2SessionLifetime => ['1s'],
    OAuth2FlowLifetime => [ '1s', '30d' ], OAuth2LoginWait => [ '0', '30d' ],
    OAuth2DatabaseWait => [ '0', '1h' ],
);
for my $directive (sort keys %time) {
    for my $value (@{ $time{$directive} }, '60', 'ten', '10x', '-1s', '1.5h',
                   ' ', '99999999999999999999s', '10 m', '0x10s') {
        wrong("$directive '$value'",
              [ $issuer, $serve, "$directive \"$value\"" ],
              qr/$directive/, qr/"\Q$value\E"/);
    }
}
for (
    [ OAuth2LoginAttempts => qw(0 1001 5x -1 many) ],
    [ OAuth2DatabaseConnections => qw(0 1001 8s -8 all) ],
    [ OAuth2CacheSize => qw(1k 100g 32x -1 big 99999999999999999999) ],
    [ OAuth2CacheEntrySize => qw(1 1m x) ],
) {
    my ($directive, @values) = @$_;
    wrong("$directive $_", [ $issuer, $serve, "$directive $_" ],
          qr/$directive/, qr/"\Q$_\E"/) for @values;
}
wrong('OAuth2SiteName too long',
      [ $issuer, $serve, 'OAuth2SiteName "' . 'x' x 200 . '"' ],
      qr/OAuth2SiteName/, qr/100/);
wrong('no colour', [ $issuer, $serve, 'OAuth2SiteColor green' ],
      qr/OAuth2SiteColor "green"/, qr/"#1d5c52"/);
wrong('a colour that nobody can read',
      [ $issuer, $serve, 'OAuth2SiteColor #ffcc00' ],
      qr/contrast of "#ffcc00" on light pages is 1\.3:1/,
      qr/write "#\w{6}", and "#ffcc00" behind it for dark ones/);
wrong('a second one that nobody can read',
      [ $issuer, $serve, 'OAuth2SiteColor #003399 #003399' ],
      qr/on dark pages/, qr/write "#\w{6}"/);

# --- pictures ----------------------------------------------------------------

my $logo = var('site_logo');
my $program = 'OAuth2LogoProgram ' . var('logo_program');
spew("$dir/logo.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>');
spew("$dir/half.png", substr slurp($logo), 0, 50);
spew("$dir/large.png", "\x89PNG\r\n\x1a\n" . 'x' x (256 * 1024));
good('a logo', $issuer, $serve, $program, "OAuth2SiteLogo $logo");
for (
    [ none => "$dir/none.png", qr/No such file/ ],
    [ folder => $dir, qr/could not read/ ],
    [ SVG => 'logo.svg', qr/no PNG, JPEG or WebP/ ],
    [ half => 'half.png', qr/the picture is broken; name a square/ ],
    [ large => 'large.png', qr/256 KiB/ ],
) {
    my ($name, $file, $why) = @$_;
    wrong("a logo that is none: $name",
          [ $issuer, $serve, $program, "OAuth2SiteLogo $file" ],
          qr/OAuth2SiteLogo: /, $why);
}
wrong('no such program', [ $issuer, $serve, "OAuth2LogoProgram $dir/none" ],
      qr/OAuth2LogoProgram "\Q$dir\E\/none": there is no such program/);
wrong('a program that cannot', [ $issuer, $serve, $program =~ s/ .*/ \/bin\/false/r,
      "OAuth2SiteLogo $logo" ], qr/OAuth2SiteLogo/, qr/could not work/);

# --- OAuth2Database ----------------------------------------------------------

wrong('an unknown driver', [ $issuer, $serve, 'OAuth2Database mysql "x"' ],
      qr/OAuth2Database/, qr/mysql/, qr/pgsql/, qr/sqlite3/);
wrong('one argument', [ $issuer, $serve, 'OAuth2Database pgsql' ],
      qr/OAuth2Database/);
wrong('memory', [ $issuer, $serve, 'OAuth2Database sqlite3 ":memory:"' ],
      qr/OAuth2Database/, qr/:memory:/, qr/file/);
{
    my $password = random_text(16);
    my ($status, $said) = configtest(join "\n", $issuer, $serve,
        qq(OAuth2Database pgsql "host=x password=$password nonsense=1 ="));
    isnt($status, 0, 'refused: malformed connection parameters');
    unlike($said, qr/\Q$password\E/, 'their password is not printed');
    like($said, qr/OAuth2Database/, 'the directive is');
}

# --- OAuth2Scope -------------------------------------------------------------

wrong('two words', [ $issuer, $serve, 'OAuth2Scope "a b" "x"' ],
      qr/OAuth2Scope/, qr/"a b"/);
wrong('a quote', [ $issuer, $serve, q(OAuth2Scope 'a"b' "x") ],
      qr/OAuth2Scope/);
wrong('not ASCII', [ $issuer, $serve, "OAuth2Scope l\xc3\xa9 \"x\"" ],
      qr/OAuth2Scope/);
wrong('unquoted description', [ $issuer, $serve, 'OAuth2Scope a b c' ],
      qr/OAuth2Scope/, qr/default/);
wrong('twice', [ $issuer, $serve, 'OAuth2Scope a "x"', 'OAuth2Scope a "y"' ],
      qr/OAuth2Scope/, qr/"a"/);
wrong('no name', [ $issuer, $serve, 'OAuth2Scope ""' ], qr/OAuth2Scope/);

# --- directories -------------------------------------------------------------

wrong('an unknown provider',
      [ $issuer, "<Location /oauth2>\nSetHandler oauth2\n"
            . "OAuth2LoginProvider ldapp\n</Location>" ],
      qr/OAuth2LoginProvider/, qr/ldapp/, qr/mod_authn/);
wrong('OAuth2Resource with a fragment',
      [ $issuer, $serve, "<Location /a>\nOAuth2Resource https://x/#y\n"
            . "</Location>" ], qr/OAuth2Resource/, qr/fragment/);
wrong('OAuth2Resource not absolute',
      [ $issuer, $serve, "<Location /a>\nOAuth2Resource /a\n</Location>" ],
      qr/OAuth2Resource/, qr/https/);
wrong('OAuth2Resource plain http',
      [ $issuer, $serve,
        "<Location /a>\nOAuth2Resource http://x.example/\n</Location>" ],
      qr/OAuth2Resource/, qr/https/);
wrong('OAuth2PassHeaders Maybe',
      [ $issuer, $serve,
        "<Location /a>\nOAuth2PassHeaders Maybe\n</Location>" ],
      qr/OAuth2PassHeaders/, qr/On or Off/);
for my $require ('oauth2-scope', 'oauth2-client', 'oauth2-scope "a\"b"',
                 "oauth2-scope l\xc3\xa9") {
    wrong("Require $require",
          [ $issuer, $serve, "<Location /a>\nAuthType OAuth2\nAuthName a\n"
                . "Require $require\n</Location>" ],
          qr/oauth2-(?:scope|client)/);
}
for (
    [ OAuth2Issuer => 'https://x/' ], [ OAuth2Database => 'sqlite3 x' ],
    [ OAuth2StateDir => '/tmp/x' ], [ OAuth2Scope => 'a "b"' ],
    [ OAuth2CodeLifetime => '30s' ], [ OAuth2SecretFile => 'x' ],
) {
    my ($directive, $value) = @$_;
    wrong("$directive in a Location",
          [ $issuer, "<Location /a>\n$directive $value\n</Location>" ],
          qr/$directive not allowed/);
}
wrong('OAuth2StateDir in a virtual host',
      [ "<VirtualHost *:1>\nOAuth2StateDir /tmp/x\n</VirtualHost>" ],
      qr/OAuth2StateDir/);
wrong('a misspelt directive', [ $issuer, 'OAuth2Isuer https://x/' ],
      qr/Invalid command 'OAuth2Isuer'/);

# --- one directive without another -------------------------------------------

wrong('SetHandler oauth2 without an issuer', [$serve],
      qr/oauth2/i, qr/OAuth2Issuer/);
wrong('AuthType OAuth2 without an issuer',
      ["<Location /a>\nAuthType OAuth2\nAuthName a\n"
           . "Require oauth2-scope read\n</Location>"],
      qr/AuthType OAuth2/, qr/OAuth2Issuer/);
wrong('an endpoint that does not exist',
      [ $issuer, "<Location /x>\nSetHandler oauth2-nonsense\n</Location>" ],
      qr/SetHandler oauth2-nonsense/, qr/oauth2-token/);
good('an issuer for one virtual host only',
     "<VirtualHost *:1>\n$issuer\n$serve\n</VirtualHost>");

# --- what only together makes sense: told, not refused -----------------------

# Passes, and each pattern is in the output; none: no line of ours is.
sub told {
    my ($name, $lines, @patterns) = @_;
    my ($status, $said) = configtest(join "\n", @$lines);
    is($status, 0, "passes: $name") or diag($said);
    like($said, $_, "$name: says $_") for @patterns;
    unlike($said, qr/OA2-\d/, "$name: says nothing") if !@patterns;
    return;
}

sub location {
    my ($path, @lines) = @_;
    return join "\n", "<Location \"$path\">", @lines, '</Location>';
}
my $scope = 'OAuth2Scope read "Read"';
my @auth = ('AuthType OAuth2', 'AuthName "Api"');
my $read = 'Require oauth2-scope read';
my @ours = ($issuer, $serve, $scope);

told('the whole', [ @ours, location('/api', @auth, $read) ]);
told('the handler at another path',
     [ $issuer, location('/auth', 'SetHandler oauth2') ],
     qr/OA2-7556:.*<Location "\/auth">.*<Location "\/oauth2">/, qr/OA2-7558/);
told('no handler', [$issuer],
     qr/OA2-7558:.*127\.0\.0\.1\/oauth2.*<Location "\/oauth2">/);
told('a handler for each endpoint',
     [ $issuer, location('/oauth2/token', 'SetHandler oauth2-token') ]);
told('a handler above the issuer\'s path',
     [ $issuer, location('/', 'SetHandler oauth2') ]);
told('a handler by a regular expression',
     [ $issuer, "<LocationMatch \"^/oauth2\">\nSetHandler oauth2\n"
           . '</LocationMatch>' ]);
told('the endpoints in another virtual host',
     [ "<VirtualHost *:1>\n$issuer\n$serve\n</VirtualHost>",
       "<VirtualHost *:2>\n$issuer\n$scope\n"
           . location('/api', @auth, $read) . "\n</VirtualHost>" ]);
for my $row ([ 'OAuth2Realm other',
               qr/OA2-7504: OAuth2Realm https:\/\/old.*--issuer https:\/\/new/ ],
             [ '', qr/^(?!.*OA2-7504)/s ]) {
    my ($realm, $says) = @$row;
    my $at = location('/o', 'SetHandler oauth2');
    told("a realm that is another server's issuer: $realm",
         [ "<VirtualHost *:1>\nOAuth2Issuer https://new.example/o\n"
               . "OAuth2Realm https://old.example/o\n$at\n</VirtualHost>",
           "<VirtualHost *:2>\nOAuth2Issuer https://old.example/o\n"
               . "$realm\n$at\n</VirtualHost>" ], $says);
}
told('AuthType without Require', [ @ours, location('/api', @auth) ],
     qr/OA2-7550:.*<Location "\/api">.*Require oauth2-scope/);
told('AuthType with "all granted"',
     [ @ours, location('/api', @auth, 'Require all granted') ], qr/OA2-7550/);
told('AuthType above, Require below',
     [ @ours, location('/', @auth), location('/api', $read) ]);
told('Require inside of a Limit',
     [ @ours, location('/api', @auth, '<Limit POST>', $read, '</Limit>') ]);
told('Require in a nested section',
     [ @ours, "<Directory \"$dir\">\n" . join("\n", @auth, '<Files "x">', $read,
                                            '</Files>') . "\n</Directory>" ]);
told('another directory\'s Require',
     [ @ours, location('/api', @auth), location('/status', 'Require local') ],
     qr/OA2-7550/);
told('AuthType without AuthName',
     [ @ours, location('/api', 'AuthType OAuth2', $read) ],
     qr/OA2-7551:.*<Location "\/api">.*AuthName/);
told('Require without AuthType', [ @ours, location('/api', $read) ],
     qr/OA2-7552:.*<Location "\/api">.*oauth2-scope read.*AuthType OAuth2/);
told('Require with another AuthType',
     [ @ours, location('/api', 'AuthType Basic', 'AuthName x', $read) ],
     qr/OA2-7553:.*<Location "\/api">.*AuthType OAuth2/);
told('AuthType by a Directory, Require by a Location',
     [ @ours, "<Directory \"$dir\">\n" . join("\n", @auth, $read)
           . "\n</Directory>", location('/api', $read) ]);
my @metrics = ($issuer, $serve);
told('metrics for everybody',
     [ @metrics, location('/metrics', 'SetHandler oauth2-metrics') ],
     qr/OA2-7850:.*<Location "\/metrics">.*Require local/);
told('metrics for all granted', [ @metrics, location(
        '/metrics', 'SetHandler oauth2-metrics', 'Require all granted') ],
     qr/OA2-7850/);
told('metrics for some', [ @metrics, location(
        '/metrics', 'SetHandler oauth2-metrics', 'Require local') ]);
told('metrics below what is closed', [ @metrics, location(
        '/inside', 'Require ip 192.0.2.7'), location(
        '/inside/metrics', 'SetHandler oauth2-metrics') ]);
told('metrics in a virtual host without an issuer',
     [ "<VirtualHost *:1>\n$issuer\n$serve\n</VirtualHost>",
       "<VirtualHost *:2>\n" . location(
           '/metrics', 'SetHandler oauth2-metrics', 'Require local')
           . "\n</VirtualHost>" ]);
told('a provider without its file',
     [ $issuer, location('/oauth2', 'SetHandler oauth2',
                         'OAuth2LoginProvider oauth2 file') ],
     qr/OA2-7554:.*OAuth2LoginProvider file needs AuthUserFile/);
told('a provider whose file is not there',
     [ $issuer, location('/oauth2', 'SetHandler oauth2',
                         'OAuth2LoginProvider file',
                         "AuthUserFile $dir/none") ],
     qr/OA2-7555:.*AuthUserFile.*\/none.*htpasswd/);
spew("$dir/htpasswd");
told('a provider with its file',
     [ $issuer, location('/oauth2', 'SetHandler oauth2',
                         'OAuth2LoginProvider file',
                         "AuthUserFile $dir/htpasswd") ]);

my $https = 'OAuth2Issuer https://api.example.com/oauth2';
told('an https issuer without TLS', [ $https, $serve ],
     qr/OA2-7557:.*https:\/\/api\.example\.com.*port 1 .*OAuth2TLS proxy/);
told('an https issuer, TLS at a proxy', [ $https, $serve, 'OAuth2TLS proxy' ]);
told('an https issuer on two ports',
     [ $https, $serve, 'Listen 127.0.0.1:2',
       "<VirtualHost *:1>\nServerName a.example\nSSLEngine on\n"
           . '</VirtualHost>',
       "<VirtualHost *:2>\nServerName b.example\n</VirtualHost>" ],
     qr/OA2-7557:.*virtual host "b\.example".*port 2 /);
told('an https issuer in the virtual host with TLS',
     [ "<VirtualHost *:1>\nSSLEngine on\n$https\n$serve\n"
           . '</VirtualHost>' ]);
# What is switched off, whatever is written, is said.
told('MergeTrailers On', [ $issuer, $serve, 'MergeTrailers On' ],
     qr/OA2-7800:.*line \d+: MergeTrailers On has no effect.*take the line away/);
told('MergeTrailers On, in another virtual host',
     [ "<VirtualHost *:1>\n$issuer\n$serve\n</VirtualHost>",
       "<VirtualHost *:1>\nServerName b.example\nMergeTrailers On\n"
           . '</VirtualHost>' ], qr/OA2-7800/);
told('MergeTrailers Off', [ $issuer, $serve, 'MergeTrailers Off' ]);
told('MergeTrailers On, without us', [ 'MergeTrailers On' ]);
told('TraceEnable on', [ $issuer, $serve, 'TraceEnable on' ],
     qr/OA2-7801:.*line \d+: TraceEnable on has no effect.*<VirtualHost>/);
told('TraceEnable extended, for virtual hosts of which one is ours',
     [ 'TraceEnable extended',
       "<VirtualHost *:1>\n$issuer\n$serve\n</VirtualHost>" ], qr/OA2-7801/);
told('TraceEnable on, in a virtual host that is not ours',
     [ "<VirtualHost *:1>\n$issuer\n$serve\n</VirtualHost>",
       "<VirtualHost *:1>\nServerName b.example\nTraceEnable on\n"
           . '</VirtualHost>' ]);
wrong('OAuth2TLS elsewhere', [ $issuer, $serve, 'OAuth2TLS elsewhere' ],
      qr/OAuth2TLS "elsewhere"/, qr/proxy/);

# --- files -------------------------------------------------------------------

run_quiet('cp', '-R', var('pages'), "$dir/pages");
spew("$dir/pages/logn.mustache", 'x');
wrong('a misspelt page', [ $issuer, $serve, "OAuth2PageDir $dir/pages" ],
      qr/logn\.mustache/);
unlink "$dir/pages/logn.mustache";
spew("$dir/pages/login.mustache", '{{#open}}');
wrong('a broken page', [ $issuer, $serve, "OAuth2PageDir $dir/pages" ],
      qr/login\.mustache/);
SKIP: {
    skip 'root reads for another', 2 if $>;
    # Whoever may write there shall not show root's files at the login page.
    unlink "$dir/pages/login.mustache";
    spew("$dir/root-only", 'SECRET');
    chmod 0600, "$dir/root-only";
    symlink "$dir/root-only", "$dir/pages/login.mustache" or die "$!\n";
    wrong('a link to what httpd\'s user cannot read',
          [ $issuer, $serve, "OAuth2PageDir $dir/pages" ],
          qr/OA2-6001: .*login\.mustache.*Permission denied; httpd's user/);
    chmod 0644, "$dir/root-only";
    good('a link to what it can', $issuer, $serve,
         "OAuth2PageDir $dir/pages");
}
wrong('no such directory', [ $issuer, $serve, "OAuth2PageDir $dir/none" ],
      qr/OAuth2PageDir|$dir\/none/);
run_quiet('cp', var('pages') . '/login.mustache', "$dir/pages/");
spew("$dir/pages/mail/invitaton.mustache", "Subject: x\n\n");
wrong('a misspelt mail', [ $issuer, $serve, "OAuth2PageDir $dir/pages" ],
      qr{OA2-6006.*mail/invitaton\.mustache});
unlink "$dir/pages/mail/invitaton.mustache";
spew("$dir/pages/mail/reset.mustache", "Hello\n");
wrong('a mail without a subject',
      [ $issuer, $serve, "OAuth2PageDir $dir/pages" ],
      qr{OA2-6500.*mail/reset\.mustache, line 1: a mail begins with});

# --- what is asked of developers ---------------------------------------------

good('of developers', $issuer, $serve, 'OAuth2AppWords 0 1',
     'OAuth2AppTerms /terms "Version 3"', 'OAuth2AppApproval Off');
good('nothing of developers', $issuer, $serve, 'OAuth2AppTerms off');
for my $bad ([ '10', qr/takes two/ ], [ '10 5', qr/"5".*smaller number/ ],
             [ '1 5001', qr/"5001".*5000/ ], [ 'few many', qr/"few"/ ]) {
    wrong("words $bad->[0]", [ $issuer, $serve, "OAuth2AppWords $bad->[0]" ],
          qr/OAuth2AppWords/, $bad->[1]);
}
for my $bad ([ '/terms', qr/needs a version/ ],
             [ 'Off 1', qr/no meaning behind Off/ ],
             [ '//evil.example/ 1', qr/is no page/ ],
             [ 'javascript:alert(1) 1', qr/is no page/ ],
             [ 'http://terms.example/ 1', qr/is no page/ ],
             [ '/terms ""', qr/needs a version/ ],
             [ '/terms ' . 'x' x 65, qr/1 to 64/ ]) {
    wrong("terms $bad->[0]", [ $issuer, $serve, "OAuth2AppTerms $bad->[0]" ],
          qr/OAuth2AppTerms/, $bad->[1]);
}

# --- mail --------------------------------------------------------------------

my $from = 'OAuth2MailFrom accounts@example.com';
good('mail', $issuer, $serve, 'OAuth2MailCommand "/bin/sh -c true"', $from);
good('an address alone', $issuer, $serve, $from);
wrong('no such program', [ $issuer, $serve, $from,
      'OAuth2MailCommand "/nonexistent/sendmail -t"' ],
      qr{OA2-7562: OAuth2MailCommand "/nonexistent/sendmail -t": there is no});
wrong('a directory', [ $issuer, $serve, $from, 'OAuth2MailCommand /tmp' ],
      qr/OA2-7562/);
wrong('by name only', [ $issuer, $serve, $from, 'OAuth2MailCommand sh' ],
      qr/OA2-7562.*absolute path/);
wrong('from nobody', [ $issuer, $serve, 'OAuth2MailCommand /bin/true' ],
      qr/OA2-7562.*OAuth2MailFrom/);
for my $bad ('Ann <ann@example.com>', 'ann', 'a@b, c@d') {
    wrong("from $bad", [ $issuer, $serve, qq(OAuth2MailFrom "$bad") ],
          qr/OA2-7561.*no plain address/);
}

done_testing();
