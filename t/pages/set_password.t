# SPDX-License-Identifier: Apache-2.0
#
# The page that a link of an invitation or a reset leads to.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;
use OAuth2Test::Rows;

sub link_for {
    my ($verb, $name) = @_;
    my $out = ctl_ok('user', $verb, $name);
    my ($link) = $out =~ m{^(http\S+)$}m or die "no link: $out\n";
    note_secret($link =~ s/.*=//r);
    return $link;
}

my $invitation = link_for('invite', 'sp-ann');
like($invitation, qr{^\Q@{[ issuer() ]}\E/set-password\?ticket=oa2t_[\w-]{43}$},
     'the link');

sub person { return OAuth2Test::Browser->new(user => 'sp-ann') }

subtest 'headers and form' => sub {
    my $person = person();
    my $page = $person->get($invitation);
    my $form = $person->form_with($page, 'again');
    is($page->{status}, 200, 'a page');
    like(header($page, 'content-security-policy'), qr/form-action 'self'(?:;|$)/,
         'its form leads here');
    is(header($page, 'referrer-policy'), 'no-referrer', 'Referrer-Policy');
    like(header($page, 'cache-control'), qr/no-store/, 'no-store');
    is($form->{action}, issuer() . '/set-password', 'the link is not in it');
    is_deeply([ sort keys %{ $form->{fields} } ],
              [ qw(again form password username) ], 'the fields');
    is($form->{fields}{username}, 'sp-ann', 'whose');
    unlike($page->{content}, qr/oa2t_|<script|style="/, 'nothing else in it');
    log_lines();
};

subtest 'the password is set, and others end' => sub {
    my $person = person();
    my $second = link_for('invite', 'sp-ann');
    my $form = $person->form_with($person->get($second), 'again');
    my %typed = map { $_ => 'too short' } qw(password again);
    my $page = $person->submit($form, %typed);
    is($page->{status}, 400, 'one that is none');
    like($page->{content}, qr/role="alert"/, 'is told');
    unlike($page->{content}, qr/value="too short"/, 'and not shown again');
    log_lines();
    my $password = note_secret(random_text(12));
    $page = $person->submit($person->form_with($page, 'again'),
                            password => $password, again => $password);
    is($page->{status}, 200, 'a good one');
    like($page->{content}, qr/Your password is set/, 'is set');
    is(person()->get($_)->{status}, 404, 'no link is good any more')
        for $second, $invitation;
    log_lines();
    my ($status, undef, $err) = ctl('user', 'invite', 'sp-ann');
    is($status, 4, 'nobody is invited twice');
    like($err, qr/user reset/, '… but may get another password');
};

subtest 'a reset ends the sessions' => sub {
    my $app = client('sp-app', redirect_uri => 'https://app.example/callback',
                     scope => 'read');
    my $old = user('sp-bob');
    my $signed_in = OAuth2Test::Browser->new(user => 'sp-bob',
                                             password => $old);
    $signed_in->tokens(client_id => 'sp-app', scope => 'read', basic => $app,
                       redirect_uri => 'https://app.example/callback');
    like($signed_in->get(issuer())->{content}, qr/Signed in/, 'signed in');
    my $link = link_for('reset', 'sp-bob');
    like($signed_in->get(issuer())->{content}, qr/Signed in/, 'still');
    my $person = OAuth2Test::Browser->new;
    my $password = note_secret(random_text(12));
    $person->submit($person->form_with($person->get($link), 'again'),
                    password => $password, again => $password);
    unlike($signed_in->get(issuer())->{content}, qr/Signed in/, 'no more');
    unlike($person->get(issuer())->{content}, qr/Signed in/,
           'nobody is signed in by a link');
    log_lines();
};

rows(
    { clause => 'no ticket', status => 404, log => qr/OA2-5510/,
      body => qr/not good any more/, send => [ GET => 'set-password' ] },
    { clause => 'one that is made up', status => 404, log => qr/OA2-5510/,
      send => [ GET => 'set-password?ticket=oa2t_' . 'x' x 43 ] },
    { clause => 'a bad one', status => 400, log => qr/OA2-1003/,
      send => [ GET => 'set-password?ticket=oa2t_%00%ff' ] },
    { clause => 'twice', status => 400, log => 1,
      send => [ GET => 'set-password?ticket=a&ticket=b' ] },
    { clause => 'a form without its field', status => 404, log => qr/OA2-5510/,
      send => [ POST => 'set-password', form => [ password => 'x' ] ] },
    { clause => 'another method', status => 405, log => 1,
      send => [ PUT => 'set-password' ] },
);

# An application that is asked for it instead sees, and logs, dots.
subtest 'elsewhere' => sub {
    my ($query) = link_for('reset', 'sp-bob') =~ /\?(.*)/;
    my $res = request('GET', base() . "/open/env.cgi?$query");
    like($res->{content}, qr/ticket=oa2t_\.{43}/, 'dots are left');
    unlike($res->{content}, qr/\Q$query\E/, 'of all of it');
};

done_testing();
