# SPDX-License-Identifier: Apache-2.0
#
# The users of an OpenLDAP sign in, with the lines of docs/directives.md: by
# whatever spelling they are one account, which is disabled once; what the
# directory changes counts at once; and it goes away and comes back.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Test::More;
use Time::HiRes qw(time);
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Directory;
use OAuth2Test::Server;

my $dir = var('work') . '/ldap';
my ($ldap_port) = free_ports(1);
my $uri = 'https://app.example/callback';
my $app = client('ld-app', redirect_uri => $uri, scope => 'read',
                 introspect => 'all');
mkdir $dir;
mkdir "$dir/state", 0700;
chown var('child_uid'), var('child_gid'), "$dir/state" if !$>;
run('cp', '-p', var('work') . '/first/state/secret', "$dir/state/secret");
make_tls("$dir/tls");
my $ldap = OAuth2Test::Directory->new("$dir/slapd", "$dir/tls", $ldap_port);

# --- the server --------------------------------------------------------------

# What the manual has its readers write, but for where the directory is.
sub documented {
    my ($file) = @_;
    my $text = slurp(var('source') . "/docs/$file");
    my ($lines) = $text =~ m{^((?:LDAP\N*\n)+\n<Location[ ]"/oauth2">\n
                             (?:[ ]+\N*\n)*?[ ]+AuthLDAPURL\N*\n
                             (?:[ ]+\N*\n)*</Location>\n)}mx
        or die "no example of LDAP in $file\n";
    return $lines;
}

my $lines = documented('directives.md');
is(documented('examples/ldap.conf'), $lines, 'both examples are alike');
$lines =~ s{ldaps://ldap\.example\.com}{$ldap->url}e or die;
my ($global, $place) = $lines =~ m{^(.*?)(<Location.*)$}s;
my ($people) = $place =~ m{(AuthLDAPURL "[^"?]*)};

my %var = map { $_ => var($_) }
    qw(httpd module modules htdocs pages user driver params template libexec
       fourth_port fifth_port);
spew("$var{htdocs}/$_", "$_\n") for qw(basic carols);
my $frank = note_secret(random_text(12));
chomp(my $hash = run_quiet('openssl', 'passwd', '-6', $frank));
spew("$dir/htpasswd", "ld-frank:$hash\n");

my $template = "$dir/httpd.conf.in";
spew($template, slurp($var{template}) =~ s{^(\@modules\@)$}
    {join "\n", $1, map { "LoadModule ${_}_module \@libexec\@/mod_$_.so" }
        qw(authn_file authz_user ldap authnz_ldap)}mer, <<"END");
$global
# What mod_ldap says when it cannot.
LogLevel notice oauth2_api:info ldap:info authnz_ldap:info
LDAPTrustedGlobalCert CA_BASE64 "$dir/tls/ca.pem"
$place
<Location "/basic">
    AuthType OAuth2
    AuthName "LDAP"
    OAuth2BasicProvider ldap
    $people?uid"
    AuthLDAPRemoteUserAttribute uid
    Require oauth2-basic
</Location>
<Location "/carols">
    AuthType OAuth2
    AuthName "LDAP"
    OAuth2BasicProvider ldap
    $people?uid"
    AuthLDAPRemoteUserAttribute uid
    Require user ld-carol
</Location>

# By their mail addresses, and some by a file.
Listen 127.0.0.1:\@fourth_port\@
<VirtualHost 127.0.0.1:\@fourth_port\@>
    OAuth2Issuer http://127.0.0.1:\@fourth_port\@/oauth2
    <Location "/oauth2">
        SetHandler oauth2
        OAuth2LoginProvider file ldap
        AuthUserFile "$dir/htpasswd"
        $people?mail,uid"
        AuthLDAPRemoteUserAttribute uid
    </Location>
</VirtualHost>

# The directory does not tell how it spells anybody.
Listen 127.0.0.1:\@fifth_port\@
<VirtualHost 127.0.0.1:\@fifth_port\@>
    OAuth2Issuer http://127.0.0.1:\@fifth_port\@/oauth2
    <Location "/oauth2">
        SetHandler oauth2
        OAuth2LoginProvider ldap
        $people?uid"
    </Location>
</VirtualHost>
END
my $pid = start_httpd($dir, $template, { %var, port => var('third_port'),
                                         state => "$dir/state" });

# --- what people do ----------------------------------------------------------

# The page after the login form, or the redirect that has the code.
sub login {
    my ($issuer, $name, $password) = @_;
    my $browser = OAuth2Test::Browser->new(issuer => $issuer, user => $name,
                                           password => $password);
    my $flow = $browser->authorize(client_id => 'ld-app', scope => 'read',
                                   redirect_uri => $uri);
    return ($browser->walk($flow), $browser, $flow);
}

# As mod_auth_basic reads it: without RFC 6749's encoding.
sub basic {
    my ($path, $name, $password) = @_;
    return request('GET', base('third') . $path, headers => {
        Authorization => 'Basic ' . encode_base64("$name:$password", '') });
}

# The account that somebody gets into by this name: its sub and its name; or
# the status.
sub account {
    my ($issuer, $name, $password) = @_;
    my ($res, $browser, $flow) = login($issuer, $name, $password);
    my $code = query_of(header($res, 'location'))->{code}
        // return $res->{status};
    my $token = json($browser->redeem($flow, $code, basic => $app))
        ->{access_token};
    my $who = json(request('POST', issuer($issuer) . '/introspect',
                           basic => $app, form => [ token => $token ]));
    return "$who->{sub} $who->{username}";
}

sub told { return scalar(() = slurp("$dir/error_log") =~ /$_[0]/g) }

sub rows_of {
    my ($pattern) = @_;
    return grep { $_->{username} =~ $pattern }
        @{ json(ctl_ok('--json', 'user', 'list')) };
}

my %password;
my $joerg = "ld-j\xC3\xB6rg";
$password{$_} = $ldap->add($_, mail => "$_\@example.com")
    for qw(ld-carol ld-dave ld-frank ld-grace ld-heidi);
$password{$joerg} = $ldap->add($joerg);
$password{'ld-erin'} = $ldap->add('ld-erin', uid => [ 'ld-erin', 'ld-e' ],
                                  mail => 'ld-erin@example.com');

my %spelling = (
    'ld-carol' => [ 'LD-CAROL', ' ld-carol', 'ld-carol ', 'Ld-CaroL',
                    "\xEF\xBD\x8Cd-carol", "ld-car\xC2\xADol" ],
    $joerg => [ "ld-jo\xCC\x88rg", "LD-J\xC3\x96RG", "LD-JO\xCC\x88RG" ],
);

# --- one account -------------------------------------------------------------

my %account;
for my $name (sort keys %spelling) {
    my $is = $account{$name} = account('third', $name, $password{$name});
    like($is, qr/^\S{22} /, "$name signs in");
    is(account('third', $_, $password{$name}), $is, "'$_' is the same")
        for @{ $spelling{$name} };
}
is(account('fourth', 'LD-carol@EXAMPLE.com', $password{'ld-carol'}),
   $account{'ld-carol'}, 'and so is the mail address');
is(account('fifth', $_, $password{'ld-carol'}), $account{'ld-carol'},
   "'$_', where the directory tells no spelling")
    for 'ld-carol', @{ $spelling{'ld-carol'} };
my @carols = rows_of(qr/car|CAR/i);
is_deeply([ map { "$_->{username} $_->{provider}" } @carols ],
          [ 'ld-carol ldap' ], 'there is one row');

subtest 'where the directory tells no spelling, the first one stays' => sub {
    my $is = account('fifth', 'LD-Grace', $password{'ld-grace'});
    like($is, qr/ LD-Grace$/, 'as typed');
    is(account('fifth', $_, $password{'ld-grace'}), $is, "'$_'")
        for 'ld-grace', 'LD-GRACE';
    is(account('third', 'ld-grace', $password{'ld-grace'}), $is, 'and later');
};

subtest 'what is no name there' => sub {
    for my $name ('EXAMPLE\\ld-carol', 'ld-c*', '*', 'ld-carol)(uid=*',
                  'ld-carol@EXAMPLE.COM', "ld-carol\\2a") {
        is(account('third', $name, $password{'ld-carol'}), 403, $name);
    }
};

subtest 'several names in one are refused, whoever asks' => sub {
    # Another value would make another account of it.
    for my $name ('ld-erin', 'ld-e') {
        my ($res) = login('third', $name, $password{'ld-erin'});
        is($res->{status}, 403, "$name: refused");
        like($res->{content}, qr/Your name cannot be used here/, 'and told');
        is(basic('/basic', $name, $password{'ld-erin'})->{status}, 403,
           "$name: by Basic");
    }
    is(scalar rows_of(qr/erin/), 0, 'there is no row');
    like(slurp("$dir/error_log"), qr/:warn\].*OA2-7410: .*"ldap".*is one name/,
         'the administrator is told');
    is(account('third', 'ld-erin', 'not-the-password-of-erin'), 403,
       'a wrong password');
};

subtest 'one limit for all spellings' => sub {
    my @spellings = map { ($_, uc, ucfirst, " $_ ") } 'ld-dave';
    my $counts = sub {
        chomp(my $said = run_quiet('psql', '-XAtq', '-d', var('params'), '-c',
                                   'SELECT count FROM oauth2_throttle'));
        return sort split /\n/, $said;
    };
    my @before = $counts->();
    is(join(' ', map {
        account('third', $_, 'not-the-password-of-dave')
    } @spellings), '403 403 403 403', 'four are looked at');
    # The address has its count already.
    my @after = $counts->();
    # Here, and at the directory, whichever realm asks.
    is(@after - @before, 2, 'it is one account');
    is(scalar(grep { $_ == 4 } @after), 2, 'which has had four');
};

# --- by Basic ----------------------------------------------------------------

subtest 'OAuth2BasicProvider ldap' => sub {
    my $is = sub { basic(@_)->{status} };
    for my $name ('ld-carol', 'LD-CAROL', 'ld-carol ') {
        is($is->('/basic', $name, $password{'ld-carol'}), 200, "'$name'");
        is($is->('/carols', $name, $password{'ld-carol'}), 200,
           "'$name' has REMOTE_USER as the directory spells it");
    }
    is($is->('/carols', $joerg, $password{$joerg}), 403, 'somebody else');
    is($is->('/basic', $joerg, $password{$joerg}), 200, 'whose name it is');
    is($is->('/basic', 'ld-carol', $password{$joerg}), 401, 'wrong');
    is($is->('/basic', 'ld-carol', ''), 401, 'none, which is no bind');
    is($is->('/basic', 'nobody', $password{$joerg}), 401, 'unknown');
};

# --- whose account it is -----------------------------------------------------

subtest 'nobody else gets into an account of the directory' => sub {
    my $is = account('third', 'ld-frank', $password{'ld-frank'});
    like($is, qr/ ld-frank$/, 'the directory had it first');
    my ($res) = login('fourth', 'ld-frank', $frank);
    is($res->{status}, 403, 'a password file of the same name');
    like($res->{content}, qr/belongs to somebody/, 'is told why');
    like(slurp("$dir/error_log"), qr/OA2-3200: "file" vouched for "ld-frank"/,
         'and so is the administrator');
    my ($status) = ctl(\"$frank\n", 'user', 'add', 'LD-Frank',
                                     '--password-stdin');
    isnt($status, 0, 'nor is another one added');
    is(account('third', 'ld-frank', $password{'ld-frank'}), $is,
       'who had it has it');
    my $own = user('ld-heidi');
    like(account('third', 'ld-heidi', $own), qr/ ld-heidi$/,
         'an account of our own');
    is(account('third', $_, $password{'ld-heidi'}), 403,
       "is not the directory's: $_") for 'ld-heidi', 'LD-HEIDI';
};

# --- what changes ------------------------------------------------------------

subtest 'disabled once, refused by every spelling and way' => sub {
    ctl_ok('user', 'disable', 'LD-Carol');
    my @all = ('ld-carol', @{ $spelling{'ld-carol'} });
    for my $issuer ('third', 'fifth') {
        is(account($issuer, $_, $password{'ld-carol'}), 403, "$issuer: '$_'")
            for @all;
    }
    is(account('fourth', 'ld-carol@example.com', $password{'ld-carol'}), 403,
       'by mail');
    is(scalar rows_of(qr/car/i), 1, 'there is still one row');
    ctl_ok('user', 'enable', 'ld-carol');
    is(account('third', 'LD-CAROL', $password{'ld-carol'}),
       $account{'ld-carol'}, 'enabled: the same account');
};

subtest 'the directory has a new password' => sub {
    my $old = $password{'ld-carol'};
    my $new = $password{'ld-carol'} = $ldap->password('ld-carol');
    is(account('third', 'ld-carol', $old), 403, 'the old one is refused');
    is(basic('/basic', 'ld-carol', $old)->{status}, 401, 'by Basic too');
    is(account('third', 'ld-carol', $new), $account{'ld-carol'},
       'the new one is good');
    is(basic('/basic', 'ld-carol', $new)->{status}, 200, 'by Basic too');
};

# --- away --------------------------------------------------------------------

sub is_away {
    my ($how, $most) = @_;
    my $began = time;
    my ($res) = login('third', 'ld-carol', $password{'ld-carol'});
    cmp_ok(time - $began, '<', $most, "$how: told within $most s");
    is($res->{status}, 503, "$how: 503");
    like($res->{content}, qr/Passwords cannot be checked right now/,
         "$how: a page that says so");
    cmp_ok(header($res, 'retry-after') // 0, '>', 0, "$how: Retry-After");
    $began = time;
    $res = basic('/basic', 'ld-carol', $password{'ld-carol'});
    cmp_ok(time - $began, '<', $most, "$how: Basic within $most s");
    is($res->{status}, 503, "$how: Basic: 503");
    cmp_ok(header($res, 'retry-after') // 0, '>', 0, "$how: Retry-After");
    is(header($res, 'www-authenticate'), undef,
       "$how: nobody is asked for another password");
    return;
}

sub is_back {
    my ($how) = @_;
    # Each child has connections of mod_ldap's, which find out one by one.
    ok(wait_for(20, sub {
        account('third', 'ld-carol', $password{'ld-carol'})
            eq $account{'ld-carol'}
    }), "$how: and back");
    ok(wait_for(20, sub {
        basic('/basic', 'LD-CAROL', $password{'ld-carol'})->{status} == 200
    }), "$how: by Basic too");
    return;
}

$ldap->stop;
is_away('stopped', 2);
is_away('still', 2);
like(slurp("$dir/error_log"), qr/:warn\].*OA2-7080: .*authnz_ldap:info/,
     'it is told at the default level');
my $own = user('ld-own');
like(account('third', 'ld-own', $own), qr/ ld-own$/,
     'people of our own table sign in meanwhile');
$ldap->start;
is_back('stopped');

is(told(qr/\[oauth2_api:error\]/), 0, 'nothing of ours is at level error');
ok(end_httpd($pid), 'and all of it ends');
done_testing();
