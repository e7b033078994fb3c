# SPDX-License-Identifier: Apache-2.0
"""requests-oauthlib.py DEMO.JSON - Debian's python3-requests-oauthlib as a
client of the demo."""

import base64
import hashlib
import os
import secrets

from harness import (check_api, customers, demo, done, equal, metadata, orders,
                     raises, scope, test)

if demo["issuer"].startswith("http:"):
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

from oauthlib.oauth2 import BackendApplicationClient
from oauthlib.oauth2.rfc6749 import errors
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from person import Person


def code_flow(client, auth, decision="allow", **more):
    """auth: how this client shows itself, as arguments of fetch_token()."""
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(
        hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    session = OAuth2Session(client["client_id"], scope=scope,
                            redirect_uri=client["redirect_uri"])
    start, _ = session.authorization_url(
        metadata["authorization_endpoint"], code_challenge=challenge,
        code_challenge_method="S256", **more)
    back = Person(demo["user"]).authorize(start, client["redirect_uri"],
                                          decision)
    session.fetch_token(metadata["token_endpoint"], code_verifier=verifier,
                        authorization_response=back, timeout=20, **auth)
    return session


def run(name, client, auth, refresh_auth):
    tell = "requests-oauthlib: %s: " % name
    kept = {}

    def flow():
        kept["session"] = code_flow(client, auth)
        token = kept["session"].token
        equal(token["token_type"].lower(), "bearer")
        equal(sorted(token["scope"]), sorted(scope))

    def api():
        check_api(kept["session"], client, orders)
        check_api(kept["session"], client, customers)

    def refresh():
        session = kept["session"]
        before = dict(session.token)
        session.refresh_token(metadata["token_endpoint"], timeout=20,
                              **refresh_auth)
        for member in ("access_token", "refresh_token"):
            equal(session.token[member] != before[member], True)
        check_api(session, client, orders)

    def introspect():
        answer = kept["session"].post(
            metadata["introspection_endpoint"], withhold_token=True,
            auth=HTTPBasicAuth(client["client_id"], client["client_secret"]),
            data={"token": kept["session"].token["access_token"]}, timeout=20)
        equal(answer.status_code, 200)
        equal(answer.json()["active"], True)

    def revoke():
        session = kept["session"]
        data = {"token": session.token["refresh_token"]}
        basic = None
        if "client_secret" in client:
            basic = HTTPBasicAuth(client["client_id"],
                                  client["client_secret"])
        else:
            data["client_id"] = client["client_id"]
        answer = session.post(metadata["revocation_endpoint"], data=data,
                              auth=basic, withhold_token=True, timeout=20)
        equal(answer.status_code, 200)
        equal(session.get(orders["url"], timeout=20).status_code, 401)
        raises(errors.InvalidGrantError, lambda: session.refresh_token(
            metadata["token_endpoint"], timeout=20, **refresh_auth))

    def deny():
        raises(errors.AccessDeniedError, lambda: code_flow(
            client, auth, "deny", prompt="consent"))

    test(tell + "code flow with PKCE", flow)
    test(tell + "both APIs", api)
    test(tell + "refresh", refresh)
    if "client_secret" in client:
        test(tell + "introspection", introspect)
    test(tell + "revocation", revoke)
    test(tell + "the person says no", deny)


def client_credentials():
    client = demo["confidential_client"]
    session = OAuth2Session(client=BackendApplicationClient(
        client["client_id"], scope=[orders["scope"]]))
    session.fetch_token(metadata["token_endpoint"], timeout=20,
                        client_secret=client["client_secret"])
    answer = session.get(orders["url"], timeout=20)
    equal(answer.status_code, 200)
    equal(answer.json()["client"], client["client_id"])


def wrong_secret():
    client = demo["confidential_client"]
    session = OAuth2Session(client=BackendApplicationClient(
        client["client_id"]))
    raises(errors.InvalidClientError, lambda: session.fetch_token(
        metadata["token_endpoint"], client_secret="wrong", timeout=20))


confidential = demo["confidential_client"]
public = demo["public_client"]
basic_auth = HTTPBasicAuth(confidential["client_id"],
                           confidential["client_secret"])
run("client_secret_basic", confidential,
    {"client_secret": confidential["client_secret"]}, {"auth": basic_auth})
run("client_secret_post", confidential,
    {"client_secret": confidential["client_secret"],
     "include_client_id": True},
    {"client_id": confidential["client_id"],
     "client_secret": confidential["client_secret"]})
run("public", public, {"include_client_id": True},
    {"client_id": public["client_id"]})
test("requests-oauthlib: client credentials", client_credentials)
test("requests-oauthlib: a wrong secret", wrong_secret)
done()
