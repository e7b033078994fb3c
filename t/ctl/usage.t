#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# oauth2ctl: the command line itself; no database is touched.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use lib dirname(abs_path(__FILE__));
use JSON::PP;
use Test::More;
use Ctl;

my $nowhere = 'sqlite3 /nonexistent/oauth2.sqlite3';

my @commands = (
    'db create', 'db migrate', 'db status', 'db backup', 'db copy',
    'realm list',
    (map { "client $_" } qw(add list show set rotate-secret disable enable
                            remove)),
    (map { "app $_" } qw(list show approve reject suspend resume team)),
    (map { "user $_" } qw(add list show set sign-out passwd disable approve
                          enable remove invite reset)),
    'import django-oauth-toolkit', 'import omniport',
    'grant list', 'grant revoke', 'token list', 'token inspect', 'token revoke',
    (map { "apikey $_" } qw(add list revoke)),
    'audit', 'purge', 'version', 'help');

my $help = run_ctl(['help']);
is($help->{status}, 0, 'help');
is($help->{err}, '', '… says nothing on standard error');
unlike($help->{out} =~ s/^file \/.*\n//mr, qr/^.{81}/m,
       '… in 80 columns');
for my $command (@commands) {
    like($help->{out}, qr/^  \Q$command\E /m, "help lists $command");
    my @words = split / /, $command;
    next if $command eq 'help';
    my $result = run_ctl([@words, '--help']);
    is($result->{status}, 0, "$command --help");
    like($result->{out}, qr/^Usage: oauth2ctl \Q$command\E/, '… prints usage');
    unlike($result->{out}, qr/^.{81}/m, '… in 80 columns');
    is(run_ctl(['help', @words])->{out}, $result->{out}, "help $command");
    is(run_ctl(['-h', @words])->{out}, $result->{out}, "-h $command");
}
my @listed = $help->{out} =~ /^  ([a-z][a-z -]*?)  /mg;
is_deeply(\@listed, \@commands, 'help lists nothing else');

my $source = $ENV{OA2_SRCDIR} || '.';
for my $name ('oauth2ctl.8', 'oauth2ctl.md') {
    open my $in, '<', "$source/docs/$name" or die "$name: $!";
    my $text = do { local $/; <$in> };
    $text =~ s/\\//g;
    $text =~ s/f[RBI]//g if $name =~ /8$/;
    for my $command (@commands) {
        like($text, qr/\b\Q$command\E\b/, "docs/$name has $command");
    }
    for my $command (@commands) {
        my $own = run_ctl([split(/ /, $command), '--help'])->{out};
        for my $option ($own =~ /^  --([a-z-]+)/mg) {
            next if $name =~ /md$/;
            like($text, qr/--\Q$option\E\b/, "docs/$name has --$option");
        }
    }
}

like(run_ctl(['client', '--help'])->{out}, qr/client rotate-secret/,
     'help of a group');
unlike(run_ctl(['help', 'client'])->{out}, qr/user add/, '… is of it alone');

my $version = run_ctl(['version']);
like($version->{out}, qr/^oauth2ctl .*\d+\.\d+\.\d+$/m, 'version');
my $json = decode_json(run_ctl(['version', '--json'])->{out});
like($json->{version}, qr/^\d+\.\d+\.\d+/, 'version --json');

# Wrong usage: status, what is said, words
my @wrong = (
    [qr/no command/, []],
    [qr/unknown command bogus/, ['bogus']],
    [qr/unknown command/, ['']],
    [qr/unknown command client bogus/, ['client', 'bogus']],
    [qr/second word is missing/, ['client']],
    [qr/unknown command client bogus/, ['help', 'client', 'bogus']],
    [qr/too many arguments/, ['help', 'purge', 'more']],
    [qr/unknown option --bogus/, ['client', 'list', '--bogus']],
    [qr/unknown option --yes/, ['--yes', 'client', 'list']],
    [qr/unknown option --yes/, ['client', 'list', '--yes']],
    [qr/two dashes/, ['client', 'list', '-j']],
    [qr/--name needs a value: --name TEXT/, ['client', 'add', '--name']],
    [qr/--name was given twice/,
     ['client', 'add', '--name', 'a', '--name', 'b']],
    [qr/--trusted takes no value/, ['client', 'add', '--trusted=yes']],
    [qr/argument is missing: oauth2ctl client show ID/, ['client', 'show']],
    [qr/too many arguments: oauth2ctl client list$/m,
     ['client', 'list', 'more']],
    [qr/argument 5 is not UTF-8/, ['client', 'show', "\xff"]],
    [qr/nothing to set/, ['client', 'set', 'x']],
    [qr/nothing to set/, ['client', 'set', 'x', '--json']],
    [qr/driver/i, ['--database', 'oracle x', 'client', 'list']],
    [qr/driver/i, ['--database', 'pgsql;', 'client', 'list']],
    [qr/--database/, ['--database', '', 'client', 'list']],
    [qr/client ID/, ['client', 'add', 'a:b']],
    [qr/client ID/, ['client', 'add', 'a b']],
    [qr/client ID/, ['client', 'add', '']],
    [qr/client ID/, ['client', 'add', 'x' x 256]],
    [qr/needs a redirect URI/, ['client', 'add', '--public']],
    [qr/exclude each other/, ['client', 'add', '--public', '--secret-stdin']],
    [qr/not an origin/, ['client', 'add', '--origin', 'nowhere']],
    [qr/--to is missing/, ['db', 'copy']],
    [qr/argument is missing/, ['db', 'backup']],
    [qr/pg_dump --format=custom --file=x "dbname=d"/,
     ['--database', 'pgsql dbname=d', 'db', 'backup', 'x']],
    [qr/only an embedded database/, ['--database', 'pgsql dbname=d', 'db',
                                     'copy', '--to', 'pgsql dbname=e']],
    [qr/redirect URI "http:\/\/x\/" .*plain http/,
     ['client', 'add', '--redirect-uri', 'http://x/']],
    [qr/redirect URI .* not an absolute URI/,
     ['client', 'add', '--redirect-uri', 'https://a.example/ https://b/']],
    [qr/fragment/, ['client', 'add', '--redirect-uri', 'https://x/#y']],
    [qr/resource "nowhere"/, ['client', 'add', '--resource', 'nowhere']],
    [qr/resource "https:\/\/x\/#y"/,
     ['client', 'add', '--resource', 'https://x/#y']],
    [qr/scope/, ['client', 'add', '--scope', 'a"b']],
    [qr/the grants are/, ['client', 'add', '--grant', 'password']],
    [qr/authorization_code needs/,
     ['client', 'add', '--grant', 'authorization_code']],
    [qr/cannot be public/, ['client', 'add', '--public', '--grant',
     'client_credentials', '--redirect-uri', 'https://x/']],
    [qr/introspect is/, ['client', 'add', '--introspect', 'some']],
    [qr/control characters/, ['client', 'add', '--name', "a\x1b[2Jb"]],
    [qr/--access-lifetime 10: /, ['client', 'add', '--access-lifetime', '10']],
    [qr/--access-lifetime 1s: /, ['client', 'add', '--access-lifetime', '1s']],
    [qr/--refresh-lifetime -5m: /,
     ['client', 'add', '--refresh-lifetime=-5m']],
    [qr/--overlap soon: /,
     ['client', 'rotate-secret', 'x', '--overlap', 'soon']],
    [qr/user name/, ['user', 'add', 'a:b']],
    [qr/user name/, ['user', 'add', '']],
    [qr/user name/, ['user', 'add', "a\nb"]],
    [qr/exclude each other/,
     ['user', 'add', 'x', '--external', '--password-stdin']],
    [qr/name either/, ['grant', 'revoke']],
    [qr/name either/, ['grant', 'revoke', '5', '--user', 'x']],
    [qr/is a number/, ['grant', 'revoke', 'five']],
    [qr/is a number/, ['grant', 'revoke', '99999999999999999999']],
    [qr/--limit 0: /, ['grant', 'list', '--limit', '0']],
);
for my $row (@wrong) {
    my ($says, $words) = @$row;
    my @database = grep({ /^--database/ } @$words)
        ? () : ('--database', $nowhere);
    my $result = run_ctl([@database, @$words]);
    (my $shown = join ' ', @$words) =~ s/[^ -~]/?/g;
    is($result->{status}, 2, "usage error: $shown");
    like($result->{err}, $says, '… says why');
    like($result->{err}, qr/\Aoauth2ctl: [^\n]*\n\z/, '… in one line');
    unlike($result->{err}, qr/[\x00-\x09\x0b-\x1f\x7f]/,
           '… without control characters');
    is($result->{out}, '', '… prints nothing');
}

# What somebody types by mistake is not repeated.
my $password = secret('correct-horse-battery');
for my $words (['user', 'add', 'bob', $password],
               ['user', 'add', 'bob', "--password=$password"],
               ['user', 'add', 'bob', '--password', $password],
               ['token', 'inspect', $password],
               ['token', 'revoke', $password]) {
    is(run_ctl(['--database', $nowhere, @$words])->{status}, 2,
       "a secret among the arguments: @$words[0, 1]");
}

# A secret that nobody saw is no success.
is(run_ctl(['version'], stdout => '/dev/full')->{status}, 1,
   'output that cannot be written');

told();
done_testing;
