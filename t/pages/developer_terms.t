# SPDX-License-Identifier: Apache-2.0
#
# What an administrator asks of developers: OAuth2AppWords, OAuth2AppTerms and
# OAuth2AppApproval.  "short" has them; "root" has later terms, same users.

use strict;
use warnings;

use Test::More;
use OAuth2Test;
use OAuth2Test::Browser;

my $user = 'dt-owner';
my $password = user($user);
my %browser = map {
    $_ => OAuth2Test::Browser->new(user => $user, password => $password,
                                   issuer => $_)
} qw(short root);

sub enter {
    my ($at, $where) = @_;
    my $page = $browser{$at}->get(issuer($at) . "/$where");
    return $page if $page->{content} !~ /name="username"/;
    return $browser{$at}->follow($browser{$at}->login($page));
}

sub send_form {
    my ($at, $page, $field, %typed) = @_;
    my $form = $browser{$at}->form_with($page, $field)
        or die "no form with $field: $page->{status}\n$page->{content}\n";
    my $action = $browser{$at}->absolute($page, $form->{action});
    my $answer = $browser{$at}->post($action, form => [
        form => $form->{fields}{form},
        map { ($_ => $typed{$_}) } sort keys %typed ]);
    return $answer;
}

my %good = (client_name => 'Bookshelf', description => 'Two words',
            redirect_uris => 'https://dt.example/back', scope => 'read',
            token_endpoint_auth_method => 'none');

my $page = enter('short', 'developer/add');
is($page->{status}, 200, 'the form');
like($page->{content}, qr{<a href="/terms"}, 'leads to the terms');
like($page->{content}, qr/in 2 to 20 words/, 'says how much to write');
my $answer = send_form('short', $page, 'client_name', %good,
                       description => 'word ' x 21);
is($answer->{status}, 422, 'too much is not taken');
like($answer->{content}, qr/2 to 20 words; these are 21/, 'as it says');
like($answer->{content}, qr/id="error-terms_version"[^>]*><bdi>Please tick/,
     'nor without agreement');
$answer = send_form('short', $page, 'client_name', %good, terms_version => 1);
is($answer->{status}, 200, 'both are there');
my ($id) = $answer->{content} =~ m{developer/app/([a-z0-9]+)"};
ok($id, 'added') or diag $answer->{content};

$page = enter('short', "developer/app/$id");
unlike($page->{content}, qr/They are new/, 'agreed to');
$answer = send_form('short', $page, 'form');
is($answer->{status}, 303, 'submitted');
$page = $browser{short}->follow($answer);
like($page->{content}, qr/is-approved/, 'nobody has to approve it');
my $public = $browser{short}->tokens(
    client_id => $id, redirect_uri => $good{redirect_uris}, scope => 'read');
ok($public->{access_token}, 'it gets tokens');

$page = enter('root', "developer/app/$id");
like($page->{content}, qr/They are new/, 'other terms are told');
like($page->{content}, qr{<a href="https://dt\.example/terms"}, 'and linked');
$page = enter('root', "developer/edit/$id");
unlike($page->{content}, qr/name="terms_version"[^>]* checked/, 'not agreed');
$answer = send_form('root', $page, 'client_name', %good,
                    description => 'word ' x 130);
is($answer->{status}, 422, 'an edit wants the agreement');
$answer = send_form('root', $page, 'client_name', %good,
                    description => 'word ' x 130, terms_version => 1);
is($answer->{status}, 303, 'given');
$page = enter('root', "developer/app/$id");
unlike($page->{content}, qr/They are new/, 'and noted');
my ($meta) = ctl_ok('app', 'show', $id, '--json') =~ /"terms_version":"([^"]*)"/;
is($meta, '2026-2', 'with its version') if defined $meta;

done_testing();
