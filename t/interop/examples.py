# SPDX-License-Identifier: Apache-2.0
"""examples.py DEMO.JSON NAME - what ./demo --example NAME writes into
demo.json is true: each member is used as the old server's documents say."""

import sys
from urllib.parse import parse_qs, quote, urlsplit

import requests

from harness import demo, done, equal, test
from person import Person

example = demo["example"]
BASE = example["base"]
PERSON = {"username", "password"}


def members(**wanted):
    def check():
        equal(set(example), set(wanted))
        for name, kind in wanted.items():
            if kind is PERSON:
                equal(set(example[name]), PERSON)
            else:
                equal(type(example[name]), kind)
    return check


def authorize(path, more, **changed):
    """The documented request; where the browser is sent back to."""
    values = {**example, **changed}
    return Person(example["user"]).authorize(
        "%s%s?client_id=%s&redirect_uri=%s&state=abc%s" % (
            BASE, path, values["client_id"],
            quote(values["redirect_uri"], safe=""), more),
        values["redirect_uri"])


def redeem(path, back):
    answer = requests.post(BASE + path, timeout=20, data={
        "grant_type": "authorization_code", "code": code(back),
        "client_id": example["client_id"],
        "client_secret": example["client_secret"],
        "redirect_uri": example["redirect_uri"]})
    equal(answer.status_code, 200)
    return answer.json()


def code(back):
    sent = parse_qs(urlsplit(back).query)
    equal(sent["state"], ["abc"])
    return sent["code"][0]


def get(path, token):
    answer = requests.get(BASE + path, timeout=20,
                          headers={"Authorization": "Bearer " + token})
    equal(answer.status_code, 200)
    return answer.json()


def omniport():
    def flow():
        token = redeem("/open_auth/token/", authorize("/oauth/authorise", ""))
        equal(token["expires_in"], 36000)
        told = get("/open_auth/get_user_data/", token["access_token"])
        for name, value in example["claims"].items():
            equal(told[name], value)

    def pending():
        answer = requests.get(
            "%s/oauth/authorise/?client_id=%s" % (
                BASE, example["pending_client_id"]), timeout=20)
        equal(answer.status_code, 400)

    def people():
        for name, path, seen in (
                ("developer", "/developer", "Canteen"),
                ("administrator", "/developer", "root"),
                ("user", "/account", "Placement portal")):
            equal(seen in signed_in(example[name], BASE + path), True)

    test("omniport: members", members(
        base=str, client_id=str, client_secret=str, redirect_uri=str,
        user=PERSON, developer=PERSON, administrator=PERSON,
        pending_client_id=str, claims=dict))
    test("omniport: from authorise to get_user_data", flow)
    test("omniport: a pending app", pending)
    test("omniport: people", people)


def signed_in(user, url):
    person = Person(user)
    page = person.session.get(url, timeout=20)
    answer = person._submit(page, "password", user)
    while answer.is_redirect:
        answer = person.session.get(
            requests.compat.urljoin(url, answer.headers["location"]),
            allow_redirects=False, timeout=20)
    equal(answer.status_code, 200)
    return answer.text


def django_provider():
    def flow():
        token = redeem("/oauth/token/", authorize(
            "/oauth/authorize/", "&response_type=code"))
        told = get("/oauth/userinfo/", token["access_token"])
        equal(told, {"sub": example["user_id"],
                     "username": example["user"]["username"],
                     "email": "alice@example.org"})
        answer = requests.put(
            "%s/oauth/userdata/%s/" % (BASE, example["user_id"]), timeout=20,
            headers={"X-API-Key": example["api_key"]}, json={})
        equal(answer.status_code, 201)
        answer = requests.post(
            BASE + "/oauth/logout/", timeout=20,
            headers={"Authorization": "Bearer " + token["access_token"]})
        equal(answer.json(), {"success": True})

    test("django-provider: members", members(
        base=str, client_id=str, client_secret=str, api_key=str,
        redirect_uri=str, user=PERSON, user_id=str))
    test("django-provider: from authorize to logout", flow)


{"omniport": omniport, "django-provider": django_provider}[sys.argv[2]]()
done()
