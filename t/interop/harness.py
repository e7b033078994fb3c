# SPDX-License-Identifier: Apache-2.0
"""What the Python clients share: the demo, and one line a test."""

import json
import sys
import traceback

import requests

with open(sys.argv[1], encoding="utf-8") as _file:
    demo = json.load(_file)
metadata = requests.get(demo["metadata"], timeout=20).json()
# Not of ./demo --example.
orders, customers = demo.get("resources", (None, None))
scope = [one["scope"] for one in demo.get("resources", ())]
failed = 0


def test(name, body):
    global failed
    try:
        body()
        print("ok - " + name)
    except Exception:                   # whatever it is, it is a failure
        failed += 1
        print("not ok - " + name)
        for line in traceback.format_exc().splitlines():
            print("#   " + line)


def equal(got, wanted):
    if got != wanted:
        raise AssertionError("got %r instead of %r" % (got, wanted))


def raises(kind, body, **attributes):
    try:
        body()
    except kind as error:
        for name, wanted in attributes.items():
            equal(getattr(error, name), wanted)
        return
    raise AssertionError("%s was not raised" % kind.__name__)


def check_api(session, client, resource):
    answer = session.get(resource["url"], timeout=20)
    equal(answer.status_code, 200)
    equal(answer.json()["user"], demo["user"]["username"])
    equal(answer.json()["client"], client["client_id"])


def done():
    sys.stdout.flush()
    sys.exit(1 if failed else 0)
