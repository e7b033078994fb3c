# SPDX-License-Identifier: Apache-2.0
#
# Who somebody is: nobody but a provider of the administrator's says it, the
# client cannot take it away, and neither a cache nor the application next
# door learns it.

use strict;
use warnings;

use File::Copy qw(copy);
use File::Path qw(make_path);
use Test::More;
use Time::HiRes qw(sleep time);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $app = client('id-app', redirect_uri => $uri, scope => 'read');
my @machine = map {
    client($_, scope => 'read', grant => 'client_credentials')
} qw(id-one id-two);
my %password = map { $_ => user($_) } qw(id-alice id-bob);
my %good = (client_id => 'id-app', redirect_uri => $uri, scope => 'read');

sub token_of {
    my ($machine, $server) = @_;
    return json(request('POST', issuer($server) . '/token', basic => $machine,
        form => [ grant_type => 'client_credentials' ]))->{access_token};
}
my ($one, $two) = map { token_of($_) } @machine;

sub person {
    my ($name, %more) = @_;
    return OAuth2Test::Browser->new(user => $name,
                                    password => $password{$name}, %more);
}

sub place {
    my ($name, $htaccess) = @_;
    my $dir = var('htdocs') . "/$name";
    make_path($dir);
    return $dir if !defined $htaccess;
    open my $out, '>', "$dir/.htaccess" or die "$dir/.htaccess: $!\n";
    print {$out} $htaccess;
    close $out or die "$dir/.htaccess: $!\n";
    return $dir;
}

# A request that is slower than its token's life (10 s at "short"): only its
# first line is sent now.
my $short = token_of($machine[0], 'short');
my $started = time;
my $slow = OAuth2Test::connect_to();
$slow->autoflush(1);
print {$slow} "GET /api/env.cgi HTTP/1.1\r\n";

# --- the author of a .htaccess file ------------------------------------------

# The guest knows the password of one "id-alice": the guest's own file says so.
my $file = var('work') . '/guest.htpasswd';
my $guessed = note_secret(random_text(12));
open my $in, '|-', "htpasswd -icB -C 4 $file id-alice 2>/dev/null" or die;
print {$in} $guessed;
close $in or die "htpasswd: $?\n";
my $basic = qq(AuthType Basic\nAuthName "Guest"\nAuthBasicProvider file\n)
    . qq(AuthUserFile "$file"\nRequire valid-user\n);

subtest 'RFC 9728: a resource of a .htaccess file, again and again' => sub {
    my %seen;
    for (1 .. 40) {
        my $res = request('GET',
            '/.well-known/oauth-protected-resource/htaccess');
        $seen{"$res->{status} " . (json($res)->{resource} // '')}++;
    }
    is_deeply(\%seen, { '200 ' . base() . '/htaccess' => 40 },
              'the same document');
    log_is(0, 'no log');
};

subtest 'a .htaccess author cannot say who the user is' => sub {
    place($_, "SetHandler oauth2-authorize\n$basic") for qw(guest listed);
    place('guest/none');
    my $guest = person('id-alice', basic => [ 'id-alice', $guessed ]);
    my ($query) = $guest->authorize(%good)->{url} =~ /(\?.*)/;
    log_is(0, 'until here');
    for my $path ('/guest/x', '/guest/none/x', '/listed/x') {
        is(request('GET', "$path$query")->{status}, 401, "$path: is asked");
        is($guest->get("$path$query")->{status}, 404, "$path: nothing there");
        log_is(qr/OA2-7401: .*<Location>/, 'told');
    }
};

subtest 'nor what a login provider reads, by any handler' => sub {
    for my $how ('SetHandler oauth2-login', 'AddHandler oauth2-login .x',
                 "RewriteEngine On\nRewriteRule ^ - [H=oauth2-login]") {
        place('guest/login', qq($how\nAuthUserFile "$file"\n));
        place('guest', '');
        my $res = request('POST', '/guest/login/y.x', form => [
            username => 'id-alice', password => $guessed ]);
        is($res->{status}, 404, "$how: refused");
        log_is(qr/OA2-7401/, 'the administrator is told');
    }
};

subtest 'nor at the endpoints themselves' => sub {
    my $top = var('htdocs') . '/oauth2';
    make_path($top);
    open my $out, '>', "$top/.htaccess" or die "$top: $!\n";
    print {$out} qq(<FilesMatch "^(authorize|login|consent)\$">\n)
        . "$basic</FilesMatch>\n";
    close $out;
    my $guest = person('id-alice', basic => [ 'id-alice', $guessed ]);
    my $res = $guest->get($guest->authorize(%good)->{url});
    is($res->{status}, 200, 'answered');
    ok($guest->form_with($res, 'password'), 'as nobody: the login page');
    # The administrator's password file is asked there all the same.
    my $file_alice = person('file-alice');
    $file_alice->{password} = var('file_users')->{'file-alice'};
    $res = $file_alice->walk($file_alice->authorize(%good));
    ok(query_of(header($res, 'location'))->{code}, 'OAuth2LoginProvider file');
    log_is(0, 'no log');
};

subtest 'OAuth2LoginProvider is not for .htaccess' => sub {
    place('guest', "OAuth2LoginProvider file\n");
    is(request('GET', '/guest/x')->{status}, 500, 'refused');
    log_allow(qr/OAuth2LoginProvider not allowed (?:here|in)/, 'by httpd');
    place('guest', '');
};

# --- the client --------------------------------------------------------------

subtest 'Connection cannot take our headers away' => sub {
    my $ask = sub {
        my ($connection) = @_;
        return json(raw_request(join "\r\n", 'GET /proxied/x HTTP/1.1',
            'Host: 127.0.0.1:' . var('port'), "Authorization: Bearer $one",
            "Connection: $connection", 'X-Hop: 1', '', ''));
    };
    my @names = qw(CLIENT_ID SCOPE EXPIRES);
    for my $connection ('close, OAuth2-Client-Id, OAuth2-Scope, X-Hop',
                        'OAuth2-Client-Id,oauth2-scope;OAUTH2-EXPIRES,'
                        . ' X-Hop ,, close',
                        "OAuth2-Client-Id\r\nConnection: close, X-Hop,"
                        . ' OAuth2-Expires') {
        my $env = $ask->($connection);
        is_deeply([ grep { exists $env->{"HTTP_OAUTH2_$_"} } @names ],
                  \@names, $connection =~ s/\r\n/ | /r);
        is($env->{HTTP_OAUTH2_CLIENT_ID}, 'id-one', 'the client');
        ok(!exists $env->{HTTP_X_HOP}, 'what else it names is removed');
    }
    log_is(0, 'no log');
};

subtest 'an open directory with a protected index' => sub {
    my $dir = place('idx');
    copy(var('htdocs') . '/open/env.cgi', "$dir/env.cgi") or die "copy: $!\n";
    chmod 0755, "$dir/env.cgi";
    for my $path ('/idx/', '/idx/env.cgi') {
        is(request('GET', $path)->{status}, 401, "$path: no token");
        my $res = request('GET', $path, bearer => $one);
        is($res->{status}, 200, "$path: a token");
        is(json($res)->{OAUTH2_CLIENT_ID}, 'id-one', "$path: whose it is");
        ok(!exists json($res)->{HTTP_AUTHORIZATION}, "$path: withheld");
    }
    log_lines();
};

subtest 'OAuth2PassPreflight On' => sub {
    my %ask = (Origin => 'https://spa.example',
               'Access-Control-Request-Method' => 'GET');
    my $res = request('OPTIONS', '/asked/x', headers => \%ask);
    is(json($res)->{REQUEST_METHOD}, 'OPTIONS', 'a preflight, without token');
    is(json($res)->{REMOTE_USER}, undef, 'and nobody\'s');
    is(request('OPTIONS', '/asked/x')->{status}, 401, 'no other OPTIONS');
    is(request('GET', '/asked/x', headers => \%ask)->{status}, 401,
       'nor a GET');
    $res = request('OPTIONS', '/location/x', headers => \%ask);
    is($res->{status}, 204, 'Off, where nothing is said');
    unlike($res->{content}, qr/REQUEST_METHOD/, 'no script ran');
    log_lines();
};

subtest 'open is the request that earned it, not what becomes of it' => sub {
    my %ask = (Origin => 'https://spa.example',
               'Access-Control-Request-Method' => 'GET');
    my $dir = place('directory');
    for (qw(go.cgi list.cgi)) {
        open my $out, '>', "$dir/$_" or die "$_: $!\n";
        print {$out} $_ eq 'go.cgi'
            ? "#!/bin/sh\necho Location: /directory/list.cgi; echo\n"
            : "#!/bin/sh\necho Content-Type: text/plain; echo\n"
              . "echo SECRET \$REQUEST_METHOD\n";
        close $out;
        chmod 0755, "$dir/$_";
    }
    my $res = request('OPTIONS', '/directory/go.cgi', headers => \%ask);
    is($res->{status}, 401, 'a GET inside httpd needs a token');
    unlike($res->{content}, qr/SECRET/, 'and does not run');
    like(header($res, 'www-authenticate'), qr/^Bearer /, 'challenge');
    log_is(qr/OA2-7402/, 'told');
    $res = request('GET', '/directory/go.cgi', bearer => $one);
    like($res->{content}, qr/SECRET GET/, 'a GET with one');
    log_lines();
};

subtest 'and open is what we answer, not what has a name of ours' => sub {
    my $rules = "SetHandler oauth2-token\nRewriteEngine On\n"
        . qq(RewriteRule "cgi\$" "-" [H=cgi-script]\n)
        . qq(RewriteRule "html\$" "-" [H=default-handler]\n);
    for my $how ('up', 'named') {
        my $dir = place("directory/$how", $how eq 'up' ? $rules : undef);
        copy(var('htdocs') . '/directory/list.cgi', "$dir/list.cgi")
            or die "copy: $!\n";
        chmod 0755, "$dir/list.cgi";
        open my $out, '>', "$dir/s.html" or die "s.html: $!\n";
        print {$out} "SECRET\n";
        close $out;
        for my $path ("/directory/$how/list.cgi", "/directory/$how/s.html") {
            for my $method (qw(GET OPTIONS)) {
                my $res = request($method, $path);
                is($res->{status}, 401, "$method $path: no token");
                unlike($res->{content}, qr/SECRET/, "$method $path: nothing");
                log_is($how eq 'up' ? 'any' : qr/OA2-7501/, 'told');
            }
            next if $how ne 'up';
            my $res = request('GET', $path, bearer => $one);
            like($res->{content}, qr/SECRET/, "$path: with a token");
        }
        unlike(request('GET', "/directory/$how/")->{content}, qr/SECRET/,
               "/directory/$how/: its index");
        log_lines();
    }
};

# --- a shared cache ----------------------------------------------------------

subtest 'mod_cache keeps no answer to a token' => sub {
    my $at = base('inner');
    my $first = json(request('GET', "$at/cached/open"));
    my $again = json(request('GET', "$at/cached/open"));
    ok($first->{pid}, 'open: an answer');
    is($again->{pid}, $first->{pid}, 'open: the same from the cache');
    for my $path ('/cached/x', '/rewrite/env.cgi', '/rewrite/moved') {
        my @seen = map {
            json(request('GET', "$at$path", bearer => $_))
                ->{OAUTH2_CLIENT_ID}
        } $one, $two, $one;
        is_deeply(\@seen, [ qw(id-one id-two id-one) ],
                  "$path: everybody's own");
        is(request('GET', "$at$path")->{status}, 401, "$path: no token");
    }
    like(request('GET', "$at/open/page.shtml", bearer => $one)->{content},
         qr/\[the orders/, 'an open page with a protected part');
    unlike(request('GET', "$at/open/page.shtml")->{content}, qr/the orders/,
           'which others do not see');
    log_allow(qr/unable to include/, 'SSI');
};

# --- cookies of the login pages ----------------------------------------------

subtest 'our cookies do not reach applications' => sub {
    my $alice = person('id-alice');
    $alice->walk($alice->authorize(%good));
    my ($name) = grep { /^oauth2_browser_/ } keys %{ $alice->{cookies} };
    my ($browser, $session) = @{ $alice->{cookies} }{ $name,
                                                      'oauth2_session' };
    ok($browser && $session, 'both are there');
    my @table = (
        # cookies sent, what is left of them
        [ "oauth2_session=$session; $name=$browser", undef ],
        [ "$name=$browser; a=1; __Host-$name=$browser", 'a=1' ],
        [ "a=1; oauth2_session=$session; b=2", 'a=1; b=2' ],
        [ "__Host-oauth2_session=$session; a=1", 'a=1' ],
        [ "a=1; my_oauth2_session=2", 'a=1; my_oauth2_session=2' ],
    );
    for my $path ('/open/env.cgi', '/open/env.php', '/proxied-open/x',
                  '/location/x', '/mix/granted') {
        for (@table) {
            my ($sent, $left) = @$_;
            my $res = request('GET', $path, headers => {
                Cookie => $sent, Authorization => "Bearer $one" });
            is($res->{status}, 200, "$path: 200");
            my $got = json($res)->{HTTP_COOKIE};
            # nobody's session belongs into the output of a failed test
            ok(($got // 'none') eq ($left // 'none'),
               "$path: left is " . ($left // 'nothing'));
        }
    }
    log_is(0, 'no log');
};

subtest 'endpoints under an inherited AuthType OAuth2' => sub {
    my $bob = person('id-bob', issuer => 'inner');
    my $res = $bob->walk($bob->authorize(%good));
    ok(query_of(header($res, 'location'))->{code}, 'login, consent, a code');
    my ($query) = $bob->authorize(%good)->{url} =~ /(\?.*)/;
    $res = $bob->get(base('inner') . "/inner/authorize$query");
    ok(query_of(header($res, 'location'))->{code},
       'a handler outside the issuer\'s tree knows the session');
    is(request('GET', base('inner') . '/inner/x')->{status}, 401,
       'all else is protected');
    my $env = json($bob->get(base('inner') . '/inner/x', headers => {
        Authorization => "Bearer $one" }));
    is($env->{OAUTH2_CLIENT_ID}, 'id-one', 'and works');
    ok(!exists $env->{HTTP_COOKIE}, 'without our cookies');
    log_lines();
};

# --- a slow request ----------------------------------------------------------

subtest 'a token has to live until the request is whole' => sub {
    my $rest = $started + 11.2 - time;
    sleep $rest if $rest > 0;
    print {$slow} 'Host: 127.0.0.1:' . var('port') . "\r\n"
        . "Authorization: Bearer $short\r\nConnection: close\r\n\r\n";
    local $/;
    my $res = OAuth2Test::parse_answer(scalar(<$slow>) // '');
    is($res->{status}, 401, 'expired on the way');
    log_lines();
};

done_testing();
