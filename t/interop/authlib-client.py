# SPDX-License-Identifier: Apache-2.0
"""authlib-client.py DEMO.JSON - Debian's python3-authlib as a client of the
demo."""

import secrets
from urllib.parse import parse_qs, urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from harness import (check_api, customers, demo, done, equal, metadata, orders,
                     raises, scope, test)
from person import Person


def make(client, method):
    return OAuth2Session(
        client["client_id"], client.get("client_secret"),
        scope=" ".join(scope), redirect_uri=client["redirect_uri"],
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method, code_challenge_method="S256")


def authorize(session, verifier, decision="allow", **more):
    start, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, **more)
    return state, Person(demo["user"]).authorize(
        start, session.redirect_uri, decision)


def code_flow(client, method):
    session = make(client, method)
    verifier = secrets.token_urlsafe(48)
    state, back = authorize(session, verifier)
    session.fetch_token(metadata["token_endpoint"], state=state,
                        authorization_response=back, code_verifier=verifier)
    return session


def run(method, client):
    tell = "authlib: %s: " % method
    kept = {}

    def flow():
        kept["session"] = code_flow(client, method)
        equal(kept["session"].token["token_type"].lower(), "bearer")

    def api():
        check_api(kept["session"], client, orders)
        check_api(kept["session"], client, customers)

    def refresh():
        session = kept["session"]
        before = dict(session.token)
        session.refresh_token(metadata["token_endpoint"],
                              before["refresh_token"])
        for member in ("access_token", "refresh_token"):
            equal(session.token[member] != before[member], True)
        check_api(session, client, orders)

    def introspect():
        session = kept["session"]
        answer = session.introspect_token(
            metadata["introspection_endpoint"],
            session.token["access_token"], "access_token")
        equal(answer.status_code, 200)
        equal(answer.json()["active"], True)
        equal(answer.json()["username"], demo["user"]["username"])

    def revoke():
        session = kept["session"]
        refresh_token = session.token["refresh_token"]
        answer = session.revoke_token(metadata["revocation_endpoint"],
                                      refresh_token, "refresh_token")
        equal(answer.status_code, 200)
        equal(session.get(orders["url"]).status_code, 401)
        raises(OAuthError, lambda: session.refresh_token(
            metadata["token_endpoint"], refresh_token),
            error="invalid_grant")

    def deny():
        # Version 1.2 leaves it to the application to look for an error.
        state, back = authorize(make(client, method), secrets.token_urlsafe(48),
                                "deny", prompt="consent")
        answer = parse_qs(urlsplit(back).query)
        equal(answer["error"], ["access_denied"])
        equal(answer["state"], [state])
        equal(answer["iss"], [demo["issuer"]])

    test(tell + "code flow with PKCE", flow)
    test(tell + "both APIs", api)
    test(tell + "refresh", refresh)
    if "client_secret" in client:
        test(tell + "introspection", introspect)
    test(tell + "revocation", revoke)
    test(tell + "the person says no", deny)


def client_credentials():
    client = demo["confidential_client"]
    session = make(client, "client_secret_basic")
    session.fetch_token(metadata["token_endpoint"],
                        grant_type="client_credentials",
                        scope=orders["scope"])
    equal(session.get(orders["url"]).json()["client"], client["client_id"])


def wrong_secret():
    client = dict(demo["confidential_client"], client_secret="wrong")
    session = make(client, "client_secret_basic")
    raises(OAuthError, lambda: session.fetch_token(
        metadata["token_endpoint"], grant_type="client_credentials"),
        error="invalid_client")


run("client_secret_basic", demo["confidential_client"])
run("client_secret_post", demo["confidential_client"])
run("none", demo["public_client"])
test("authlib: client credentials", client_credentials)
test("authlib: a wrong secret", wrong_secret)
done()
