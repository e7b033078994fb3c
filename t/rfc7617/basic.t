# SPDX-License-Identifier: Apache-2.0
#
# OAuth2BasicProvider: callers who send a name and a password, as before, on
# the path where others come with a token.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;

my $app = client('moving-app', scope => 'read write',
                 grant => ['client_credentials']);
sub token {
    return json(request('POST', 'token', basic => $app, form =>
        [ grant_type => 'client_credentials', scope => $_[0] ]))
        ->{access_token};
}
my %bearer = (read => token('read'), write => token('write'));

my $users = var('file_users');
my %basic = map { $_ => [ $_, $users->{$_} ] } keys %$users;
$basic{wrong} = [ 'file-alice', 'not-this-one-at-all' ];
$basic{unknown} = [ 'nobody-of-that-name', 'whatever-it-may-be' ];
$basic{own} = [ 'moving-own', user('moving-own') ];
note_secret($_->[1]) for values %basic;

# path, who, status
my @table = (
    [ '/moving', '', 401 ],
    [ '/moving', 'read', 200 ],
    [ '/moving', 'write', 403 ],
    [ '/moving', 'file-alice', 200 ],
    [ '/moving', 'wrong', 401 ],
    [ '/moving', 'unknown', 401 ],
    [ '/moving/tokens', 'read', 200 ],
    [ '/moving/tokens', 'file-alice', 403 ],
    [ '/moving/bob', 'read', 200 ],
    [ '/moving/bob', 'file-alice', 403 ],
    [ '/moving/bob', 'file-bob', 200 ],
    [ '/moving/any', 'write', 200 ],
    [ '/moving/any', 'file-bob', 200 ],
    [ '/moving/any', 'wrong', 401 ],
    [ '/moving/own', 'own', 200 ],
    [ '/moving/own', 'file-alice', 401 ],
    [ '/moving/own', 'read', 403 ],
    # Only where it is asked for.
    [ '/location', 'file-alice', 401 ],
);
sub credentials {
    my ($who) = @_;
    return $bearer{$who} ? (bearer => $bearer{$who})
        : $basic{$who} ? (basic => $basic{$who}) : ();
}
for (@table) {
    my ($path, $who, $status) = @$_;
    is(request('GET', $path, credentials($who))->{status}, $status,
       "$path: " . ($who || 'nobody') . ": $status");
}
no_complaints('refused callers are no errors');

subtest 'what the application is told' => sub {
    my $seen = json(request('GET', '/moving', credentials('file-alice')));
    is($seen->{REMOTE_USER}, 'file-alice', 'REMOTE_USER');
    is($seen->{AUTH_TYPE}, 'Basic', 'AUTH_TYPE');
    is_deeply([ grep { /^OAUTH2_/ } sort keys %$seen ], [],
              'nothing of a token');
    $seen = json(request('GET', '/moving', credentials('read')));
    is($seen->{AUTH_TYPE}, 'OAuth2', 'a token is a token');
    log_lines();
};

subtest 'RFC 9110 11.6.1: both schemes are offered, each in its field' => sub {
    for my $who ('', 'wrong') {
        my @all = headers(request('GET', '/moving', credentials($who)),
                          'www-authenticate');
        is(scalar @all, 2, 'two fields');
        like($all[0], qr/^Bearer realm="Moving \\"on\\"", scope="read"$/,
             'Bearer, with the scope that would do');
        is($all[1], 'Basic realm="Moving \"on\"", charset="UTF-8"',
           'Basic, and how a name is encoded (RFC 7617 2.1)');
    }
    my @all = headers(request('GET', '/moving', bearer => 'made-up'),
                      'www-authenticate');
    like($all[0], qr/error="invalid_token"/, 'a bad token is told so');
    is(scalar @all, 2, 'and that a password would do as well');
    @all = headers(request('GET', '/location'), 'www-authenticate');
    is(scalar @all, 1, 'elsewhere one alone');
    log_lines();
};

subtest 'RFC 7617 2: what is no name and password' => sub {
    my %header = (
        'no base64' => 'Basic !!!', 'empty' => 'Basic ',
        'no colon' => 'Basic ' . encode_base64('file-alice', ''),
        'NUL' => 'Basic ' . encode_base64("file\0alice:x", ''),
        'no name' => 'Basic ' . encode_base64(':x', ''),
        'long' => 'Basic ' . encode_base64('a' x 3000 . ':x', ''),
    );
    for my $name (sort keys %header) {
        row({ clause => $name, status => 401, log => 1,
              send => [ GET => '/moving',
                        headers => { Authorization => $header{$name} } ] });
    }
};

#
# RFC 7617 2: "a user-id containing a colon character is invalid", so the
# first one ends it; a name is UTF-8 (2.1), a password whatever bytes its
# provider knows.
#
my $latin1 = note_secret("caf\xe9-" . random_text(12));
my $colons = note_secret(':a:' . random_text(12) . ':');
for ([ 'file-latin1', $latin1 ], [ 'file-colons', $colons ],
     [ "caf\xe9", $latin1 ], [ "J\xc3\xbcrgen", $colons ]) {
    # At its end, since other tests add to it at the same time.
    my $command = "exec htpasswd -n -i -B -C 5 '$_->[0]' >>'"
        . var('htpasswd') . "' 2>/dev/null";
    open my $to, '|-', $command or die "htpasswd: $!\n";
    print {$to} $_->[1];
    close $to or die "htpasswd failed\n";
}
my $own_colons = note_secret(':b:' . random_text(12) . ':');
for ('colons-own', "B\xc3\xa4rbel-own") {
    ctl_ok(\"$own_colons\n", 'user', 'add', '--password-stdin', $_);
}

sub send_basic {
    my ($path, @pair) = @_;
    return request('GET', $path, headers => { Authorization =>
        'Basic ' . encode_base64(join(':', @pair), '') });
}

subtest 'colons and bytes at OAuth2BasicProvider' => sub {
    my @rows = (
        [ '/moving', 200, 'file-colons', $colons ],
        [ '/moving', 401, 'file-colons', substr $colons, 1 ],
        [ '/moving', 401, 'file-colons:', $colons ],
        [ '/moving', 200, 'file-latin1', $latin1 ],
        [ '/moving', 401, 'file-latin1', "caf\xc3\xa9" . substr $latin1, 4 ],
        [ '/moving', 200, "J\xc3\xbcrgen", $colons ],
        # The name is in the file in just these bytes.
        [ '/moving', 401, "caf\xe9", $latin1 ],
        [ '/moving/own', 200, 'colons-own', $own_colons ],
        [ '/moving/own', 200, "B\xc3\xa4rbel-own", $own_colons ],
        [ '/moving/own', 401, 'colons-own', substr $own_colons, 1 ],
        [ '/moving/own', 401, 'colons-own:', $own_colons ],
        [ '/moving/own', 401, 'colons-own', "$own_colons\xff" ],
        [ '/moving/own', 401, "B\xe4rbel-own", $own_colons ],
    );
    for (@rows) {
        my ($path, $status, @pair) = @$_;
        (my $shown = $pair[0]) =~ s/[^!-~]/?/g;
        row({ clause => "$path, $shown", status => $status,
              log => $status == 401 ? $shown =~ /\?/ ? qr/OA2-7900.*UTF-8/
                                                     : qr/OA2-7901/ : 0,
              send => sub { send_basic($path, @pair) } });
    }
};

subtest 'colons and bytes at AuthBasicProvider oauth2' => sub {
    my @rows = (
        [ 200, 'colons-own', $own_colons ],
        [ 200, "B\xc3\xa4rbel-own", $own_colons ],
        [ 401, 'colons-own', substr $own_colons, 1 ],
        [ 401, 'colons-own:', $own_colons ],
        [ 401, 'colons-own', "$own_colons\xff" ],
        [ 401, "B\xe4rbel-own", $own_colons ],
        [ 401, "colons-own\x01", $own_colons ],
    );
    for (@rows) {
        my ($status, @pair) = @$_;
        (my $shown = $pair[0]) =~ s/[^!-~]/?/g;
        is(send_basic('/basic/own', @pair)->{status}, $status,
           "$shown: $status");
    }
    # mod_auth_basic's own, for each wrong one
    log_allow(qr/AH0161[78]/, 'refused');
};

subtest 'a wrong password is logged once, at info, without the name' => sub {
    request('GET', '/moving', credentials('wrong'));
    my @lines = log_lines();
    is(scalar @lines, 1, 'one line');
    like($lines[0], qr/:info\].*OA2-7901/, 'at info');
    unlike($lines[0], qr/file-alice/, 'without the name');
};

# A request that httpd makes inside: /moving/gone has /moving/few as its
# ErrorDocument, which inherits the provider and names another file.
subtest 'another password file is asked for itself' => sub {
    my %known = ('file-alice' => 0, 'file-bob' => 0, 'file-carol' => 1);
    for my $who (sort keys %known) {
        my $answer = request('GET', '/moving/gone', credentials($who));
        is($answer->{status}, 404, "$who: what was asked for is gone");
        is($answer->{content} =~ /"REMOTE_USER"\s*:\s*"\Q$who\E"/ ? 1 : 0,
           $known{$who}, "$who: who is let in further is known there");
    }
    log_lines();
};

subtest 'no provider can tell, and both lines say why' => sub {
    is(request('GET', '/moving/broken', credentials('file-alice'))->{status},
       503, 'answered');
    log_allow(qr/AH0161[89]|AH01620|OA2-7080/, 'told');
};

done_testing();
