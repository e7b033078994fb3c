# SPDX-License-Identifier: Apache-2.0
#
# account: the apps that a user has allowed something, and taking it back.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $uri = 'https://aa.example/back';
my $hostile = q{"><script>alert(1)</script>};
my %password = map { $_ => user($_) } qw(aa-alice aa-bob);
my %client = (
    'aa-one' => client('aa-one', name => $hostile, redirect_uri => $uri,
                       scope => 'read write',
                       grant => ['authorization_code', 'refresh_token']),
    'aa-two' => client('aa-two', name => 'Two', redirect_uri => $uri,
                       scope => 'read', trusted => 1),
);

my $watch = client('aa-watch', introspect => 'all', scope => 'read',
                   grant => 'client_credentials');

sub person {
    my ($name) = @_;
    return OAuth2Test::Browser->new(user => $name,
                                    password => $password{$name});
}

sub tokens_of {
    my ($who, $id, $scope) = @_;
    return $who->tokens(client_id => $id, redirect_uri => $uri,
                        scope => $scope, basic => $client{$id});
}

sub is_alive {
    my ($token) = @_;
    return json(request('POST', 'introspect', basic => $watch,
                        form => [ token => $token ]))->{active};
}

my $alice = person('aa-alice');
my $page = $alice->get('account');
like($page->{content}, qr/<h1>Sign in/, 'nobody is signed in: the login page');
$page = $alice->login($page);
is($page->{status}, 200, 'the page');
like($page->{content}, qr/You have not allowed any app anything/,
     'nothing is allowed yet');
like($page->{content},
     qr{<a href="/oauth2/account" aria-current="page">Apps</a>},
     'the tabs say which page this is');
like($page->{content}, qr{<a href="/oauth2/account/password">Password</a>},
     '… and lead to the others');

my $one = tokens_of($alice, 'aa-one', 'read write');
my $two = tokens_of($alice, 'aa-two', 'read');
my $bob = person('aa-bob');
my $bobs = tokens_of($bob, 'aa-one', 'read');

$page = $alice->get('account');
like($page->{content}, qr/&lt;script&gt;/, 'an app by its name, as text');
unlike($page->{content}, qr/<script/, '… and as nothing else');
like($page->{content}, qr/<code class="name">write<\/code>/, 'what it may do');
like($page->{content}, qr/Since<\/dt><dd><time datetime="20/, 'since when');
like($page->{content}, qr/Last got access<\/dt><dd><time/, 'and when last');
like($page->{content}, qr/<bdi>Two</, 'a trusted client, which did not ask');
is(() = $page->{content} =~ /<li class="card">/g, 2, 'and no more');
my $german = $alice->get('account',
                         headers => { 'Accept-Language' => 'de' });
like($german->{content}, qr/Zugriff entziehen/, 'in the reader\'s language');

my $form = $alice->form_with($page, 'client');
my $answer = $alice->post('account', form => [ client => 'aa-one' ]);
is($answer->{status}, 403, 'a form that is not ours');
ok(is_alive($one->{access_token}), '… does nothing');
log_allow(qr/OA2-3050/, 'a forged form');

$answer = $bob->submit($form, client => 'aa-one');
is($answer->{status}, 403, 'another user\'s form');
ok(is_alive($bobs->{access_token}), '… does nothing');
log_allow(qr/OA2-3050/, 'another browser\'s form');

$answer = OAuth2Test::Browser->new->submit($form, client => 'aa-one');
is($answer->{status}, 403, 'nobody');
like($answer->{content}, qr/<h1>Sign in/, '… is asked to sign in');
ok(is_alive($one->{access_token}), '… and has done nothing');

$answer = $alice->submit($form);
is($answer->{status}, 303, 'no app is named');
ok(is_alive($one->{access_token}), '… so none is meant');
unlike(ctl_ok('audit', '--user', 'aa-alice', '--event', 'grant.revoked'),
       qr/aa-alice/, '… and nothing is written down');
$page = $alice->get('account');
$answer = $alice->submit($alice->form_with($page, 'client'),
                         client => 'aa-' . 'x' x 300);
is($answer->{status}, 400, 'an ID that is too long');
$answer = $alice->submit($alice->form_with($page, 'client'),
                         client => 'aa-one');
is($answer->{status}, 303, 'taken back');
is(header($answer, 'location'), '/oauth2/account?done=taken_back',
   '… and led to the page');
ok(!is_alive($one->{access_token}), 'its token is refused');
my $again = request('POST', 'token', basic => $client{'aa-one'}, form =>
    [ grant_type => 'refresh_token', refresh_token => $one->{refresh_token} ]);
is($again->{status}, 400, 'and its refresh token');
ok(is_alive($bobs->{access_token}), 'another user\'s is not');
$page = $alice->follow($answer);
like($page->{content}, qr/role="status"><p>The app has no access any more/,
     'it is said');
unlike($page->{content}, qr/&lt;script&gt;/, 'and it is gone from the list');
my $consent = $alice->get($alice->authorize(
    client_id => 'aa-one', redirect_uri => $uri, scope => 'read')->{url});
ok($alice->form_with($consent, 'decision'), 'the app has to ask anew');
like(ctl_ok('audit', '--user', 'aa-alice', '--event', 'grant.revoked'),
     qr/aa-one/, 'it is in the audit trail');

subtest 'a list that goes on' => sub {
    my $carl = person('aa-carl');
    $carl->{password} = user('aa-carl');
    for my $n (10 .. 61) {
        client("aa-many-$n", public => 1, trusted => 1, redirect_uri => $uri,
               scope => 'read');
        $carl->code($carl->authorize(client_id => "aa-many-$n",
                                     redirect_uri => $uri, scope => 'read'));
    }
    my $first = $carl->get('account');
    is(() = $first->{content} =~ /<li class="card">/g, 50, 'fifty a page');
    my ($more) = $first->{content} =~ m{href="([^"]+)" rel="next"};
    is($more, '/oauth2/account?after=aa-many-59', 'the next one is linked');
    my $second = $carl->get($more);
    is(() = $second->{content} =~ /<li class="card">/g, 2, 'the rest');
    unlike($second->{content}, qr/rel="next"/, 'is the end');
};
done_testing();
