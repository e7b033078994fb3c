#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
#
# The judge of the suites' logs: what counts, and what does not.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp;
use Test::More;

use lib dirname(abs_path(__FILE__));
use OAuth2Test::Logs;

my $when = '[Mon Jan 01 00:00:00.000000 2026]';
my $who = "[pid 7:tid 7] [client 127.0.0.1:4711]";

sub log_of {
    my $file = File::Temp->new;
    print {$file} map { "$_\n" } @_;
    close $file;
    return $file;
}

my @complaints = (
    [ 'ours', 1, "$when [oauth2_api:warn] [pid 7:tid 7] OA2-7001: so" ],
    [ 'ours, of a request', 1, "$when [oauth2_api:error] $who OA2-7001: so" ],
    [ 'ours, at info', 0, "$when [oauth2_api:info] $who OA2-7001: so" ],
    [ 'ours, shown on a page', 0, "$when [oauth2_api:warn] $who OA2-5011: "
      . 'so; shown as OA2-5011-20260101T000000Z-abcdef' ],
    [ "httpd's, of a client's request", 1,
      "$when [authz_core:error] $who AH01630: client denied" ],
    [ "httpd's, of the machine", 0, "$when [ssl:warn] [pid 7:tid 7] AH01882: "
      . 'Init: this version of mod_ssl was compiled against a newer library' ],
    [ "httpd's, of the host", 0, "$when [core:error] [pid 7] AH00558: "
      . 'Could not reliably determine the fully qualified domain name' ],
    [ "PostgreSQL's", 1, '2026-01-01 00:00:00.000 UTC [7] ERROR:  so' ],
    [ "PostgreSQL's, of a login", 1,
      '2026-01-01 00:00:00.000 UTC [7] FATAL:  sorry, too many clients already' ],
    [ "PostgreSQL's, of a client that went", 0,
      '2026-01-01 00:00:00.000 UTC [7] FATAL:  connection to client lost' ],
    [ "PostgreSQL's, at log", 0,
      '2026-01-01 00:00:00.000 UTC [7] LOG:  ready' ],
);
for (@complaints) {
    my ($name, $count, $line) = @$_;
    my $log = log_of($line);
    is(scalar(log_complaints($log->filename, {})), $count, $name);
    is(scalar(log_complaints($log->filename, { $line => 1 })), 0,
       "$name, declared");
}

my @crashes = (
    [ 'a signal', 1, "$when [core:notice] [pid 7] AH00051: child pid 8 exit "
      . 'signal Segmentation fault (11), possible coredump in /tmp' ],
    [ 'SIGABRT', 1,
      "$when [core:notice] [pid 7] AH00052: child pid 8 exit signal Aborted" ],
    [ 'a child that did not end', 1, "$when [core:error] [pid 7] AH00046: "
      . 'child process 8 still did not exit, sending a SIGKILL' ],
    [ "httpd's assertion", 1, "$when [core:crit] [pid 7] AH00102: [core] "
      . 'file util.c, line 7, assertion "0" failed' ],
    [ "libc's assertion", 1, "apache2: a.c:7: f: Assertion `0' failed." ],
    [ "libc's heap", 1, 'free(): invalid pointer' ],
    [ "libc's stack", 1, '*** stack smashing detected ***: terminated' ],
    [ 'AddressSanitizer', 1, '==7==ERROR: AddressSanitizer: heap-overflow' ],
    [ 'UBSan', 1, 'a.c:7:8: runtime error: signed integer overflow' ],
    [ 'an ordinary end', 0,
      "$when [mpm_event:notice] [pid 7] AH00491: caught SIGTERM, shutting" ],
);
for (@crashes) {
    my ($name, $count, $line) = @$_;
    is(scalar(log_crashes(log_of($line)->filename)), $count, $name);
}
my $killed = log_of("$when [core:notice] [pid 7] AH00052: child pid 8 exit "
                    . 'signal Killed (9)');
is(scalar(log_crashes($killed->filename)), 1, 'killed by nobody of ours');
is(scalar(log_crashes($killed->filename, 1)), 0, 'killed by the suite');

my $log = log_of('GET /?code=abc', 'GET /?code=abd');
my $secrets = log_of('abc');
is_deeply([ log_secrets($log->filename, $secrets->filename) ],
          ['GET /?code=abc'], 'a secret is found');
is(scalar(log_secrets($log->filename, log_of('xyz')->filename)), 0,
   'and no other');
is(scalar(log_secrets($log->filename, log_of()->filename)), 0, 'none, none');
done_testing();
