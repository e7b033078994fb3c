# SPDX-License-Identifier: Apache-2.0
#
# OAuth2AllowApiKey: API keys in place of tokens, for programs that know nothing
# of OAuth.

use strict;
use warnings;

use JSON::PP qw(decode_json);
use MIME::Base64 qw(encode_base64);
use Test::More;
use OAuth2Test;
use OAuth2Test::Rows;

my $app = client('keyed-app', scope => 'read write',
                 grant => ['client_credentials']);
user($_) for qw(keyed-ann keyed-bob);

sub ctl_json { return decode_json(ctl_ok('--json', @_)) }
sub key {
    my (@args) = @_;
    my $made = ctl_json('apikey', 'add', '--name', 'test', @args);
    note_secret($made->{api_key});
    return $made;
}
my $anns = key('--user', 'keyed-ann', '--scope', 'read');
my $apps = key('--client', 'keyed-app', '--scope', 'read');
my $bare = key('--user', 'keyed-ann');
my $key = $anns->{api_key};
my $token = json(request('POST', 'token', basic => $app, form =>
    [ grant_type => 'client_credentials', scope => 'read' ]))->{access_token};
settle();

sub header_of { return ('X-API-Key' => $_[0]) }
sub basic_of {
    my ($name, $password) = @_;
    my $pair = encode_base64("$name:$password", '');
    note_secret($pair);
    return (Authorization => "Basic $pair");
}
sub get {
    my ($path, %headers) = @_;
    return request('GET', $path, headers => \%headers);
}

# clause, path, headers, status, log
my @table = (
    [ 'X-API-Key', '/keyed', { header_of($key) }, 200 ],
    [ 'in any spelling', '/keyed', { 'x-aPi-KEY' => $key }, 200 ],
    [ "a client's", '/keyed', { header_of($apps->{api_key}) }, 200 ],
    [ "Basic with the owner's name", '/keyed',
      { basic_of('keyed-ann', $key) }, 200 ],
    [ '… in any spelling', '/keyed', { basic_of('KEYED-Ann', $key) }, 200 ],
    [ '… and scheme', '/keyed', { Authorization =>
        'bASIC ' . encode_base64(":$key", '') }, 200 ],
    [ "… with the client's ID", '/keyed',
      { basic_of('keyed-app', $apps->{api_key}) }, 200 ],
    [ '… without a name', '/keyed', { basic_of('', $key) }, 200 ],
    [ "… with somebody else's", '/keyed', { basic_of('keyed-bob', $key) }, 401,
      'OA2-3917' ],
    [ '… with the key as the name', '/keyed', { basic_of($key, '') }, 401,
      'OA2-3916' ],
    [ '… and not as such', '/keyed', { basic_of('keyed-ann', "x$key") }, 401 ],
    [ 'as a token', '/keyed', { Authorization => "Bearer $key" }, 401,
      'OA2-7114' ],
    [ 'a token', '/keyed', { Authorization => "Bearer $token" }, 200 ],
    [ 'a token as a key', '/keyed', { header_of($token) }, 401 ],
    [ 'made up', '/keyed', { header_of('oa2k_' . 'A' x 51) }, 401,
      'OA2-3916' ],
    [ 'the prefix alone', '/keyed', { header_of('oa2k_') }, 401, 'OA2-3916' ],
    [ 'too long', '/keyed', { header_of($key . 'A' x 3000) }, 401,
      'OA2-3916' ],
    [ 'two of them', '/keyed', { header_of("$key, $key") }, 400, 'OA2-3915' ],
    [ 'one in each place', '/keyed',
      { header_of($key), basic_of('', $key) }, 400, 'OA2-3915' ],
    [ 'beside a token', '/keyed',
      { header_of($key), Authorization => "Bearer $token" }, 400,
      'OA2-7118' ],
    [ "an application's own key beside a token", '/keyed',
      { header_of('its-own'), Authorization => "Bearer $token" }, 200 ],
    [ "an application's own key alone", '/keyed', { header_of('its-own') },
      401 ],
    [ 'another header', '/keyed', { 'Api-Key' => $key }, 401 ],
    [ 'in the query', "/keyed?key=$key", {}, 400, 'OA2-7117' ],
    [ '… and in the header', "/keyed?key=$key", { header_of($key) }, 400,
      'OA2-7117' ],
    [ 'a token in the query', "/keyed?access_token=$token",
      { header_of($key) }, 400, 'OA2-3913' ],
    [ 'Require oauth2-scope', '/keyed/write', { header_of($key) }, 403,
      'OA2-7100' ],
    [ '… without any', '/keyed', { header_of($bare->{api_key}) }, 403,
      'OA2-7100' ],
    [ 'Require valid-user', '/keyed/any', { header_of($bare->{api_key}) },
      200 ],
    [ 'Require oauth2-client', '/keyed/client',
      { header_of($apps->{api_key}) }, 200 ],
    [ "… is no user's", '/keyed/client', { header_of($key) }, 403,
      'OA2-7101' ],
    [ 'OAuth2AllowApiKey Off', '/keyed/off', { header_of($key) }, 401,
      'OA2-7116' ],
    [ '… in Basic', '/keyed/off', { basic_of('', $key) }, 401, 'OA2-7116' ],
    [ '… by default', '/location', { header_of($key) }, 401, 'OA2-7116' ],
    [ '… takes tokens', '/keyed/off', { Authorization => "Bearer $token" },
      200 ],
    [ 'Require oauth2-basic is for passwords', '/keyed/basic',
      { header_of($key) }, 403, 'OA2-7101' ],
);
for (@table) {
    my ($clause, $path, $headers, $status, $log) = @$_;
    is(get($path, %$headers)->{status}, $status, "$clause: $status");
    my @lines = log_lines();
    is(scalar(grep { /\Q$log\E/ } @lines), 1, "$clause: $log") if $log;
    is(scalar(grep { /oa2k_[\w-]{9}/ } @lines), 0, "$clause: no key logged");
}

subtest 'what the application is told' => sub {
    my $seen = json(get('/keyed', header_of($key)));
    is($seen->{REMOTE_USER}, 'keyed-ann', 'REMOTE_USER');
    is($seen->{AUTH_TYPE}, 'OAuth2', 'AUTH_TYPE');
    is($seen->{OAUTH2_SCOPE}, 'read', 'OAUTH2_SCOPE');
    is($seen->{OAUTH2_KEY_ID}, $anns->{key_id}, 'OAUTH2_KEY_ID');
    like($seen->{OAUTH2_SUB}, qr/^\S{20,}$/, "OAUTH2_SUB: the user's");
    ok(!exists $seen->{OAUTH2_CLIENT_ID}, 'no client');
    ok(!exists $seen->{OAUTH2_EXPIRES}, 'it never expires');
    $seen = json(get('/keyed', header_of($apps->{api_key})));
    is($seen->{REMOTE_USER}, 'client:keyed-app', "a client's: REMOTE_USER");
    is($seen->{OAUTH2_CLIENT_ID}, 'keyed-app', 'OAUTH2_CLIENT_ID');
    ok(!exists $seen->{OAUTH2_SUB}, 'no OAUTH2_SUB');
    $seen = json(get('/keyed/proxied', header_of($key)));
    is($seen->{HTTP_OAUTH2_USER}, 'keyed-ann', 'a back end: OAuth2-User');
    is($seen->{HTTP_OAUTH2_KEY_ID}, $anns->{key_id}, 'OAuth2-Key-Id');
    ok(!exists $seen->{HTTP_OAUTH2_EXPIRES}, 'no OAuth2-Expires');
    log_lines();
};

subtest 'no application sees a key' => sub {
    for my $path ('/keyed', '/keyed/given', '/keyed/proxied', '/open/env.cgi',
                  '/open/env.php', '/api/env.php') {
        for my $headers ([ header_of($key) ], [ basic_of('keyed-ann', $key) ],
                         [ basic_of($key, '') ], [ 'Api-Key' => $key ],
                         [ 'X-Auth' => $key ],
                         [ header_of("other, $key") ],
                         [ Authorization => "Bearer $key" ],
                         [ Authorization => "Token token=$key" ]) {
            my $text = get("$path?a=$key", @$headers)->{content};
            my $plain = get($path, @$headers)->{content};
            my ($pair) = ($headers->[1] =~ /^Basic (\S+)/, 'no Basic');
            is(scalar(grep { index($text . $plain, $_) >= 0 } $key, $pair), 0,
               "$path: $headers->[0]");
        }
    }
    my $seen = json(get('/open/env.cgi', header_of('its-own')));
    is($seen->{HTTP_X_API_KEY}, 'its-own', 'but its own');
    $seen = json(get('/open/env.cgi?k=' . $key));
    is($seen->{QUERY_STRING}, 'k=oa2k_' . '.' x 51, 'in the query: dots');
    log_lines();
};

subtest 'RFC 9110 11.6.1: Basic is offered, for programs that wait for it' =>
sub {
    for my $headers ([], [ header_of('oa2k_' . 'A' x 51) ]) {
        my @all = headers(get('/keyed', @$headers), 'www-authenticate');
        is(scalar @all, 2, 'two fields');
        like($all[0], qr/^Bearer realm="Keyed", scope="read"$/, 'Bearer');
        is($all[1], 'Basic realm="Keyed", charset="UTF-8"', 'Basic');
    }
    my @all = headers(get('/keyed/off', header_of($key)), 'www-authenticate');
    is(scalar @all, 1, 'not where it is Off');
    log_lines();
};

subtest 'OAuth2AllowApiKey in a .htaccess file' => sub {
    my $dir = var('htdocs') . '/keyed-here';
    mkdir $dir or die "$dir: $!\n" if !-d $dir;
    chmod 0755, $dir;
    my $protect = qq(AuthType OAuth2\nAuthName "Here"\n)
        . "Require oauth2-scope read\n";
    for (['here.txt', "Here it is.\n"], ['.htaccess', $protect]) {
        open my $out, '>', "$dir/$_->[0]" or die "$dir: $!\n";
        print {$out} $_->[1];
        close $out or die "$dir: $!\n";
    }
    is(get('/keyed-here/here.txt', header_of($key))->{status}, 401,
       'not without it');
    open my $out, '>>', "$dir/.htaccess" or die "$dir: $!\n";
    print {$out} "OAuth2AllowApiKey On\n";
    close $out or die "$dir: $!\n";
    my $res = get('/keyed-here/here.txt', header_of($key));
    is($res->{status}, 200, 'with it');
    is($res->{content}, "Here it is.\n", 'the document');
    log_lines();
};

# Warm in every process's cache; then refused at once by each.
sub statuses {
    my ($key) = @_;
    my %seen;
    $seen{ get('/keyed', header_of($key))->{status} }++ for 1 .. 12;
    return join ' ', sort keys %seen;
}
sub ends {
    my ($name, $key, @command) = @_;
    is(statuses($key), '200', "$name: good");
    ctl_ok(@command);
    settle();
    is(statuses($key), '401', "$name: refused by all processes");
    log_lines();
}
subtest 'what ends a key' => sub {
    my $one = key('--user', 'keyed-bob', '--scope', 'read');
    my $two = key('--user', 'keyed-bob', '--scope', 'read');
    ends('revoked', $one->{api_key}, 'apikey', 'revoke', $one->{key_id});
    ends('the user is disabled', $two->{api_key}, 'user', 'disable',
         'keyed-bob');
    ctl_ok('user', 'enable', 'keyed-bob');
    settle();
    ends('the user is removed', $two->{api_key}, 'user', 'remove', 'keyed-bob',
         '--yes');
    my $clients = key('--client', 'keyed-app', '--scope', 'read');
    ends('the client is disabled', $clients->{api_key}, 'client', 'disable',
         'keyed-app');
    ctl_ok('client', 'enable', 'keyed-app');
    my $short = key('--user', 'keyed-ann', '--scope', 'read', '--expires',
                    '3s');
    is(get('/keyed', header_of($short->{api_key}))->{status}, 200,
       'before it expires');
    sleep 4;
    is(statuses($short->{api_key}), '401', 'and afterwards');
    log_lines();
};

subtest 'when it was used last' => sub {
    my $row = (grep { $_->{key_id} eq $anns->{key_id} }
               @{ ctl_json('apikey', 'list', '--user', 'keyed-ann') })[0];
    cmp_ok(abs($row->{last_used} - time), '<', 3600, 'is listed');
    my ($unused) = map { $_->{last_used} } grep { $_->{name} eq 'unused' }
        @{ ctl_json('apikey', 'list') };
    is($unused, undef, 'or nothing');
};

no_complaints('whatever is sent, no error');
done_testing();
