# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Test::Browser - a person's browser: cookies, forms, and the whole way
# from an authorization request to tokens.
#
#   my $browser = OAuth2Test::Browser->new(user => 'alice', password => $p);
#   my $flow    = $browser->authorize(client_id => 'x', redirect_uri => $uri);
#   my $code    = $browser->code($flow);          # logs in, consents
#   my $answer  = $browser->redeem($flow, $code, basic => [$id, $secret]);

package OAuth2Test::Browser;

use strict;
use warnings;

use OAuth2Test qw(base issuer header headers json form_encode basic_auth pkce
                  query_of);

sub new {
    my ($class, %o) = @_;
    return bless { cookies => {}, issuer => 'main', %o }, $class;
}

# Another browser of the same person.
sub fresh {
    my ($self) = @_;
    return ref($self)->new(%$self, cookies => {});
}

# --- requests with cookies ---------------------------------------------------

sub keep_cookies {
    my ($self, $res) = @_;
    for my $line (headers($res, 'set-cookie')) {
        my ($name, $value, $rest) = $line =~ /^([^=]+)=([^;]*)(.*)$/
            or next;
        $self->{attributes}{$name} = $rest;
        if ($value eq '' || $rest =~ /max-age=0/i) {
            delete $self->{cookies}{$name};
        }
        else { $self->{cookies}{$name} = $value }
    }
    return $res;
}

sub request {
    my ($self, $method, $where, %o) = @_;
    my $cookies = $self->cookie_header;
    $o{headers} = { %{ $o{headers} || {} } };
    $o{headers}{Cookie} = $cookies if length $cookies;
    if ($self->{basic}) {
        $o{headers}{Authorization} = basic_auth(@{ $self->{basic} });
    }
    my $res = OAuth2Test::request($method, $where, %o);
    $res->{url} = OAuth2Test::url($where);
    return $self->keep_cookies($res);
}

sub get { my ($self, @rest) = @_; return $self->request('GET', @rest) }
sub post { my ($self, @rest) = @_; return $self->request('POST', @rest) }

# The absolute form of a link on a page.
sub absolute {
    my ($self, $res, $link) = @_;
    return $link if $link =~ m{^[a-z][a-z0-9+.-]*:}i;
    my ($origin, $path) = $res->{url} =~ m{^(https?://[^/?]+)([^?]*)};
    return $origin . $link if $link =~ m{^/};
    $path = '/' if $path eq '';
    return $res->{url} if $link eq '';
    $path =~ s{[^/]*$}{};
    return "$origin$path$link";
}

# Follows redirects inside the server; the last answer.  One that leads out
# is the last too.
sub follow {
    my ($self, $res) = @_;
    my $origin = base($self->{issuer});
    for (1 .. 10) {
        my $to = header($res, 'location') // return $res;
        $to = $self->absolute($res, $to);
        return $res if index($to, "$origin/") != 0;
        return $res if $self->{stop} && $to =~ $self->{stop};
        $res = $self->get($to);
    }
    die "redirected for ever: $res->{url}\n";
}

# --- forms -------------------------------------------------------------------

sub unescape {
    my ($text) = @_;
    my %entity = (lt => '<', gt => '>', amp => '&', quot => '"');
    $text =~ s/&#(\d+);/chr $1/ge;
    $text =~ s/&#[xX]([0-9a-fA-F]+);/chr hex $1/ge;
    $text =~ s/&(lt|gt|amp|quot);/$entity{$1}/g;
    return $text;
}

# Each form of a page: {action, fields => {name => value}, html}.
sub forms_of {
    my ($self, $res) = @_;
    my @forms;
    while (($res->{content} // '') =~ m{<form\b([^>]*)>(.*?)</form>}gs) {
        my ($start, $html) = ($1, $2);
        my ($action) = $start =~ /action="([^"]*)"/;
        my %field;
        while ($html =~ /<input\b([^>]*)>/g) {
            my $tag = $1;
            my ($name) = $tag =~ /\bname="([^"]*)"/ or next;
            my ($value) = $tag =~ /\bvalue="([^"]*)"/;
            $field{$name} = unescape($value // '');
        }
        push @forms, {
            action => $self->absolute($res, unescape($action // '')),
            fields => \%field, html => $html,
        };
    }
    return @forms;
}

# The form that has this field or button.
sub form_with {
    my ($self, $res, $name) = @_;
    return (grep { $_->{html} =~ /\bname="\Q$name\E"/ }
            $self->forms_of($res))[0];
}

# The form's fields with changes, as pairs.
sub filled {
    my ($self, $form, %more) = @_;
    my %all = (%{ $form->{fields} }, %more);
    return [ map { ($_ => $all{$_}) } sort keys %all ];
}

# The cookies, for requests that are sent by other means.
sub cookie_header {
    my ($self) = @_;
    return join '; ',
        map { "$_=$self->{cookies}{$_}" } sort keys %{ $self->{cookies} };
}

sub submit {
    my ($self, $form, %more) = @_;
    return $self->post($form->{action}, form => $self->filled($form, %more));
}

# --- a flow ------------------------------------------------------------------

# A request for authorization, with PKCE unless it says otherwise.
sub authorize_url {
    my ($issuer, %p) = @_;
    my $verifier;
    my $end = delete $p{endpoint} || 'authorize';
    if (!exists $p{code_challenge}) {
        ($verifier, $p{code_challenge}) = pkce();
        $p{code_challenge_method} //= 'S256';
    }
    $p{response_type} = 'code' if !exists $p{response_type};
    $p{state} = OAuth2Test::random_text(6) if !exists $p{state};
    my @pairs = map {
        my $name = $_;
        map { ($name => $_) } ref $p{$name} ? @{ $p{$name} } : $p{$name}
    } sort keys %p;
    return {
        url => issuer($issuer) . "/$end?" . form_encode(\@pairs),
        pairs => \@pairs, verifier => $verifier, %p,
    };
}

sub authorize {
    my ($self, %p) = @_;
    return authorize_url($self->{issuer}, %p);
}

# The login page, filled in; on to what comes next.
sub login {
    my ($self, $page, $user, $password) = @_;
    my $form = $self->form_with($page, 'password')
        or die "no login form: status $page->{status}\n$page->{content}\n";
    return $self->follow($self->submit(
        $form, username => $user // $self->{user},
        password => OAuth2Test::note_secret($password // $self->{password})));
}

sub decide {
    my ($self, $page, $decision) = @_;
    my $form = $self->form_with($page, 'decision')
        or die "no consent form: status $page->{status}\n$page->{content}\n";
    return $self->follow($self->submit($form, decision => $decision));
}

# Goes through whatever pages come, to the redirect to the client.
sub walk {
    my ($self, $flow, $decision) = @_;
    my $res = $self->follow($self->get($flow->{url}));
    $res = $self->login($res) if $self->form_with($res, 'password');
    $res = $self->decide($res, $decision || 'allow')
        if $self->form_with($res, 'decision');
    return $res;
}

# The code that comes at the end.
sub code {
    my ($self, $flow) = @_;
    my $res = $self->walk($flow);
    my $to = header($res, 'location')
        // die "no redirect: status $res->{status}\n$res->{content}\n";
    return query_of($to)->{code} // die "no code in $to\n";
}

# Redeems a code; the answer.  Options as for request(), and issuer.
sub redeem {
    my ($self, $flow, $code, %o) = @_;
    my @form = (
        grant_type => 'authorization_code', code => $code,
        redirect_uri => $flow->{redirect_uri},
        code_verifier => $flow->{verifier},
    );
    push @form, client_id => $flow->{client_id} if !$o{basic};
    push @form, @{ delete $o{form} || [] };
    return OAuth2Test::request('POST', issuer($self->{issuer}) . '/token',
                               form => \@form, %o);
}

# All in one: what the token endpoint answers to a new authorization.
sub tokens {
    my ($self, %o) = @_;
    my $basic = delete $o{basic};
    my $flow = $self->authorize(%o);
    my $res = $self->redeem($flow, $self->code($flow),
                            $basic ? (basic => $basic) : ());
    my $tokens = json($res);
    die "no tokens: status $res->{status}\n$res->{content}\n"
        if !$tokens->{access_token};
    return $tokens;
}

1;
