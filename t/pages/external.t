# SPDX-License-Identifier: Apache-2.0
#
# Where the Location authenticates by itself (AuthType Basic here; Kerberos or
# mod_auth_openidc elsewhere), r->user is taken and no login page is shown.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;
use OAuth2Test::Server qw(slurp);

my $uri = 'https://app.example/callback';
my $app = client('ex-app', redirect_uri => $uri, scope => 'read');
my $file = var('file_users');
my %good = (client_id => 'ex-app', redirect_uri => $uri, scope => 'read');

sub person {
    return OAuth2Test::Browser->new(
        issuer => 'sso', basic => [ 'file-carol', $file->{'file-carol'} ]);
}

subtest 'without credentials httpd asks for them' => sub {
    my $nobody = OAuth2Test::Browser->new(issuer => 'sso');
    my $res = $nobody->get($nobody->authorize(%good)->{url});
    is($res->{status}, 401, 'refused');
    like(header($res, 'www-authenticate'), qr/^Basic realm="Staff"/,
         'httpd\'s own challenge');
};

# The rule is for "^/sso/(authorize|login|consent|logout)$": it knows one name
# of each, so there is no other one.
subtest 'nor by another name of the page' => sub {
    my $nobody = OAuth2Test::Browser->new(issuer => 'sso');
    my ($query) = $nobody->authorize(%good)->{url} =~ /\?(.*)/;
    for my $name (qw(authorize login consent logout)) {
        for my $end (qw(/ // /. /./ ;x /x)) {
            my $res = $nobody->get(issuer('sso') . "/$name$end?$query");
            is($res->{status}, 404, "$name$end");
            ok(!$nobody->form_with($res, 'password'), 'no login page');
        }
    }
    log_allow(qr/OA2-7071/, 'there is nothing');
};

subtest 'with them: consent at once' => sub {
    my $person = person();
    my $flow = $person->authorize(%good);
    my $page = $person->follow($person->get($flow->{url}));
    my $form = $person->form_with($page, 'decision');
    ok($form, 'the consent page');
    like($page->{content}, qr/file-carol/, 'who is signed in');
    ok(!$person->{cookies}{oauth2_session}, 'no session of ours');
    unlike($page->{content}, qr/Switch account/, 'nothing to sign out of');
    my $res = $person->decide($page, 'allow');
    my $code = query_of(header($res, 'location'))->{code};
    ok($code, 'a code');
    $res = $person->redeem($flow, $code, basic => $app);
    my $token = json($res)->{access_token};
    is(json(request('GET', '/api/env.cgi', bearer => $token))
       ->{REMOTE_USER}, 'file-carol', 'and a token for this user');
};

subtest 'forms are the browser\'s here too' => sub {
    my $person = person();
    my $page = $person->follow($person->get($person->authorize(
        %good, prompt => 'consent')->{url}));
    my $form = $person->form_with($page, 'decision');
    row({ clause => 'asked again', status => 403, log => qr/OA2-3600/,
          headers => { location => undef },
          body => qr/role="alert".*name="decision"/s, send => sub {
              my $other = person();
              my $page = $other->get($other->authorize(
                  %good, prompt => 'consent')->{url});
              $person->submit($form, decision => 'allow', form =>
                  $other->form_with($page, 'decision')->{fields}{form})
          } });
};

subtest 'the portal: no sign-in of ours, and no way out' => sub {
    my $nobody = OAuth2Test::Browser->new(issuer => 'sso');
    my $person = person();
    for my $name (qw(account account/sessions developer developer/add)) {
        my $url = issuer('sso') . "/$name";
        is($nobody->get($url)->{status}, 401, "$name: httpd asks");
        my $res = $person->get($url);
        is($res->{status}, 200, '… and lets in');
        like($res->{content}, qr{<bdi>file-carol</bdi>}, '… by name');
        unlike($res->{content}, qr{/sso/logout|name="password"},
               '… with nothing to sign out of');
    }
    row({ clause => 'a role is needed all the same', status => 403,
          log => qr/OA2-5521/,
          send => sub { $person->get(issuer('sso') . '/admin') } });
    ctl_ok(qw(user set file-carol --role administrator));
    is($person->get(issuer('sso') . $_)->{status}, 200, "$_: with it")
        for qw(/admin /admin/users);
    ctl_ok(qw(user set file-carol --no-role administrator));
    log_lines();
};

subtest 'prompt' => sub {
    my $person = person();
    my %expected = (none => 'code', login => 'login_required');
    for my $prompt (sort keys %expected) {
        my $res = $person->get($person->authorize(
            %good, prompt => $prompt)->{url});
        my $q = query_of(header($res, 'location'));
        is($q->{error} // ($q->{code} ? 'code' : ''), $expected{$prompt},
           "prompt=$prompt");
    }
    log_lines();
};

subtest 'a session cookie of somebody else does not count' => sub {
    my $password = user('ex-alice');
    my $alice = OAuth2Test::Browser->new(user => 'ex-alice',
                                         password => $password);
    $alice->walk($alice->authorize(%good));
    my $person = person();
    $person->{cookies} = { %{ $alice->{cookies} } };
    my $flow = $person->authorize(%good);
    my $res = $person->walk($flow);
    my $code = query_of(header($res, 'location'))->{code};
    my $token = json($person->redeem($flow, $code, basic => $app))
        ->{access_token};
    is(json(request('GET', '/api/env.cgi', bearer => $token))
       ->{REMOTE_USER}, 'file-carol', 'httpd\'s user counts');
};

subtest 'a name that cannot be taken is no reason for our password page' => sub {
    my $name = 'x' x 256;
    my ($hash) = slurp(var('htpasswd')) =~ /^file-carol:(.*)$/m;
    open my $users, '>>', var('htpasswd') or die "htpasswd: $!\n";
    print $users "$name:$hash\n";
    close $users;
    my $stranger = OAuth2Test::Browser->new(
        issuer => 'sso', basic => [ $name, $file->{'file-carol'} ]);
    row({ clause => '256 bytes', status => 403,
          log => { level => 'error', like =>
              qr/OA2-7903: AuthType Basic .* 255 bytes.*OIDCRemoteUserClaim/ },
          body => qr/^(?!.*name="password").*Your name cannot be used here/s,
          send => sub { $stranger->get($stranger->authorize(%good)->{url}) } });
};

subtest 'the token endpoint is the clients\' own' => sub {
    row({ clause => 'Basic of a client', status => 400,
          json => { error => 'invalid_request' },
          send => [ POST => issuer('sso') . '/token', basic => $app,
                    form => [ grant_type => '' ] ] });
};

done_testing();
