# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# lib.bash - the parts of ./demo: processes, building, and starting servers.
# Uses $dir, the demo's directory.  File descriptor 9 is the demo's lock: what
# stays running gets it closed.

say() { printf '%s\n' "$*"; }
die() { printf './demo: %s\n' "$*" >&2; exit 1; }

fail_with_log() {       # LOG MESSAGE...
    local log=$1
    shift
    printf '%s\n' "--- the end of $log:" >&2
    tail -n 25 -- "$log" >&2 || :
    die "$*; see $log"
}

# --- processes ---------------------------------------------------------------

# A process id and when it started, in ticks since boot: together they never
# come again.  Field 22 of /proc/PID/stat; the name before may hold anything.
started() {             # PID
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # shellcheck disable=SC2086 # split on purpose
    set -- ${stat##*) }
    [ "$1" != Z ] || return 1
    printf '%s\n' "${20}"
}

note_process() {        # NAME PID
    local at
    at=$(started "$2") || return 1
    printf '%s %s %s\n' "$1" "$2" "$at" >>"$dir/processes"
}

forget_process() {      # NAME
    local rest
    rest=$(grep -v "^$1 " "$dir/processes" || :)
    printf '%s\n' "$rest" >"$dir/processes"
}

same_process() {        # PID STARTED
    [ "$(started "$1" || :)" = "$2" ]
}

is_running() {          # NAME
    local name pid at
    while read -r name pid at; do
        [ "$name" = "$1" ] && same_process "$pid" "$at" && return 0
    done <"$dir/processes"
    return 1
}

wait_for_end() {        # SECONDS PID STARTED
    local i
    for ((i = $1 * 20; i > 0; i--)); do
        same_process "$2" "$3" || return 0
        sleep 0.05
    done
    return 1
}

# Members of a process group that bear the demo's mark: what a server leaves
# behind when it is killed itself.
orphans() {             # GROUP MARK
    local stat pid
    for stat in /proc/[0-9]*/stat; do
        pid=${stat#/proc/}
        pid=${pid%/stat}
        stat=$(cat "$stat" 2>/dev/null) || continue
        # shellcheck disable=SC2086 # split on purpose
        set -- "$1" "$2" ${stat##*) }
        [ "$5" = "$1" ] || continue
        tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$2" &&
            printf '%s\n' "$pid"
    done
    return 0
}

end_process() {         # NAME PID STARTED MARK
    local signal=TERM pid
    [ "$1" != pgsql ] || signal=INT     # "fast": does not wait for clients
    if same_process "$2" "$3"; then
        kill "-$signal" "$2" 2>/dev/null || :
        wait_for_end 10 "$2" "$3" || kill -KILL "$2" 2>/dev/null || :
    fi
    [ -n "$4" ] || return 0
    for pid in $(orphans "$2" "$4"); do
        kill -KILL "$pid" 2>/dev/null || :
    done
}

# Ends what is noted, last started first, and removes what it needed.
stop_all() {            # DIR
    local name pid at mark= sockets=
    if [ -s "$1/sockets" ]; then
        sockets=$(cat -- "$1/sockets")
        mark=${sockets##*/}
    fi
    if [ -e "$1/processes" ]; then
        while read -r name pid at; do
            case $name in
            '' | script) ;;
            *) end_process "$name" "$pid" "$at" "$mark" ;;
            esac
        done < <(tac -- "$1/processes")
    fi
    case $sockets in
    */oa2-demo.??????) [ ! -O "$sockets" ] || rm -rf -- "$sockets" ;;
    esac
    [ ! -e "$1/run/.demo" ] || rm -rf -- "$1/run"
    rm -f -- "$1/processes" "$1/sockets" "$1/demo.json" "$1/ca.pem"
}

# A demo in the foreground tidies up by itself when it is told to end.
stop_script() {         # DIR
    local name pid at
    while read -r name pid at; do
        [ "$name" = script ] || continue
        same_process "$pid" "$at" || continue
        kill -TERM "$pid"
        wait_for_end 60 "$pid" "$at" ||
            die "process $pid did not end within a minute"
        return 0
    done <"$1/processes"
    die "a demo is starting in $1; try again"
}

# --- building ----------------------------------------------------------------

# Where the demo of this checkout keeps its things: in it, unless it is closed
# to us or another user's demo was there first.
home_of() {             # SOURCE
    local name
    if [ -O "$1/.demo-build" ] ||
        { [ -w "$1" ] && [ ! -e "$1/.demo-build" ]; }; then
        printf '%s\n' "$1/.demo-build"
        return
    fi
    name=$(printf %s "$1" | sha256sum | cut -c 1-12)
    printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/mod_oauth2_api-$name"
}

# Autotools cannot build where a path has a space or the like.
choose_build_dir() {    # SOURCE
    local where name
    where=$(home_of "$1")/build
    if [[ $where =~ ^[A-Za-z0-9_./+@%=,-]+$ ]]; then
        printf '%s\n' "$where"
        return
    fi
    name=$(printf %s "$where" | sha256sum | cut -c 1-12)
    where=/tmp/mod_oauth2_api-$(id -u)-$name
    mkdir -p -m 700 -- "$where"
    [ -O "$where" ] && [ ! -L "$where" ] || die "$where is not yours"
    printf '%s\n' "$where"
}

# Sources only: neither what a build in the checkout made nor what git keeps.
list_sources() {
    find . \( -name .git -o -name .demo-build -o -name node_modules \
        -o -name autom4te.cache -o -name .deps -o -name .libs \
        -o -path ./build/aux -o -path './httpd-*' \) -prune -o \
        -type f ! -name '*.o' ! -name '*.lo' ! -name '*.la' \
        ! -name .dirstamp ! -name 'config.*' ! -name 'config.*~' \
        ! -name 'configure~' ! -path ./configure ! -path ./libtool \
        ! -path ./Makefile ! -path ./Makefile.in ! -path ./aclocal.m4 \
        ! -path ./oa2_config.h ! -path ./stamp-h1 \
        ! -path ./src/store/migrations.c -print | LC_ALL=C sort
}

# The checkout may be configured for something else, which forbids to build
# outside of it; so a copy is built, and the checkout is left as it is.
copy_sources() {        # FROM TO
    local file
    mkdir -p -- "$2"
    (cd -- "$1" && list_sources) >"$2/../sources.new"
    while IFS= read -r file; do
        [ -e "$2/$file" ] && ! [ "$1/$file" -nt "$2/$file" ] &&
            ! [ "$1/$file" -ot "$2/$file" ] && continue
        mkdir -p -- "$2/${file%/*}"
        cp -p -- "$1/$file" "$2/$file.new" && mv -f -- "$2/$file.new" "$2/$file"
    done <"$2/../sources.new"
    if [ -e "$2/../sources" ]; then
        LC_ALL=C comm -23 -- "$2/../sources" "$2/../sources.new" |
            (cd -- "$2" && while IFS= read -r file; do rm -f -- "$file"; done)
    fi
    mv -f -- "$2/../sources.new" "$2/../sources"
}

build() {               # SOURCE BUILD_DIR
    local log=$2/build.log
    (umask 022 && mkdir -p -- "$2")
    (
        flock 8
        copy_sources "$1" "$2/src"
        cd -- "$2/src"
        if [ ! -e configure ] || [ ! -e Makefile ]; then
            say "Building (log: $log) ..."
        fi
        # The servers' users read nothing here; make must not read ours.
        unset MAKEFLAGS MFLAGS MAKELEVEL
        if ! {
            { [ -e configure ] || ./autogen.sh; } &&
            { [ -e Makefile ] || ./configure; } &&
            make -j "$(nproc)" OA2_WERROR= all
        } >"$log" 2>&1 8>&-; then
            fail_with_log "$log" "could not build"
        fi
    ) 8>"$2/lock"
}

make_variable() {       # BUILD_DIR NAME
    local value
    value=$(sed -n "s/^$2 = //p" "$1/Makefile" | head -n 1)
    [ -n "$value" ] || die "$1/Makefile has no $2: is it configured?"
    printf '%s\n' "$value"
}

# --- small things ------------------------------------------------------------

can_enter() {           # DIRECTORY USER; no USER: it is us
    [ -n "$2" ] || return 0
    setpriv --reuid="$2" --regid="$(id -g "$2")" --clear-groups \
        test -x "$1/." 2>/dev/null
}

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
random_text() { openssl rand "$1" | base64url; }        # BYTES
s256() { printf %s "$1" | openssl dgst -sha256 -binary | base64url; }
percent() { sed 's/%/%25/g; s/:/%3A/g; s/\//%2F/g' <<<"$1"; }

# Words as a person would type them.
quoted() {              # WORD...
    local word separator=
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:=@%+,-]* | '') word="'${word//\'/"'\\''"}'" ;;
        esac
        printf '%s%s' "$separator" "$word"
        separator=' '
    done
}

# Sets port, which is ours until this script ends.
free_port() {
    coproc port_holder { exec "$src/build/free-ports" 9>&-; }
    read -r port <&"${port_holder[0]}" || die "there is no free port"
}

# Prints why the port cannot be had; false when it can.
port_problem() {        # PORT
    perl -MIO::Socket::INET -MErrno=EADDRINUSE,EACCES -e '
        IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1,
                              LocalPort => $ARGV[0], ReuseAddr => 1)
            and exit 1;
        print $!{EADDRINUSE} ? "port $ARGV[0] is taken: name another with "
                               . "--port, or let one be found\n"
            : $!{EACCES} ? "port $ARGV[0] is for root only: name one above "
                           . "1023 with --port\n"
            : "could not listen on port $ARGV[0]: $!\n"' "$1"
}

# Replaces @name@ in a template.
fill_in() {             # TEMPLATE OUTPUT [NAME VALUE]...
    local text template=$1 output=$2
    text=$(cat -- "$template")
    shift 2
    while [ $# -gt 0 ]; do
        text=${text//"@$1@"/"$2"}
        shift 2
    done
    printf '%s\n' "$text" >"$output"
    if grep -n '@[a-z_]*@' -- "$output" >&2; then
        die "$template has names that nobody filled in"
    fi
}

fill_in_html() {        # TEMPLATE OUTPUT [NAME VALUE]...
    local args=("$1" "$2") value
    shift 2
    while [ $# -gt 0 ]; do
        value=${2//"&"/"&amp;"}
        value=${value//"<"/"&lt;"}
        value=${value//\"/"&quot;"}
        args+=("$1" "$value")
        shift 2
    done
    fill_in "${args[@]}"
}

# Names are paths: "resources.0.url".  By standard input, since secrets have
# no place in a process list.
write_json() {          # FILE [NAME VALUE]...
    local file=$1
    shift
    printf '%s\0' "$@" | perl -MJSON::PP -0 -ne '
        chomp; push @all, $_;
        END {
            my %top;
            while (my ($path, $value) = splice @all, 0, 2) {
                utf8::decode($value);
                my @path = split /\./, $path;
                my $at = \\%top;
                for my $step (@path) {
                    $at = $step =~ /^\d+$/ ? \($$at->[$step])
                                           : \($$at->{$step});
                }
                $$at = $value;
            }
            print JSON::PP->new->utf8->pretty->canonical->encode(\%top);
        }' >"$file.new"
    mv -f -- "$file.new" "$file"
}

# A certificate authority whose key is thrown away, and one certificate of it.
make_certificates() {   # DIRECTORY LOG
    mkdir -- "$1"
    {
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
            -nodes -days 30 -subj "/CN=mod_oauth2_api demo CA" \
            -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
            -addext "keyUsage=critical,keyCertSign" \
            -keyout "$1/ca.key" -out "$1/ca.pem" &&
        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
            -nodes -subj "/CN=127.0.0.1" \
            -keyout "$1/server.key" -out "$1/server.csr" &&
        openssl x509 -req -in "$1/server.csr" -days 30 \
            -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial \
            -extfile /dev/stdin -out "$1/server.pem" <<'END'
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1,DNS:localhost
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
    } >"$2" 2>&1 || fail_with_log "$2" "could not make certificates"
    rm -f -- "$1/ca.key" "$1/server.csr"
}

# --- servers -----------------------------------------------------------------

# Runs in a session of its own, so that Ctrl-C reaches only the script, which
# then ends it in order.
start_process() {       # NAME LOG COMMAND...
    local name=$1 log=$2
    shift 2
    setsid "$@" </dev/null >>"$log" 2>&1 9>&- &
    note_process "$name" $! || fail_with_log "$log" "could not start $name"
}

# PostgreSQL refuses to run as root.
pgsql_user() {
    if [ "$(id -u)" -eq 0 ]; then printf 'postgres\n'; fi
}

# Sets as=(...), to stand before a command that USER shall run; no USER: we.
set_user() {            # USER
    as=()
    [ -z "$1" ] ||
        as=(env -C / HOME=/ setpriv "--reuid=$1" "--regid=$(id -g "$1")"
            --clear-groups)
}

pgsql_bin() {
    local found
    found=$(command -v postgres || :)
    [ -n "$found" ] ||
        found=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V |
            tail -n 1)
    found=$(readlink -f -- "$found" || :)
    [ -x "$found" ] || die "there is no PostgreSQL server: install postgresql"
    printf '%s\n' "${found%/*}"
}

# A cluster that listens on a Unix socket only and knows people by their
# account on this machine: no password that could get around.
pgsql_start() {         # DATA SOCKETS HTTPD_USER LOG
    local data=$1 sockets=$2/pgsql www=$3 log=$4 user bin name i as
    user=$(pgsql_user)
    set_user "$user"
    bin=$(pgsql_bin)
    mkdir -m 711 -- "$sockets"
    mkdir -m 700 -- "$data"
    : >"$log"
    [ -z "$user" ] || chown "$user" "$sockets" "$data"
    (cd / && "${as[@]}" "$bin/initdb" -D "$data" -U postgres -A peer \
        -E UTF8 --locale=C.UTF-8 --no-sync) >>"$log" 2>&1 ||
        fail_with_log "$log" "could not make a PostgreSQL cluster"
    printf 'local all all peer map=demo\n' >"$data/pg_hba.conf"
    for name in "$(id -un)" $www; do printf 'demo "%s" oauth2\n' "$name"; done \
        >"$data/pg_ident.conf"
    printf 'demo "%s" postgres\n' "${user:-$(id -un)}" >>"$data/pg_ident.conf"
    start_process pgsql "$log" "${as[@]}" "$bin/postgres" -D "$data" \
        -k "$sockets" -c listen_addresses= -c shared_buffers=32MB
    for ((i = 0; ; i++)); do
        "$bin/pg_isready" -q -h "$sockets" >>"$log" 2>&1 && break
        [ "$i" -lt 300 ] && is_running pgsql ||
            fail_with_log "$log" "PostgreSQL did not start"
        sleep 0.1
    done
    (cd / && "${as[@]}" "$bin/psql" -q -X -v ON_ERROR_STOP=1 \
        -h "$sockets" -U postgres -d postgres \
        -c "CREATE ROLE oauth2 LOGIN" -c "CREATE DATABASE oauth2 OWNER oauth2"
    ) >>"$log" 2>&1 || fail_with_log "$log" "could not make the database"
}

# php-fpm where there is one, otherwise php-cgi, which speaks FastCGI too.
php_start() {           # SOCKET HTTPD_USER CONF LOG MARK
    local socket=$1 www=$2 conf=$3 log=$4 mark=$5 fpm i as
    mkdir -m 700 -- "${socket%/*}"
    : >"$log"
    [ -z "$www" ] || chown "$www" "${socket%/*}"
    fpm=$(printf '%s\n' /usr/sbin/php-fpm* /usr/bin/php-fpm* |
        { grep -v '[*]' || :; } | sort -V | tail -n 1)
    if [ -x "$fpm" ]; then
        {
            printf '[global]\nerror_log = "%s"\ndaemonize = no\n' "$log"
            printf '[%s]\nlisten = %s\nlisten.mode = 0600\n' "$mark" "$socket"
            printf 'pm = static\npm.max_children = 2\n'
            printf 'catch_workers_output = yes\n'
            [ -z "$www" ] || printf 'user = %s\ngroup = %s\n%s = %s\n' \
                "$www" "$(id -gn "$www")" listen.owner "$www"
        } >"$conf"
        start_process php "$log" "$fpm" -n -F -y "$conf"
    else
        set_user "$www"
        start_process php "$log" "${as[@]}" env PHP_FCGI_CHILDREN=2 \
            php-cgi -n -b "$socket"
    fi
    for ((i = 0; ; i++)); do
        [ -S "$socket" ] && break
        [ "$i" -lt 200 ] && is_running php ||
            fail_with_log "$log" "PHP did not start"
        sleep 0.05
    done
}

httpd_start() {         # HTTPD CONF LOG MARK URL CA_FILE
    local log=$3 i
    : >"$log"
    # Not the file of the machine's own httpd.
    OAUTH2_SERVERS=${2%/*}/servers.json \
        start_process httpd "$log" "$1" -f "$2" -D "$4" -D FOREGROUND
    for ((i = 0; ; i++)); do
        curl -q -s -f -o /dev/null --noproxy '*' --max-time 5 \
            ${6:+--cacert "$6"} "$5" && break
        [ "$i" -lt 200 ] && is_running httpd ||
            fail_with_log "$log" "httpd did not start"
        sleep 0.05
    done
}
