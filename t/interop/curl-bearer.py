# SPDX-License-Identifier: Apache-2.0
"""curl-bearer.py DEMO.JSON - curl --oauth2-bearer against the demo.  curl reads
the token from standard input, as a process list would show it."""

import subprocess

import requests

from harness import demo, done, equal, metadata, test


def status(resource, token):
    config = 'oauth2-bearer = "%s"\n' % token
    if "ca_file" in demo:
        config += 'cacert = "%s"\n' % demo["ca_file"]
    return subprocess.run(
        ["curl", "-q", "-s", "-S", "-o", "/dev/null", "-w", "%{http_code}",
         "--noproxy", "*", "-K", "-", resource["url"]],
        input=config, stdout=subprocess.PIPE, text=True, timeout=30,
        check=True).stdout


client = demo["confidential_client"]
answer = requests.post(
    metadata["token_endpoint"], timeout=20,
    auth=(client["client_id"], client["client_secret"]),
    data={"grant_type": "client_credentials",
          "scope": " ".join(r["scope"] for r in demo["resources"])}).json()

for row in demo["resources"]:
    path = row["url"].split("/", 3)[3]
    test("curl --oauth2-bearer: a good token for " + path,
         lambda: equal(status(row, answer["access_token"]), "200"))
    test("curl --oauth2-bearer: a made-up token for " + path,
         lambda: equal(status(row, "made-up"), "401"))
done()
