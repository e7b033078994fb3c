# SPDX-License-Identifier: Apache-2.0
"""flask-client.py DEMO.JSON PORT - docs/examples/flask-client against
./demo --example django-provider: from home to the dashboard to logout."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

from harness import demo, done, equal, test
from person import Person

PORT = int(sys.argv[2])
HOME = "http://127.0.0.1:%d" % PORT
BACK = HOME + "/callback"
BASE = demo["example"]["base"]
APP = Path(__file__).resolve().parents[2] / "docs/examples/flask-client/app.py"


def start():
    process = subprocess.Popen(
        [sys.executable, str(APP), sys.argv[1]], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OAUTH_REDIRECT_URI": BACK})
    for _ in range(200):
        try:
            requests.get(HOME + "/", timeout=5)
            return process
        except requests.ConnectionError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    process.terminate()
    raise AssertionError("app.py did not start")


class Browser(Person):
    def __init__(self):
        super().__init__(demo["example"]["user"])

    def get(self, path, status=200):
        answer = self.session.get(HOME + path, allow_redirects=False,
                                  timeout=20)
        equal(answer.status_code, status)
        return answer

    def login(self, decision="allow"):
        """By /login, as the link says; the URL that leads back."""
        start_url = self.get("/login", 302).headers["location"]
        return self.authorize(start_url, BACK, decision)

    def back(self, url, status=302):
        return self.get(url[len(HOME):], status)


alice = Browser()


def home():
    equal('href="/login"' in alice.get("/").text, True)
    equal(alice.get("/dashboard", 302).headers["location"], "/login")


def login():
    url = alice.get("/login", 302).headers["location"]
    equal(url.split("?")[0], BASE + "/oauth/authorize/")
    sent = parse_qs(urlsplit(url).query)
    equal(sent["response_type"], ["code"])
    equal(sent["client_id"], [demo["example"]["client_id"]])
    equal(sent["redirect_uri"], [BACK])
    equal(sent["code_challenge_method"], ["S256"])
    equal(bool(sent["state"][0]), True)


def dashboard():
    equal(alice.back(alice.login()).headers["location"], "/dashboard")
    text = alice.get("/dashboard").text
    for word in (demo["example"]["user"]["username"],
                 demo["example"]["user_id"], "alice@example.org",
                 "<dd>1</dd>"):
        equal(word in text, True)
    equal("<dd>2</dd>" in alice.get("/dashboard").text, True)
    equal(alice.get("/", 302).headers["location"], "/dashboard")


def kept():
    """By the API key, as the client does it."""
    example = demo["example"]
    answer = requests.get(
        "%s/oauth/userdata/%s/" % (BASE, example["user_id"]),
        headers={"X-API-Key": example["api_key"]}, timeout=20)
    equal(answer.json(), {"visits": 2})


def state():
    url = alice.login()
    stranger = Browser()
    equal("did not work" in stranger.back(url, 400).text, True)
    other = stranger.get("/login", 302).headers["location"]
    mine = parse_qs(urlsplit(other).query)["state"][0]
    theirs = parse_qs(urlsplit(url).query)["state"][0]
    # A code of somebody else's login, with a state of one's own: PKCE.
    stranger.back(url.replace(theirs, mine), 400)


def issuer():
    url = alice.login()
    cut = url.split("&iss=")[0]
    alice.back(cut, 400)
    alice.back(cut + "&iss=https%3A%2F%2Fevil.example", 400)


def refusal():
    stranger = Browser()
    start_url = stranger.get("/login", 302).headers["location"]
    equal("not let this website in" in stranger.back(stranger.authorize(
        start_url + "&prompt=consent", BACK, "deny"), 403).text, True)


def logout():
    equal(alice.get("/logout", 302).headers["location"], "/")
    equal('href="/login"' in alice.get("/").text, True)
    alice.get("/dashboard", 302)
    # The server has forgotten who is signed in, too.
    url = alice.get("/login", 302).headers["location"]
    equal('type="password"' in alice.session.get(url, timeout=20).text, True)


app = start()
try:
    test("flask-client: home", home)
    test("flask-client: login", login)
    test("flask-client: dashboard", dashboard)
    test("flask-client: what it keeps of a user", kept)
    test("flask-client: state and code are the browser's", state)
    test("flask-client: iss is the server's", issuer)
    test("flask-client: a user who refuses", refusal)
    test("flask-client: logout", logout)
finally:
    app.terminate()
    app.wait()
done()
