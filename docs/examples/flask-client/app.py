# SPDX-License-Identifier: Apache-2.0
"""A website that lets people sign in at an OAuth 2 server, with Flask and
Authlib: /, /login, /callback, /dashboard and /logout.

    ./demo --example django-provider --background
    python3 app.py /path/to/demo.json

or, for a server of your own (docs/examples/django-provider.conf):

    OAUTH_BASE=https://login.example.org OAUTH_CLIENT_ID=flask \\
    OAUTH_CLIENT_SECRET=... OAUTH_API_KEY=... python3 app.py

It listens on 127.0.0.1:5000; OAUTH_REDIRECT_URI says otherwise, for example
http://127.0.0.1:5001/callback.

Debian: apt install python3-flask python3-authlib python3-requests
"""

import json
import os
import secrets
import sys
from urllib.parse import quote, urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import (Flask, abort, redirect, render_template, request, session,
                   url_for)

TIMEOUT = 10


def settings():
    """From the demo's file, or from the environment."""
    if len(sys.argv) > 1:
        with open(sys.argv[1], encoding="utf-8") as file:
            found = json.load(file)["example"]
    else:
        found = {}
    for name in ("base", "client_id", "client_secret", "api_key",
                 "redirect_uri"):
        value = os.environ.get("OAUTH_" + name.upper(), found.get(name))
        if name == "redirect_uri":
            value = value or "http://127.0.0.1:5000/callback"
        if not value:
            sys.exit("app.py: OAUTH_%s is not set" % name.upper())
        found[name] = value
    return found


conf = settings()
base = conf["base"].rstrip("/") + "/oauth"
app = Flask(__name__)

# The cookie is signed, and not secret: all that it holds is a random name.
# Whoever restarts this signs everybody out.
app.secret_key = secrets.token_bytes(32)
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
app.config["SESSION_COOKIE_SECURE"] = \
    urlsplit(conf["redirect_uri"]).scheme == "https"


class Kept(dict):
    """Authlib's cache: what belongs to a login that has begun, its state and
    its code_verifier, stays here.  A website that runs in several processes
    needs one that they share."""

    MOST = 10000

    def get(self, key):
        return super().get(key)

    def set(self, key, value, expires=None):
        while len(self) >= self.MOST:
            del self[next(iter(self))]
        self[key] = value

    def delete(self, key):
        self.pop(key, None)


signed_in = Kept()              # random name: token
provider = OAuth(app, cache=Kept()).register(
    "provider",
    client_id=conf["client_id"],
    client_secret=conf["client_secret"],
    authorize_url=base + "/authorize/",
    access_token_url=base + "/token/",
    # PKCE, RFC 7636: a code is good for nobody but who has asked for it.
    client_kwargs={"code_challenge_method": "S256",
                   "token_endpoint_auth_method": "client_secret_post"})


def token():
    return signed_in.get(session.get("name"))


def sign_out():
    signed_in.delete(session.get("name"))
    session.clear()


def message(status, text):
    return render_template("page.html", message=text), status


@app.get("/")
def home():
    if token():
        return redirect(url_for("dashboard"))
    return render_template("page.html")


@app.get("/login")
def login():
    """Off to the server, with a state of this browser's own."""
    return provider.authorize_redirect(conf["redirect_uri"])


@app.get("/callback")
def callback():
    # RFC 9207: that it is this server who answers.
    if request.args.get("iss", "") != base:
        return message(400, "Another server has answered.")
    try:
        # Compares the state with the one of this browser, and sends the
        # code_verifier along with the code.
        fresh = provider.authorize_access_token()
    except OAuthError as error:
        if error.error == "access_denied":
            return message(403, "You have not let this website in.")
        return message(400, "This did not work: %s. Please try again."
                       % (error.description or error.error))
    session.clear()
    session["name"] = secrets.token_urlsafe(32)
    signed_in.set(session["name"], fresh["access_token"])
    return redirect(url_for("dashboard"))


def ask(method, path, **more):
    return requests.request(method, base + path, timeout=TIMEOUT, **more)


def count_visit(user_id):
    """What this website keeps of a user at the server, by its API key."""
    path = "/userdata/%s/" % quote(user_id, safe="")
    key = {"X-API-Key": conf["api_key"]}
    found = ask("GET", path, headers=key)
    if found.status_code not in (200, 404):
        found.raise_for_status()
    before = found.json() if found.status_code == 200 else {}
    visits = int(before.get("visits", 0)) + 1
    ask("PATCH", path, headers=key, json={"visits": visits}) \
        .raise_for_status()
    return visits


@app.get("/dashboard")
def dashboard():
    if not token():
        return redirect(url_for("login"))
    found = ask("GET", "/userinfo/",
                headers={"Authorization": "Bearer " + token()})
    if found.status_code == 401:        # expired, or taken back
        sign_out()
        return redirect(url_for("home"))
    found.raise_for_status()
    user = found.json()
    return render_template("page.html", user=user,
                           visits=count_visit(user["sub"]))


@app.get("/logout")
def logout():
    """Here and at the server."""
    # A page of another site may lead here, but not show it within itself.
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        abort(400)
    if token():
        ask("POST", "/logout/", headers={"Authorization": "Bearer " + token()})
        sign_out()
    return redirect(url_for("home"))


@app.after_request
def guard(response):
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Security-Policy"] = \
        "default-src 'none'; frame-ancestors 'none'"
    return response


if __name__ == "__main__":
    here = urlsplit(conf["redirect_uri"])
    app.run(host="127.0.0.1", port=here.port or 80)
