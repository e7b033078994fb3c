# SPDX-License-Identifier: Apache-2.0
#
# OAuth2Test::Directory - an OpenLDAP of a test's own: slapd as a process that
# the test starts and ends, on a port of its own, with TLS.  The machine's
# slapd, if one runs, has nothing to do with it.
#
#   my $ldap = OAuth2Test::Directory->new($dir, $ca_dir, $port);
#   my $password = $ldap->add('carol', mail => 'carol@example.com');
#   $password = $ldap->password('carol');       # a new one
#   $ldap->stop;  $ldap->start;

package OAuth2Test::Directory;

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use OAuth2Test qw(note_secret random_text);
use OAuth2Test::Server;

my $BASE = 'dc=example,dc=com';

# $tls: a directory of make_tls().
sub new {
    my ($class, $dir, $tls, $port) = @_;
    my $self = bless {
        dir => $dir, tls => $tls, port => $port, root => random_text(),
        owner => child_user(),
    }, $class;
    mkdir $_ for $dir, "$dir/data";
    spew("$dir/$_", slurp("$tls/$_")) for qw(server.key server.pem);
    $self->configure;
    if (!$>) {
        chown @{ $self->{owner} }[ 1, 2 ], $dir, glob "$dir/*";
    }
    chmod 0700, "$dir/data";
    chmod 0600, "$dir/server.key", "$dir/slapd.conf";
    $self->start;
    $self->change("dn: $BASE\nobjectClass: dcObject\n"
                  . "objectClass: organization\ndc: example\no: Example\n\n"
                  . "dn: ou=people,$BASE\nobjectClass: organizationalUnit\n"
                  . "ou: people\n", '-a');
    return $self;
}

# The back end that needs no module.
sub configure {
    my ($self) = @_;
    my ($schema) = grep { -d } qw(/etc/ldap/schema /etc/openldap/schema);
    my $dir = $self->{dir};
    spew("$dir/slapd.conf", <<"END");
include $schema/core.schema
include $schema/cosine.schema
include $schema/inetorgperson.schema
TLSCertificateFile "$dir/server.pem"
TLSCertificateKeyFile "$dir/server.key"
database ldif
directory "$dir/data"
suffix "$BASE"
rootdn "cn=root,$BASE"
rootpw "@{[ note_secret($self->{root}) ]}"
access to attrs=userPassword by anonymous auth
access to * by * read
END
    return;
}

# Debian's slapd is not where users' programs are.
sub program {
    return (grep { -x } map { "$_/slapd" } split(/:/, $ENV{PATH}),
            qw(/usr/sbin /usr/lib/openldap /usr/libexec))[0]
        // die "there is no slapd: build/packages check\n";
}

sub url { return "ldaps://127.0.0.1:$_[0]{port}" }

sub start {
    my ($self) = @_;
    my $dir = $self->{dir};
    # It sets SO_REUSEADDR itself, as it has to on a port that is kept.
    $self->{pid} = start_process("$dir/log", $self->{owner}, program(),
                                 '-d', '0', '-h', $self->url, '-f',
                                 "$dir/slapd.conf");
    wait_for(20, sub { port_answers($self->{port}) })
        or die "slapd does not answer:\n", slurp("$dir/log");
    return;
}

sub stop {
    my ($self) = @_;
    end_process($self->{pid});
    return;
}

sub change {
    my ($self, $ldif, @options) = @_;
    my $dir = $self->{dir};
    spew("$dir/ldif", $ldif);
    my $mask = umask 077;
    spew("$dir/root", $self->{root});
    umask $mask;
    local $ENV{LDAPTLS_CACERT} = "$self->{tls}/ca.pem";
    my $said = run_quiet('ldapmodify', '-x', '-H', $self->url, '-D',
                         "cn=root,$BASE", '-y', "$dir/root", '-f',
                         "$dir/ldif", @options);
    my $status = $?;
    unlink "$dir/ldif", "$dir/root";
    die "ldapmodify: $said\n" if $status;
    return;
}

sub line {
    my ($name, $value) = @_;
    return "$name\:: " . encode_base64($value, '') . "\n";
}

# The entry cn=NAME, with uid NAME and what else is said; bytes.  Its password.
sub add {
    my ($self, $name, %more) = @_;
    my $password = note_secret(random_text(12));
    my %attribute = (cn => $name, sn => $name, uid => $name,
                     userPassword => $password, %more);
    my $ldif = line('dn', "cn=$name,ou=people,$BASE")
        . "objectClass: inetOrgPerson\n";
    for my $at (sort keys %attribute) {
        my $values = $attribute{$at};
        $ldif .= line($at, $_) for ref $values ? @$values : $values;
    }
    $self->change($ldif, '-a');
    return $password;
}

# A new one.
sub password {
    my ($self, $name) = @_;
    my $password = note_secret(random_text(12));
    $self->change(line('dn', "cn=$name,ou=people,$BASE")
                  . "changetype: modify\nreplace: userPassword\n"
                  . line('userPassword', $password));
    return $password;
}

1;
