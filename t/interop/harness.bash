# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# harness.bash - what t/interop/run and t/browser/run share: a demo over http
# and one over https, npm packages, counting.
#
# Reads its script's arguments: [--database pgsql] [--build-dir DIR]
# [--over http|https] [FILE]...  Sets src, tmp, files, kinds.

src=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
tmp=$(mktemp -d)
demo_options=()
kinds=(http https)
files=()
passed=0
failed=0
if [ -n "${OA2_BUILDDIR-}" ]; then demo_options=(--build-dir "$OA2_BUILDDIR"); fi

harness_usage() {
    printf 'Usage: %s [--database pgsql] [--build-dir DIR]%s\n' "$0" \
        ' [--over http|https] [FILE]...' >&2
    exit 2
}

harness_finish() {
    trap - EXIT
    local kind
    for kind in "${kinds[@]}"; do
        [ ! -e "$tmp/$kind/processes" ] ||
            "$src/demo" --stop --dir "$tmp/$kind" || :
    done
    rm -rf -- "$tmp"
    exit "$1"
}
trap 'harness_finish $?' EXIT
trap 'harness_finish 130' INT
trap 'harness_finish 143' HUP TERM

while [ $# -gt 0 ]; do
    case $1 in
    --database | --build-dir | --over)
        [ $# -ge 2 ] || harness_usage
        case $1 in
        --over) kinds=("$2") ;;
        *) demo_options+=("$1" "$2") ;;
        esac
        shift
        ;;
    -*) harness_usage ;;
    *) files+=("$1") ;;
    esac
    shift
done

# A demo over this kind of transport; sets demo_json.  Other programs' ways to
# be told about its authority are set too.
demo_start() {          # http|https [OPTION...]
    local options=("${@:2}")
    [ "$1" = http ] || options+=(--tls)
    if ! "$src/demo" --background --dir "$tmp/$1" "${options[@]}" \
        "${demo_options[@]}" >"$tmp/demo.log" 2>&1; then
        cat -- "$tmp/demo.log" >&2
        echo "$0: the demo did not start" >&2
        exit 1
    fi
    demo_json=$tmp/$1/demo.json
    unset NODE_EXTRA_CA_CERTS REQUESTS_CA_BUNDLE
    if [ "$1" = https ]; then
        export NODE_EXTRA_CA_CERTS=$tmp/$1/ca.pem
        export REQUESTS_CA_BUNDLE=$tmp/$1/ca.pem
    fi
    export NO_PROXY='*' PYTHONDONTWRITEBYTECODE=1
    printf '# over %s\n' "$1"
}

demo_stop() {           # http|https
    "$src/demo" --stop --dir "$tmp/$1"
    # What clients send makes nobody complain.
    if ! "$src/t/judge-logs" "$tmp/$1/logs/error.log"; then
        printf 'not ok - the log of httpd over %s\n' "$1"
        failed=$((failed + 1))
    fi
}

# Runs a program that prints "ok - ..." and "not ok - ..." lines and counts
# them.  One that ends badly without a failed test failed too.
count() {               # NAME COMMAND...
    local name=$1 status=0 good bad
    shift
    "$@" 2>"$tmp/err" | tee -- "$tmp/out" || status=$?
    good=$(grep -c '^ok ' "$tmp/out" || :)
    bad=$(grep -c '^not ok ' "$tmp/out" || :)
    if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$good" -eq 0 ]; }; then
        printf 'not ok - %s ended with status %s\n' "$name" "$status"
        sed 's/^/#   /' "$tmp/err"
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
}

harness_result() {
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# The npm packages of a directory of tests, exactly as its package-lock.json
# says, outside of it.  Sets node_dir: a directory with tests and packages.
node_prepare() {        # DIRECTORY
    local home=${OA2_NODE_DIR:-$src/.demo-build} sum
    # Debian 12's Node 18 has the web's crypto, which clients look for, behind
    # a flag.
    if node -e 'process.exit(+(parseInt(process.versions.node) > 19))'; then
        export NODE_OPTIONS="${NODE_OPTIONS:-} --experimental-global-webcrypto"
    fi
    if [ -e "$1/node_modules/.package-lock.json" ]; then
        node_dir=$1
        return
    fi
    if ! mkdir -p -- "$home" 2>/dev/null || [ ! -w "$home" ]; then
        home=${XDG_CACHE_HOME:-$HOME/.cache}/mod_oauth2_api
    fi
    node_dir=$home/${1##*/}
    mkdir -p -- "$node_dir"
    exec 7>"$node_dir/lock"
    flock 7
    cp -- "$1/.npmrc" "$1"/package*.json "$1"/*.mjs "$node_dir/"
    sum=$(cat "$node_dir/package-lock.json" "$node_dir/package.json" |
        sha256sum)
    if [ "$(cat "$node_dir/installed" 2>/dev/null || :)" != "$sum" ]; then
        rm -f -- "$node_dir/installed"
        if ! (cd "$node_dir" && npm ci --ignore-scripts) >"$tmp/npm.log" 2>&1
        then
            cat -- "$tmp/npm.log" >&2
            echo "$0: could not install the npm packages of $1" >&2
            exit 1
        fi
        printf '%s\n' "$sum" >"$node_dir/installed"
    fi
    exec 7>&-
}
