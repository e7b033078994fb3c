#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# orders.cgi - an API as they were written before OAuth 2: it believes what
# httpd says about the user, and knows nothing of tokens.
#
#   GET   lists the orders of REMOTE_USER
#   POST  item=...  creates one (this demo forgets it again)

use strict;
use warnings;

sub text {
    my ($s) = @_;
    $s = '' unless defined $s;
    $s =~ s/([\\"])/\\$1/g;
    $s =~ s/([\x00-\x1f\x7f])/sprintf '\\u%04x', ord $1/ge;
    return qq{"$s"};
}

sub answer {
    my ($status, @lines) = @_;
    print "Status: $status\r\nContent-Type: application/json\r\n",
        "Cache-Control: no-store\r\n\r\n{\n  ", join(",\n  ", @lines), "\n}\n";
    exit 0;
}

my $method = $ENV{REQUEST_METHOD} || 'GET';
if ($method eq 'OPTIONS') {
    print "Status: 204 No Content\r\nAllow: GET, HEAD, POST\r\n\r\n";
    exit 0;
}
my @who = ('"user": ' . text($ENV{REMOTE_USER}),
           '"client": ' . text($ENV{OAUTH2_CLIENT_ID}),
           '"scope": ' . text($ENV{OAUTH2_SCOPE}));

if ($method eq 'GET' || $method eq 'HEAD') {
    answer('200 OK', @who,
           '"orders": [{"id": 1001, "item": "Tea kettle", "state": "sent"}, '
           . '{"id": 1002, "item": "Teapot", "state": "open"}]');
}
if ($method eq 'POST') {
    my $length = $ENV{CONTENT_LENGTH} || 0;
    answer('413 Content Too Large', '"error": "at most 4096 bytes"')
        if $length !~ /^\d+$/ || $length > 4096;
    my $body = '';
    read STDIN, $body, $length;
    my ($item) = $body =~ /(?:^|&)item=([^&]*)/;
    answer('400 Bad Request', '"error": "send item=..."')
        unless defined $item && $item ne '';
    $item =~ tr/+/ /;
    $item =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    answer('201 Created', @who,
           '"created": {"id": 1003, "item": ' . text($item) . '}');
}
answer('405 Method Not Allowed', '"error": "GET or POST"');
