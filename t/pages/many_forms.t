# SPDX-License-Identifier: Apache-2.0
#
# Who is signed in cannot send forms without end: what each writes stays.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

my $where = issuer('short') . '/account/profile';
my %field = (language => 'browser');

sub person {
    my ($name) = @_;
    my $who = OAuth2Test::Browser->new(user => $name, issuer => 'short',
                                       password => user($name));
    $who->login($who->get($where));
    return $who;
}

my ($ann, $bob) = map { person($_) } qw(mf-ann mf-bob);
my $form = $ann->form_with($ann->get($where), 'language');
my $forged = $ann->form_with($ann->get($where), 'language');
$forged->{fields}{form} .= 'x';
my %seen;
$seen{ $ann->submit($forged, %field)->{status} }++ for 1 .. 20;
is_deeply([ keys %seen ], [403], 'what is no form of ours');
log_allow(qr/OA2-3050/, 'a forged form');
%seen = ();
$seen{ $ann->submit($form, %field)->{status} }++ for 1 .. 600;
is_deeply(\%seen, { 303 => 600 }, '... does not count; 600 of ours are done');

# The first pauses are of seconds, which may be over when the next one comes.
my ($answer, $more);
for (1 .. 12) {
    $more = $_;
    $answer = $ann->submit($form, %field);
    last if $answer->{status} != 303;
}
is($answer->{status}, 429, "then some ($more) more, and one is too many");
cmp_ok(header($answer, 'retry-after'), '>', 0, '... for a while');
like($answer->{content}, qr/Too many attempts\. Please wait/, 'it is said');
like($answer->{content}, qr/name="language"/, 'the form is there');
log_allow(qr/OA2-5589/, 'too many');
is($ann->get($where)->{status}, 200, 'to look is no form');
is($bob->submit($bob->form_with($bob->get($where), 'language'), %field)
       ->{status}, 303, 'nobody else has to wait');
done_testing();
