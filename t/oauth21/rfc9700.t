# SPDX-License-Identifier: Apache-2.0
#
# Best current practice, RFC 9700: what the authorization server must do, as
# far as it is not in the files of the RFCs that it sharpens.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://app.example/callback';
my $app = client('bp-app', redirect_uri => $uri, scope => 'read write');
client('bp-spa', public => 1, redirect_uri => $uri, scope => 'read');
my $password = user('bp-alice');
my $browser = OAuth2Test::Browser->new(user => 'bp-alice',
                                       password => $password);
my %good = (client_id => 'bp-app', redirect_uri => $uri, scope => 'read');

subtest '2.1.2: no token in any answer of authorize' => sub {
    for my $type ('token', 'id_token', 'code token', 'code id_token',
                  'id_token token', 'none') {
        my $res = $browser->fresh->get($browser->authorize(
            %good, response_type => $type)->{url});
        my $to = header($res, 'location') // '';
        unlike($to, qr/[#&?](?:access_token|id_token|code)=/, $type);
        is(query_of($to)->{error}, 'unsupported_response_type', $type);
    }
    log_lines();
};

subtest '2.4: the password grant is not there' => sub {
    row({ clause => '2.4', status => 400,
          json => { error => 'unsupported_grant_type' },
          send => [ POST => 'token', basic => $app, form =>
                    [ grant_type => 'password', username => 'bp-alice',
                      password => $password ] ] });
};

subtest '2.2.2: refresh tokens of public clients rotate' => sub {
    my $tokens = $browser->tokens(client_id => 'bp-spa', scope => 'read',
                                  redirect_uri => $uri);
    my $next = json(request('POST', 'token', form =>
        [ grant_type => 'refresh_token', client_id => 'bp-spa',
          refresh_token => $tokens->{refresh_token} ]));
    isnt($next->{refresh_token}, $tokens->{refresh_token}, 'another one');
};

subtest '2.1.1, 4.8: PKCE is bound to this request' => sub {
    my $one = $browser->authorize(%good);
    my $two = $browser->authorize(%good);
    my $code = $browser->code($one);
    $browser->code($two);
    my %mixed = (%$one, verifier => $two->{verifier});
    row({ clause => '4.5: code injection', status => 400,
          json => { error => 'invalid_grant' }, log => { level => 'notice' },
          send => sub { $browser->redeem(\%mixed, $code, basic => $app) } });
    is($browser->redeem($one, $code, basic => $app)->{status}, 200,
       'the right one');
};

subtest '4.2.4: nothing leaks by Referer' => sub {
    my $res = $browser->fresh->get($browser->authorize(%good)->{url});
    is(header($res, 'referrer-policy'), 'no-referrer', 'redirect');
    my $person = $browser->fresh;
    my $page = $person->follow($person->get($browser->authorize(%good)
                                            ->{url}));
    is(header($page, 'referrer-policy'), 'no-referrer', 'page');
};

subtest '4.12: 303, so that no password is posted on' => sub {
    my $person = $browser->fresh;
    my $page = $person->follow($person->get($browser->authorize(%good)
                                            ->{url}));
    my $res = $person->submit($person->form_with($page, 'password'),
                              username => 'bp-alice',
                              password => $password);
    is($res->{status}, 303, 'after the login form');
};

subtest '4.10.1: a token says for whom it is' => sub {
    my $token = $browser->tokens(%good, basic => $app,
                                 resource => base() . '/res/one')
        ->{access_token};
    is(request('GET', '/res/one', bearer => $token)->{status}, 200, 'there');
    is(request('GET', '/res/two', bearer => $token)->{status}, 401, 'else');
    is(request('GET', '/api/', bearer => $token)->{status}, 401, 'elsewhere');
    log_lines();
};

subtest '4.14.2: sign-out leaves tokens, revocation of a grant does not' =>
    sub {
    my $tokens = $browser->tokens(%good, basic => $app);
    my ($grant) = grep { $_->{client_id} eq 'bp-app' } @{ decode(
        ctl_ok('--json', 'grant', 'list', '--user', 'bp-alice',
               '--client', 'bp-app', '--limit', 1)) };
    ok($grant->{grant_id}, 'oauth2ctl grant list');
    is(request('GET', '/api/', bearer => $tokens->{access_token})->{status},
       200, 'works');
    ctl_ok('grant', 'revoke', '--user', 'bp-alice', '--client', 'bp-app');
    settle();
    is(request('GET', '/api/', bearer => $tokens->{access_token})->{status},
       401, 'revoked by oauth2ctl');
    row({ clause => 'and its refresh token', status => 400, log => 'any',
          json => { error => 'invalid_grant' },
          send => [ POST => 'token', basic => $app, form =>
                    [ grant_type => 'refresh_token',
                      refresh_token => $tokens->{refresh_token} ] ] });
};

sub decode { return JSON::PP->new->utf8->decode($_[0]) }

subtest '4.11: consent is asked again when more is asked' => sub {
    my $person = $browser->fresh;
    my $page = $person->login($person->follow($person->get(
        $browser->authorize(%good)->{url})));
    ok($person->form_with($page, 'decision'), 'asked (it was revoked)');
    $person->decide($page, 'allow');
    my $res = $person->follow($person->get($browser->authorize(%good)
                                           ->{url}));
    ok(query_of(header($res, 'location'))->{code}, 'remembered');
    $page = $person->follow($person->get($browser->authorize(
        %good, scope => 'read write')->{url}));
    ok($person->form_with($page, 'decision'), 'more: asked again');
    like($page->{content}, qr/already allowed/, 'what is old is marked');
};

subtest '4.16: never framed' => sub {
    my $person = $browser->fresh;
    my $page = $person->follow($person->get($browser->authorize(%good)
                                            ->{url}));
    is(header($page, 'x-frame-options'), 'DENY', 'X-Frame-Options');
    like(header($page, 'content-security-policy'),
         qr/frame-ancestors 'none'/, 'frame-ancestors');
};

log_lines();
done_testing();
