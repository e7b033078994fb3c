# shellcheck shell=bash
# shellcheck disable=SC2154 # src and its like are the demo's
# SPDX-License-Identifier: Apache-2.0
#
# example.bash - ./demo --example NAME: a file of docs/examples/ as it stands
# there, with users and clients that show what it is for.
#
# Uses of ./demo its variables and ctl().  Each
# example has a function NAME_people ("_" for "-"), which adds its users and clients and sets
# example_json, the pairs of "example" in demo.json.

examples='omniport django-provider'

is_example() {          # NAME
    case " $examples " in *" $1 "*) return 0 ;; esac
    return 1
}

# What the example's own lines do not say: where the demo has its things.
example_files() {       # NAME
    local name=$1
    cp -- "$src/docs/examples/$name.conf" "$root/$name.conf"
    fill_in "$src/demo.d/example.conf.in" "$root/httpd.conf" \
        module "$dir/run/bin/mod_oauth2_api.so" \
        database "$database \"$params\"" state "$root/state" \
        pages "$root/pages" logo "$root/oauth2-logo" root "$root" \
        example "$name" base "$base"
    fill_in_html "$src/demo.d/htdocs/example/$name.html.in" \
        "$root/htdocs/index.html" base "$base" \
        username "$username" password "$password"
    cp -- "$src/demo.d/htdocs/example/back.html" "$root/htdocs/back"
}

# A member of a JSON object that comes by standard input.
json_member() {         # NAME
    perl -MJSON::PP -0777 -ne \
        'BEGIN { $name = shift } print decode_json($_)->{$name}' "$1"
}

could_not_add() {
    fail_with_log "$logs/oauth2ctl.log" "could not add clients and users"
}

add() { ctl "$@" >>"$logs/oauth2ctl.log" 2>&1 || could_not_add; }

# A member of what it answers.
ask() {                 # MEMBER COMMAND...
    local name=$1
    shift
    ctl --json "$@" </dev/null 2>>"$logs/oauth2ctl.log" |
        json_member "$name" || could_not_add
}

# --- Omniport ----------------------------------------------------------------

# One application of Omniport's, as its dumpdata writes it.  The values have no
# character that JSON would escape.
omniport_application() {        # ID SECRET NAME APPROVED DESCRIPTION
    printf '{"model": "open_auth.application", "fields": {'
    printf '"client_id": "%s", "client_secret": "%s", "name": "%s", ' \
        "$1" "$2" "$3"
    printf '"is_approved": %s, "description": "%s", ' "$4" "$5"
    printf '"redirect_uris": "%s", "client_type": "confidential", ' \
        "$base/back"
    printf '"authorization_grant_type": "authorization-code", '
    printf '"data_points": ["person.full_name", "student.branch.name"]}}'
}

omniport_description() {
    cat <<'END' | tr '\n' ' '
The canteen app is for everybody who eats here and would rather not queue. It
shows what the kitchen cooks today and tomorrow, says what is in it, and takes an
order until half an hour before the counter opens, so that the kitchen knows how
many will come and less is thrown away. Who has ordered finds a number on the
telephone and goes past the queue. It needs your full name, because the number is
called together with it, and the branch that you study, because the canteens are
in different parts of the grounds and the app proposes the one that is nearest to
your lectures. Neither is shown to others or kept beyond the day. The app is made
by students of the canteen committee and has no other purpose, no advertising and
no shop. Its source is open to everybody at the site of the committee.
END
}

omniport_people() {
    local secret developer_password administrator_password dump id
    secret=$(random_text 32)
    developer_password=$(random_text 9)
    administrator_password=$(random_text 9)
    dump=$dir/run/omniport.json
    add user add "$username" --password-stdin <<<"$password"
    add user add dora --password-stdin <<<"$developer_password"
    add user add root --password-stdin <<<"$administrator_password"
    add user set root --role administrator
    add user set "$username" --claim 'person/fullName=Alice Example' \
        --claim 'student/branch name=Geology'
    {
        printf '['
        omniport_application placement "$secret" "Placement portal" true \
            "Where companies look for graduates."
        printf ', '
        omniport_application canteen "$(random_text 32)" "Canteen" false \
            "$(omniport_description)"
        printf ']\n'
    } >"$dump"
    add import omniport "$dump" --apply \
        --compat 'no_pkce default_response_type deny_home error_detail'
    rm -- "$dump"
    for id in placement canteen; do
        add app team "$id" dora --role owner
    done
    example_json=(
        base "$base" client_id placement client_secret "$secret"
        redirect_uri "$base/back"
        user.username "$username" user.password "$password"
        developer.username dora developer.password "$developer_password"
        administrator.username root
        administrator.password "$administrator_password"
        pending_client_id canteen
        claims.person.fullName "Alice Example"
        "claims.student.branch name" Geology)
}

# --- a Django provider -------------------------------------------------------

django_provider_people() {
    local secret key id
    secret=$(random_text 32)
    add user add "$username" --password-stdin <<<"$password"
    add user set "$username" --claim email=alice@example.org
    # A loopback address without a port stands for each port.
    add client add flask --name "Flask client" --scope "profile userdata" \
        --redirect-uri http://127.0.0.1/callback \
        --compat 'no_pkce error_detail api_key_errors' \
        --secret-stdin <<<"$secret"
    id=$(ask sub user show "$username")
    key=$(ask api_key apikey add --client flask --name demo --scope userdata)
    example_json=(
        base "$base" client_id flask client_secret "$secret"
        api_key "$key" redirect_uri http://127.0.0.1:5000/callback
        user.username "$username" user.password "$password"
        user_id "$id")
}

# --- what is said ------------------------------------------------------------

write_example_json() {
    local pairs=() i
    for ((i = 0; i < ${#example_json[@]}; i += 2)); do
        pairs+=("example.${example_json[i]}" "${example_json[i + 1]}")
    done
    write_json "$dir/demo.json" \
        issuer "$issuer" metadata "$metadata" "${pairs[@]}" \
        admin.0 "${admin[0]}" admin.1 "${admin[1]}" admin.2 "${admin[2]}" \
        database "$database" ${ca_file:+ca_file "$ca_file"}
}
