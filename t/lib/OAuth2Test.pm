# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Test - what every test file needs: the running servers' addresses, an
# HTTP client that follows nothing by itself, raw sockets for hostile bytes,
# and oauth2ctl.
#
# A test file sends from an address of its own (127.x.y.*), made of its name:
# so the lines that it caused can be told from others' in the shared log, and
# files run side by side.  Every secret that passes is noted, for t/run-httpd
# to look for in the logs.

package OAuth2Test;

use strict;
use warnings;

use Digest::SHA qw(sha256);
use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use MIME::Base64 qw(encode_base64 encode_base64url);
use Test::More ();
use Time::HiRes qw(time sleep);
use OAuth2Test::Http;

our @EXPORT = qw(
    var issuer base own_issuer url address from request header headers json
    form_encode basic_auth parallel raw_request raw_parallel note_secret
    random_text pkce ctl ctl_ok use_database settle client user query_of
);

my $dir = $ENV{OA2_TEST_DIR}
    or die "OA2_TEST_DIR is not set: run the suite with t/run-httpd\n";
my %var = do {
    open my $in, '<', "$dir/vars.json" or die "$dir/vars.json: $!\n";
    local $/;
    %{ decode_json(<$in>) };
};

my $json = JSON::PP->new->utf8->allow_nonref;

# --- where things are --------------------------------------------------------

# What t/run-httpd knows: ports, paths, "db" (sqlite3 or pgsql).
sub var { return $var{ $_[0] } // die "no variable $_[0]\n" }

sub base {
    my ($name) = @_;
    $name ||= 'main';
    my $port = $name eq 'main' ? var('port') : var("${name}_port");
    return $name eq 'tls' ? "https://localhost:$port"
                          : "http://127.0.0.1:$port";
}

my %path = (sso => '/sso', short => '/o', root => '');
sub issuer {
    my ($name) = @_;
    $name ||= 'main';
    return base($name) . ($path{$name} // '/oauth2');
}

# Another server, of the test's own: base($name) and issuer($name) know it.
sub own_issuer {
    my ($name, $port, $where) = @_;
    $var{"${name}_port"} = $port;
    $path{$name} = $where;
    return;
}

# "token" is an endpoint, "/api/" a path of the main server.
sub url {
    my ($where) = @_;
    return $where if $where =~ m{^https?://};
    return base() . $where if $where =~ m{^/};
    return issuer() . "/$where";
}

# --- who asks ----------------------------------------------------------------

my $net = do {
    my @octet = unpack 'CC', sha256($0);
    sprintf '127.%d.%d', 1 + $octet[0] % 250, 1 + $octet[1] % 250;
};
my $host = 1;

# The addresses of this file, as a prefix; from(7) sends from another one.
sub address { return "$net." }
sub from { $host = shift; return "$net.$host" }

sub note_secret {
    open my $out, '>>', "$dir/secrets" or die "$dir/secrets: $!\n";
    my $all = join '', map { "$_\n" }
        grep { defined && length >= 16 && length() <= 4096 && !/[\r\n]/
               && !/(.)\1{15}/ } @_;      # "xxxx…" is nobody's secret
    syswrite $out, $all if length $all;
    return $_[0];
}

# base64url, but never with "-" in front: programs would take it for an option.
sub random_text {
    my ($bytes) = @_;
    open my $in, '<:raw', '/dev/urandom' or die "/dev/urandom: $!\n";
    read $in, my $random, $bytes || 18;
    return encode_base64url($random) =~ s/^-/_/r;
}

# --- HTTP --------------------------------------------------------------------

sub form_encode {
    my @pairs = ref $_[0] ? @{ $_[0] } : @_;
    my @words;
    while (my ($name, $value) = splice @pairs, 0, 2) {
        next if !defined $value;
        for ($name, $value) {
            utf8::encode($_) if utf8::is_utf8($_);
            s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ge;
        }
        push @words, "$name=$value";
    }
    return join '&', @words;
}

# RFC 6749 section 2.3.1: both halves form-encoded.
sub basic_auth {
    my ($id, $secret) = @_;
    note_secret($secret);
    my $pair = join ':', map { substr form_encode('', $_), 1 } $id, $secret;
    return 'Basic ' . encode_base64($pair, '');
}

my $http;
my $http_address = '';

sub agent {
    return $http if $http && $http_address eq "$net.$host";
    $http_address = "$net.$host";
    # The empty proxies keep the environment's out.
    $http = OAuth2Test::Http->new(
        agent => 'oauth2-suite', max_redirect => 0, timeout => 30,
        keep_alive => 0, local_address => $http_address,
        http_proxy => undef, https_proxy => undef, all_proxy => undef,
        verify_SSL => 1,
        SSL_options => { SSL_ca_file => var('tls_ca') },
    );
    return $http;
}

my %secret_field = map { $_ => 1 } qw(
    client_secret password code code_verifier token refresh_token form
);

# The body and what is secret in it.
sub body_of {
    my ($o) = @_;
    if ($o->{form}) {
        my @form = @{ $o->{form} };
        while (my ($name, $value) = splice @form, 0, 2) {
            note_secret($value) if $secret_field{$name};
        }
        $o->{headers}{'Content-Type'} //= 'application/x-www-form-urlencoded';
        return form_encode($o->{form});
    }
    $o->{headers}{'Content-Type'} = $o->{type} if defined $o->{type};
    return $o->{body};
}

#
# request(METHOD, where, option => …): form => [pairs] or body, type;
# headers => {}; basic => [id, secret]; bearer => token; query => [pairs].
#
sub request {
    my ($method, $where, %o) = @_;
    my $url = url($where);
    $o{headers} = { %{ $o{headers} || {} } };
    $url .= '?' . form_encode($o{query}) if $o{query};
    my $body = body_of(\%o);
    $o{headers}{Authorization} = basic_auth(@{ $o{basic} }) if $o{basic};
    if (defined $o{bearer}) {
        $o{headers}{Authorization} = 'Bearer ' . note_secret($o{bearer});
    }
    my $res = agent()->request($method, $url, {
        headers => $o{headers}, defined $body ? (content => $body) : (),
    });
    $res->{request} = "$method $url";
    note_answer($res);
    return $res;
}

sub note_answer {
    my ($res) = @_;
    my $body = $res->{content} // '';
    note_secret($1) while $body =~ /"(?:access|refresh)_token":"([^"]+)"/g;
    note_secret($1) while $body =~ /name="form" value="([^"]+)"/g;
    note_secret($1) if (header($res, 'location') // '') =~ /[?&]code=([^&]+)/;
    note_secret(/^[^=]+=([^;]+)/) for headers($res, 'set-cookie');
    return;
}

sub headers {
    my ($res, $name) = @_;
    my $value = $res->{headers}{ lc $name };
    return ref $value ? @$value : defined $value ? ($value) : ();
}

sub header {
    my @all = headers(@_);
    return @all ? join ', ', @all : undef;
}

# The answer's JSON; {} when it is none.
sub json {
    my ($res) = @_;
    my $text = ref $res ? $res->{content} : $res;
    my $value = eval { $json->decode($text) };
    return ref $value ? $value : {};
}

# The parameters of a URL's query, decoded, as a hash.
sub query_of {
    my ($url) = @_;
    my %value;
    my ($query) = ($url // '') =~ /\?([^#]*)/;
    for my $pair (split /&/, $query // '') {
        my ($name, $value) = map { s/\+/ /gr =~ s/%(..)/chr hex $1/ger }
            split(/=/, $pair, 2), '';
        $value{$name} = $value;
    }
    return \%value;
}

# --- raw bytes ---------------------------------------------------------------

sub connect_to {
    my ($port) = @_;
    return IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $port || var('port'),
        LocalAddr => "$net.$host", Timeout => 10,
    ) || die "cannot connect: $!\n";
}

sub parse_answer {
    my ($bytes) = @_;
    my ($head, $body) = split /\r\n\r\n/, $bytes, 2;
    my %res = (status => 0, headers => {}, content => $body // '',
               raw => $bytes);
    my ($line, @lines) = split /\r\n/, $head // '';
    $res{status} = $1 if ($line // '') =~ m{^HTTP/1\.[01] (\d{3})};
    for (@lines) {
        push @{ $res{headers}{ lc $1 } }, $2 if /^([^:]+): *(.*)$/;
    }
    if (($res{headers}{'transfer-encoding'}[0] // '') eq 'chunked') {
        my ($rest, $whole) = ($res{content}, '');
        while ($rest =~ s/^([0-9a-fA-F]+)[^\r]*\r\n//) {
            my $size = hex $1 or last;
            $whole .= substr $rest, 0, $size;
            $rest = substr $rest, $size + 2;
        }
        $res{content} = $whole;
    }
    note_answer(\%res);
    return \%res;
}

# Sends exactly these bytes and reads until the server closes (or 10 s).
sub raw_request {
    my ($bytes, %o) = @_;
    return (raw_parallel([$bytes], %o))[0];
}

#
# All requests at once: each is sent but for its last byte, and then these
# bytes are sent in one go.  They must say "Connection: close".
#
sub raw_parallel {
    my ($requests, %o) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my (@socket, %answer);
    for my $bytes (@$requests) {
        my $socket = connect_to($o{port});
        $socket->autoflush(1);
        print {$socket} substr $bytes, 0, -1;
        push @socket, $socket;
        $answer{$socket} = '';
    }
    sleep $o{pause} // 0.05 if @socket > 1;
    print { $socket[$_] } substr $requests->[$_], -1 for 0 .. $#socket;
    my $open = IO::Select->new(@socket);
    my $until = time + ($o{timeout} || 10);
    while ($open->count && time < $until) {
        for my $socket ($open->can_read(0.2)) {
            my $got = sysread $socket, my $chunk, 65536;
            if ($got) { $answer{$socket} .= $chunk }
            else { $open->remove($socket) }
        }
    }
    return map { parse_answer($answer{$_}) } @socket;
}

# POSTs of forms, all at once: parallel([where, form => …, basic => …], …).
sub parallel {
    my @bytes;
    my $port;
    for my $one (@_) {
        my ($where, %o) = @$one;
        my ($authority, $path) = url($where) =~ m{^http://([^/]+)(/.*)$};
        ($port) = $authority =~ /:(\d+)$/;
        my $method = $o{method} || 'POST';
        my $body = body_of(\%o) // '';
        $o{headers}{Authorization} = basic_auth(@{ $o{basic} }) if $o{basic};
        $o{headers}{Authorization} = "Bearer $o{bearer}" if $o{bearer};
        push @bytes, join "\r\n", "$method $path HTTP/1.1",
            "Host: $authority", 'Connection: close',
            'Content-Length: ' . length $body,
            (map { "$_: $o{headers}{$_}" } sort keys %{ $o{headers} }),
            '', $body;
    }
    return raw_parallel(\@bytes, port => $port, timeout => 30);
}

# --- oauth2ctl ---------------------------------------------------------------

# Runs it with the suite's database; (status, output, errors).  A first
# argument that is a reference is its standard input.
sub ctl {
    my $input = ref $_[0] ? ${ +shift } : '';
    my @words = (var('oauth2ctl'), '--database',
                 var('driver') . ' ' . var('params'), @_);
    my $name = "$dir/ctl.$$";
    my $pid = fork() // die "cannot fork: $!\n";
    if (!$pid) {
        open my $in, '>', "$name.in" or die "$name.in: $!\n";
        print {$in} $input;
        close $in;
        open STDIN, '<', "$name.in" or die "$name.in: $!\n";
        unlink "$name.in";
        open STDOUT, '>', "$name.out" or die "$name.out: $!\n";
        open STDERR, '>', "$name.err" or die "$name.err: $!\n";
        exec @words or die "cannot run $words[0]: $!\n";
    }
    waitpid $pid, 0;
    my $status = $? >> 8;
    my @text = map {
        open my $in, '<', $_ or die "$_: $!\n";
        local $/;
        my $all = <$in> // '';
        close $in;
        unlink $_;
        $all;
    } "$name.out", "$name.err";
    return ($status, @text);
}

sub ctl_ok {
    my ($status, $out, $err) = ctl(@_);
    my @shown = grep { !ref } @_;
    die "oauth2ctl @shown: status $status: $err\n" if $status;
    return $out;
}

# oauth2ctl's database from here on: connection parameters.
sub use_database { $var{params} = $_[0]; return }

# Waits until what oauth2ctl has just changed is known to every process of
# httpd: PostgreSQL tells them; with SQLite a cached answer lives for 5 s.
sub settle { sleep(var('db') eq 'pgsql' ? 0.3 : 6.1); return }

#
# client(id, option => …): makes one and answers [id, secret] for basic =>.
# redirect_uri => [uris], scope, grant => [types], public => 1, other options
# as oauth2ctl names them, with "_" for "-".
#
sub client {
    my ($id, %o) = @_;
    my $secret = delete $o{public} ? undef : random_text(24);
    my @words = ('client', 'add', $id, '--json');
    push @words, defined $secret ? '--secret-stdin' : '--public';
    for my $name (sort keys %o) {
        my $values = ref $o{$name} ? $o{$name} : [ $o{$name} ];
        (my $option = $name) =~ tr/_/-/;
        push @words, $name eq 'trusted' ? '--trusted'
            : map { ("--$option", $_) } @$values;
    }
    ctl_ok(defined $secret ? \"$secret\n" : \'', @words);
    return [ $id, note_secret($secret) ];
}

# user(name): makes one and answers its password.
sub user {
    my ($name) = @_;
    my $password = note_secret(random_text(12));
    ctl_ok(\"$password\n", 'user', 'add', '--password-stdin', $name);
    return $password;
}

sub pkce {
    my $verifier = note_secret(random_text(32));
    return ($verifier, encode_base64url(sha256($verifier)));
}

1;
