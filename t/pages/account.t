# SPDX-License-Identifier: Apache-2.0
#
# The pages of a user who is signed in: the frame, the form mechanism, and
# account/password.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $password = user('ac-alice');
my $next = note_secret('three quiet otters sing');
my $browser = OAuth2Test::Browser->new(user => 'ac-alice',
                                       password => $password);

# The page as it is without a session is the login page; and back.
my $page = $browser->get('account/password');
like($page->{content}, qr/<h1>Sign in/, 'nobody is signed in');
$page = $browser->follow($browser->login($page));
is($page->{status}, 200, 'the page');
like($page->{content}, qr/<h1>Your password</, 'its heading');
like($page->{content}, qr/<nav.*<bdi>ac-alice</s, 'who is signed in');

sub change {
    my ($on, %field) = @_;
    return $browser->submit($browser->form_with($on, 'current'), %field);
}

my $answer = change($page, current => '', password => 'short',
                    again => 'short');
is($answer->{status}, 422, 'nothing is changed');
like($answer->{content}, qr/href="#field-current">[^<]*<\/a>: .*Please fill/,
     'the summary leads to the field');
like($answer->{content}, qr/aria-invalid="true" aria-describedby="error-password/,
     'the error is tied to its field');
like($answer->{content}, qr/fewer than 12 characters/, 'and says what is wrong');
unlike($answer->{content}, qr/value="short"/, 'a password is not shown again');

$answer = change($page, current => 'x' x 12, password => $next,
                 again => $next);
is($answer->{status}, 422, 'a wrong password');
like($answer->{content}, qr/This is not your password/, 'is said');
log_allow(qr/OA2-5021/, 'a wrong password');

$answer = $browser->post('account/password', form => [
    current => $password, password => $next, again => $next ]);
is($answer->{status}, 403, 'a form that is not ours');
like($answer->{content}, qr/role="alert"/, 'and the page shown again');
log_allow(qr/OA2-3050/, 'a forged form');

my $stranger = OAuth2Test::Browser->new;
$answer = $stranger->post('account/password', form => [
    current => $password, password => $next, again => $next ]);
is($answer->{status}, 403, 'nobody is signed in: nothing is done');
like($answer->{content}, qr/<h1>Sign in/, 'but asked to sign in');

$answer = change($page, current => $password, password => $next,
                 again => $next);
is($answer->{status}, 303, 'done');
$page = $browser->get(header($answer, 'location'));
like($page->{content}, qr/<h1>Sign in/, 'signed out everywhere');
$browser->{password} = $next;
$page = $browser->follow($browser->login($page));
like($page->{content}, qr/role="status"><p>Your password is changed/,
     'and it is said');
done_testing();
