#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# env.cgi - an application that tells what it was told: its environment and
# the length of the body, as JSON.

use strict;
use warnings;

sub quoted {
    my ($text) = @_;
    $text =~ s/([^ !#-\[\]-~])/sprintf '\\u%04x', ord $1/ge;
    return qq("$text");
}

my $length = 0;
while (my $read = read STDIN, my $chunk, 65536) { $length += $read }

print "Content-Type: application/json\r\n\r\n{";
print quoted($_), ':', quoted($ENV{$_}), ',' for sort keys %ENV;
print qq("body_length":$length,"pid":$$}\n);
