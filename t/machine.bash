# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# t/machine.bash - for scripts to be sourced: a Debian server to try things on,
# which is thrown away afterwards.
#
# The server is a copy of this machine that costs nothing: its own mounts (an
# overlay whose upper half is memory), network and processes.  In it httpd is as
# Debian's package leaves it, with the name api.example.com, and nothing of
# this module is there.  What is done there is not seen outside, so it needs
# root, and the right to make namespaces.

# machine_enter SCRIPT ARGUMENT... - goes on only in namespaces of the script's
# own: outside it runs SCRIPT again, inside them, and ends as that ends.
machine_enter() {
    local name
    name=$(basename "$(dirname "$1")")
    if [ -n "${OA2_MACHINE-}" ]; then return; fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "$name: this needs root, for a machine of its own: use sudo" >&2
        exit 1
    fi
    if ! unshare --mount --net --ipc --uts --pid --fork true; then
        echo "$name: this needs namespaces, which this machine or container" \
            "does not allow (CAP_SYS_ADMIN)" >&2
        exit 1
    fi
    OA2_MACHINE=$(mktemp -d "/tmp/oa2-$name.XXXXXX")
    export OA2_MACHINE
    trap 'rmdir "$OA2_MACHINE"' EXIT
    # The namespace's first process takes all others with it.
    unshare --mount --net --ipc --uts --pid --fork --kill-child "$@"
    exit
}

# machine_make - sets root, where the copy is.
machine_make() {
    root=$OA2_MACHINE
    mount --make-rprivate /
    mount -t tmpfs -o mode=755 tmpfs "$root"
    mkdir "$root"/{upper,work,machine}
    mount -t overlay overlay \
        -o "lowerdir=/,upperdir=$root/upper,workdir=$root/work" "$root/machine"
    root=$root/machine
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs -o mode=755 tmpfs "$root/run"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    python3 -c '
import fcntl, socket, struct
s = socket.socket()
up = struct.pack("16sH14x", b"lo", 0x49)        # IFF_UP, LOOPBACK, RUNNING
fcntl.ioctl(s, 0x8914, up)                      # SIOCSIFFLAGS
'
    hostname api
    # What another user of this machine left is no part of a fresh server.
    in_it dpkg --purge libapache2-mod-oauth2-api >/dev/null 2>&1 || true
    rm -rf "$root"/var/lib/mod_oauth2_api "$root"/var/cache/mod_oauth2_api \
        "$root"/usr/sbin/oauth2ctl "$root"/usr/share/mod_oauth2_api \
        "$root"/usr/share/man/man8/oauth2ctl.8 \
        "$root"/usr/share/doc/mod_oauth2_api \
        "$root"/usr/lib/apache2/modules/mod_oauth2_api.so \
        "$root"/etc/apache2/*/oauth2*
    install -d -m 1777 "$root/run/lock"
    ln -sfn /run "$root/var/run"
    echo '127.0.0.1 localhost api api.example.com desk.example' \
        >"$root/etc/hosts"
    echo 'ServerName api.example.com' >"$root/etc/apache2/conf-enabled/name.conf"
}

# in_it WORD... - runs a command there.
in_it() { chroot "$root" "$@"; }
