# SPDX-License-Identifier: Apache-2.0
#
# The developer portal: an app from the form to its approval, its team, its
# secret and its end; and who may see and do what.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $BACK = 'https://dv.example/back';
my $WORDS = join ' ', ('word') x 130;
my $HOSTILE = q{"><script>alert(1)</script>'&{{x}}};

my %browser;
for my $name (qw(dv-owner dv-member dv-stranger dv-admin)) {
    $browser{$name} = OAuth2Test::Browser->new(
        user => $name, password => user($name));
}
ctl_ok('user', 'set', 'dv-admin', '--role', 'administrator');

sub enter {
    my ($name, $where) = @_;
    my $page = $browser{$name}->get($where);
    return $page if $page->{content} !~ /name="username"/;
    return $browser{$name}->follow($browser{$name}->login($page));
}

# The form of a page, filled in as a browser would: its hidden field and these.
sub send_form {
    my ($name, $page, $field, %more) = @_;
    my $form = $browser{$name}->form_with($page, $field)
        or die "no form with $field: $page->{status}\n$page->{content}\n";
    return $browser{$name}->post($form->{action}, form => [
        form => $form->{fields}{form},
        map { ($_ => $more{$_}) } grep { defined $more{$_} }
            sort keys %more ]);
}

my %good = (client_name => 'Bookshelf', redirect_uris => $BACK,
            description => $WORDS, scope => 'read',
            token_endpoint_auth_method => 'client_secret_basic');

# --- add ---------------------------------------------------------------------

my $page = $browser{'dv-owner'}->get('developer');
like($page->{content}, qr/<h1>Sign in/, 'nobody is asked to sign in');
$page = enter('dv-owner', 'developer');
is($page->{status}, 200, 'the list');
like($page->{content}, qr/There are none yet/, 'is empty');

$page = enter('dv-owner', 'developer/add');
is($page->{status}, 200, 'the form');
my $answer = send_form('dv-owner', $page, 'client_name', %good,
    client_name => $HOSTILE, description => 'too short',
    redirect_uris => 'http://evil.example/', client_uri => 'javascript:x',
    token_endpoint_auth_method => undef, scope => undef);
is($answer->{status}, 422, 'nothing is added');
like($answer->{content}, qr/id="error-$_"/, "$_ is told beside its field")
    for qw(description redirect_uris client_uri token_endpoint_auth_method
           scope);
like($answer->{content}, qr{http://evil\.example/&quot; uses plain http},
     'which URL, and why');
like($answer->{content}, qr/127 to 511 words; these are 2/, 'counted');
unlike($answer->{content}, qr/<script/, 'no script');
like($answer->{content}, qr/&lt;script&gt;/, 'but what was typed');
$answer = send_form('dv-owner', $page, 'client_name', %good,
                    client_name => "Bank\xe2\x80\xaeknaB");
like($answer->{content}, qr/id="error-client_name"[^>]*><bdi>This holds/,
     'no name that reads as another one');
$answer = send_form('dv-owner', $page, 'client_name', %good,
                    map { ($_ => 'x' x 5000) } qw(client_name client_uri));
is($answer->{status}, 422, 'too long is told, too');
like($answer->{content}, qr/where 100 are the most/, 'beside its field');

$answer = $browser{'dv-owner'}->post('developer/add', form => [ %good ]);
is($answer->{status}, 403, 'a form that is not ours');
log_allow(qr/OA2-3050/, 'a forged form');

$answer = send_form('dv-owner', $page, 'client_name', %good);
is($answer->{status}, 200, 'added');
like(header($answer, 'cache-control'), qr/no-store/, 'and not kept');
my ($secret) = $answer->{content} =~ /id="secret">([^<]+)</;
my ($id) = $answer->{content} =~ m{developer/app/([^"]+)"};
ok($secret && $id, 'with its secret') or diag $answer->{content};
note_secret($secret);
my $again = send_form('dv-owner', $page, 'client_name', %good);
like($again->{content}, qr/\Q$secret\E/, 'twice: the same page');
$page = enter('dv-owner', 'developer');
is(() = $page->{content} =~ /class="card"/g, 1, 'and one app');
like($page->{content}, qr/is-draft">Draft/, 'a draft');

# --- the app -----------------------------------------------------------------

$page = enter('dv-owner', "developer/app/$id");
is($page->{status}, 200, 'the app');
unlike($page->{content}, qr/\Q$secret\E/, 'its secret is not shown again');
like($page->{content}, qr/<code>\Q$id\E</, 'its id is');

# --- who may -----------------------------------------------------------------

my @pages = qw(app edit team secret delete);
my %may = (
    'dv-stranger' => [ 404, 404, 404, 404, 404 ],
    'dv-admin' => [ 200, 200, 200, 200, 200 ],
    'dv-member' => [ 200, 200, 200, 403, 403 ],
);
my $team = enter('dv-owner', "developer/team/$id");
enter('dv-member', 'developer');
$answer = send_form('dv-owner', $team, 'role', member => 'dv-member',
                    role => 'member');
is($answer->{status}, 303, 'somebody is asked to join');
like($browser{'dv-owner'}->follow($answer)->{content},
     qr/Somebody is asked to join the team/, 'it is said');
is($browser{'dv-member'}->get("developer/app/$id")->{status}, 404,
   'and sees nothing before he accepts');
$page = enter('dv-member', 'developer');
like($page->{content}, qr/You are asked to join/, 'the invitation is shown');
unlike($page->{content}, qr/<script/, 'and no script');
for my $time ('once', 'a double click') {
    $answer = send_form('dv-member', $page, 'app', app => $id,
                        do => 'accept');
    is($answer->{status}, 303, "$time: accepted");
    $answer = $browser{'dv-member'}->follow($answer);
    is($answer->{status}, 200, "$time: the app is there");
    like($answer->{content}, qr/You are on the team now/, "$time: it is said");
}
log_allow(qr/OA2-564[01]/, 'apps of others, owners only');
for my $name (sort keys %may) {
    my $own = enter($name, 'account/password');
    my ($form) = $own->{content} =~ /name="form" value="([^"]+)"/;
    for my $i (0 .. $#pages) {
        my $got = $browser{$name}->get("developer/$pages[$i]/$id");
        is($got->{status}, $may{$name}[$i], "$name: GET $pages[$i]");
        next if $may{$name}[$i] == 200;
        $got = $browser{$name}->post("developer/$pages[$i]/$id", form => [
            form => $form, %good, name => 'Bookshelf',
            member => 'dv-stranger', overlap => 0 ]);
        is($got->{status}, $may{$name}[$i], "$name: POST $pages[$i]");
    }
}
for my $one (@pages) {
    my $got = request('GET', "developer/$one/$id");
    like($got->{content}, qr/<h1>Sign in/, "nobody: GET $one");
    $got = request('POST', "developer/$one/$id", form => [ %good ]);
    is($got->{status}, 403, "nobody: POST $one");
}
is($browser{'dv-owner'}->get('developer/app/none')->{status}, 404,
   'one that is not there looks the same');

# --- two at once -------------------------------------------------------------

my $mine = enter('dv-owner', "developer/edit/$id");
my $theirs = enter('dv-member', "developer/edit/$id");
is(send_form('dv-member', $theirs, 'client_name', %good,
             client_name => 'Theirs')->{status}, 303, 'one was faster');
$answer = send_form('dv-owner', $mine, 'client_name', %good,
                    client_name => 'Mine');
is($answer->{status}, 409, 'the other is told');
like($answer->{content}, qr/value="Mine"/, 'what was typed is there');
like($answer->{content}, qr/<dd><bdi>Theirs</, 'beside what is stored');
is(send_form('dv-owner', $answer, 'client_name', %good,
             client_name => 'Mine')->{status}, 303, 'and can be saved');

# --- approval ----------------------------------------------------------------

$page = enter('dv-owner', "developer/app/$id");
my ($submit) = $browser{'dv-owner'}->forms_of($page);
$answer = $browser{'dv-owner'}->submit($submit);
is($answer->{status}, 303, 'submitted');
$page = $browser{'dv-owner'}->follow($answer);
like($page->{content}, qr/The app is submitted/, 'it is said');
like($page->{content}, qr/is-pending/, 'and waits');
ctl_ok('app', 'approve', $id);
settle();
$page = enter('dv-owner', "developer/app/$id");
like($page->{content}, qr/is-approved/, 'approved');
my $tokens = $browser{'dv-stranger'}->tokens(
    client_id => $id, redirect_uri => $BACK, scope => 'read',
    basic => [ $id, $secret ]);
ok($tokens->{access_token}, 'works at authorize and token');
$page = enter('dv-owner', "developer/app/$id");
like($page->{content}, qr/let it in<\/dt><dd>1</, 'one grant is counted');

$page = enter('dv-owner', "developer/edit/$id");
$answer = send_form('dv-owner', $page, 'client_name', %good,
    client_name => $HOSTILE, scope => 'write');
is($answer->{status}, 303, 'another scope');
$page = $browser{'dv-owner'}->follow($answer);
like($page->{content}, qr/A change waits for approval/, 'waits for approval');
unlike($page->{content}, qr/<script/, 'and no name is a script');

request('POST', 'token', basic => [ $id, $secret ],
        form => [ grant_type => 'authorization_code', code => 'x' x 43 ]);
$page = enter('dv-owner', "developer/app/$id");
like($page->{content}, qr{<td><code>token</code></td><td><code>invalid_grant},
     'a refused request is shown');
request('POST', 'token', basic => [ $id, 'not it' ],
        form => [ grant_type => 'authorization_code', code => 'x' x 43 ]);
log_allow(qr/OA2-3046/, 'a wrong secret');
$page = enter('dv-owner', "developer/app/$id");
like($page->{content}, qr{<td><code>token</code></td><td><code>invalid_client
     </code></td><td><bdi>The[ ]secret[ ]is[ ]wrong\.}x,
     'and what the client itself is not told');

# --- suspended ---------------------------------------------------------------

ctl_ok('app', 'suspend', $id, 'Too loud.');
settle();
$page = enter('dv-owner', "developer/app/$id");
like($page->{content}, qr/is-suspended.*<bdi>Too loud\.</s, 'it says why');
unlike($page->{content}, qr/<h2 id="try"/, 'and offers nothing to try');
$page = enter('dv-owner', "developer/edit/$id");
$answer = send_form('dv-owner', $page, 'client_name', %good,
    client_name => $HOSTILE, scope => 'read admin');
is($answer->{status}, 422, 'it asks for nothing more');
$answer = send_form('dv-owner', $page, 'client_name', %good,
    client_name => $HOSTILE, scope => 'admin');
like($answer->{content}, qr/<li><bdi>This app is suspended: /, 'of no field');
ctl_ok('app', 'resume', $id);
settle();

# --- secret ------------------------------------------------------------------

$page = enter('dv-owner', "developer/secret/$id");
$answer = send_form('dv-owner', $page, 'overlap', overlap => 86400,
                    password => 'not it at all');
is($answer->{status}, 422, 'not without the password');
log_allow(qr/OA2-5021/, 'a wrong password');
my $word = $browser{'dv-owner'}{password};
$answer = send_form('dv-owner', $page, 'overlap', overlap => 86400,
                    password => $word);
my ($next) = $answer->{content} =~ /id="secret">([^<]+)</;
ok($next && $next ne $secret, 'a new secret') or diag $answer->{content};
note_secret($next);
$again = send_form('dv-owner', $page, 'overlap', overlap => 86400,
                   password => $word);
like($again->{content}, qr/\Q$next\E/, 'twice: the same');
settle();
for my $each ($secret, $next) {
    is(request('POST', 'revoke', basic => [ $id, $each ],
               form => [ token => 'x' ])->{status}, 200, 'is good');
}

# --- a session that ends while somebody writes -------------------------------

my @lists = map { enter('dv-owner', $_)->{content} } 'developer', '/developers';
my ($here, $there) = map { m{(<ul class="cards".*</ul>)}s } @lists;
is($there, $here, 'the list, where it is mounted');

$page = enter('dv-owner', 'developer/add');
ctl_ok('user', 'sign-out', 'dv-owner');
settle();
$answer = send_form('dv-owner', $page, 'client_name', %good,
                    client_name => "Late $HOSTILE", scope => 'write');
is($answer->{status}, 403, 'who was signed out is asked to sign in');
my $late = $browser{'dv-owner'}->follow($browser{'dv-owner'}->login($answer));
like($late->{content}, qr/value="Late &quot;&gt;&lt;script/, 'the name is there');
like($late->{content}, qr/>\n?\Q$WORDS\E</, 'and the description');
like($late->{content}, qr/value="write" checked/, 'and what was chosen');
like(enter('dv-owner', 'developer')->{content} =~ s/<ul class="cards"//r,
     qr/^(?!.*Late)/s, 'but nothing was added');
is(send_form('dv-owner', $late, 'client_name', %good,
             client_name => 'Late')->{status}, 200, 'until it is sent again');

# --- team, end ---------------------------------------------------------------

$team = enter('dv-owner', "developer/team/$id");
$answer = send_form('dv-owner', $team, 'role', member => 'dv-owner',
                    do => 'remove');
is($answer->{status}, 422, 'the last owner stays');
$answer = send_form('dv-owner', $team, 'role', member => $HOSTILE);
is($answer->{status}, 422, 'nobody of that name');
unlike($answer->{content}, qr/<script/, 'is a script');
$answer = send_form('dv-owner', $team, 'role', member => 'dv-stranger',
                    role => 'owner');
is($answer->{status}, 303, 'another one is asked');
$page = enter('dv-stranger', 'developer');
$team = $browser{'dv-owner'}->follow($answer);
like($team->{content}, qr/dv-stranger.*?invited, until/s, 'the team sees it');
$answer = send_form('dv-owner', $team, 'do', member => 'dv-stranger',
                    do => 'remove');
is($answer->{status}, 303, 'and no more');
for my $do (qw(accept decline)) {
    $answer = send_form('dv-stranger', $page, 'app', app => $id, do => $do);
    like($browser{'dv-stranger'}->follow($answer)->{content},
         qr/not there any more/, "$do: it is too late");
}
$team = enter('dv-member', "developer/team/$id");
$answer = send_form('dv-member', $team, 'do', member => 'dv-member',
                    do => 'remove');
is($answer->{status}, 303, 'a member leaves');
is($browser{'dv-member'}->get("developer/app/$id")->{status}, 404, 'and is out');

$page = enter('dv-owner', "developer/delete/$id");
is(send_form('dv-owner', $page, 'name', name => 'Bookshelf')->{status}, 422,
   'not by another name');
is(send_form('dv-owner', $page, 'name', name => $HOSTILE)->{status}, 303,
   'deleted');
is($browser{'dv-owner'}->get("developer/app/$id")->{status}, 404, 'gone');
done_testing();
