# SPDX-License-Identifier: Apache-2.0
"""developers.py DEMO.JSON [NODE_DIR] - runs docs/developers.md.

All its sh blocks are one session; a text block is what the sh block before it
printed, with "…" for what differs.  Each other block is a program, which has
to print 200, the API's answer.  Where one asks for the address that the
browser was sent back to, a person signs in and allows.  The values of "Before
you begin" are the demo's; nothing else is changed."""

import os
import re
import subprocess
import sys
import tempfile

from harness import demo, done, equal, orders, test
from person import Person

here = os.path.dirname(os.path.abspath(__file__))
page = os.path.join(here, "..", "..", "docs", "developers.md")
client = demo["confidential_client"]
settings = {
    "ISSUER": demo["issuer"], "API": orders["url"], "SCOPE": orders["scope"],
    "CLIENT_ID": client["client_id"], "CLIENT_SECRET": client["client_secret"],
    "REDIRECT_URI": client["redirect_uri"],
}
environment = dict(os.environ, **settings)
if "ca_file" in demo:
    environment.update(CURL_CA_BUNDLE=demo["ca_file"],
                       SSL_CERT_FILE=demo["ca_file"])
programs = {
    "python": (".py", ["/usr/bin/python3"]),
    "php": (".php", ["php"]),
    "javascript": (".mjs", ["node"]),
}


def blocks():
    with open(page, encoding="utf-8") as file:
        return re.findall(r"^```(\w+)\n(.*?)^```$", file.read(),
                          re.DOTALL | re.MULTILINE)


def converse(command, **more):
    """Runs it; whenever it prints where the browser has to go, says where the
    browser came back to.  What it printed."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, bufsize=1,
                               env=environment, **more)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith(demo["issuer"] + "/authorize?"):
            back = Person(demo["user"]).authorize(line.strip(),
                                                  client["redirect_uri"])
            process.stdin.write(back + "\n")
            process.stdin.flush()
    process.stdin.close()
    equal(process.wait(timeout=60), 0)
    return lines


def program(language, text, directory):
    suffix, command = programs[language]
    path = os.path.join(directory, "client" + suffix)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    equal(converse(command + [path])[-1], "200\n")


def settings_are_named(text):
    names = re.findall(r"^export (\w+)=", text, re.MULTILINE)
    equal(sorted(names), sorted(settings))


def shell(scripts, directory):
    """What each of them printed, in one session."""
    mark = "-- end of a block --\n"
    path = os.path.join(directory, "session.sh")
    with open(path, "w", encoding="utf-8") as file:
        file.write("set -e -o pipefail\n")
        for script in scripts:
            file.write(script + "echo '%s'\n" % mark.strip())
    printed = "".join(converse(["bash", path], cwd=directory))
    return printed.split(mark)[:-1]


def matches(printed, wanted):
    pattern = re.escape(wanted.rstrip("\n")).replace("…", "[^\n]*")
    if not re.fullmatch(pattern, printed.rstrip("\n")):
        raise AssertionError("printed %r instead of %r" % (printed, wanted))


def scripts(found, directory):
    sh = [text for language, text in found if language == "sh"]
    printed = shell(sh, directory)
    equal(len(printed), len(sh))
    at = -1
    for language, text in found:
        if language == "sh":
            at += 1
        elif language == "text":
            matches(printed[at], text)


first, *rest = blocks()
test("developers.md: what has to be known", lambda: settings_are_named(first[1]))
with tempfile.TemporaryDirectory(dir=sys.argv[2]) as work:
    test("developers.md: curl, and what it was answered",
         lambda: scripts(rest, work))
    for number, (kind, body) in enumerate(rest):
        if kind not in ("sh", "text"):
            test("developers.md: %s, block %d" % (kind, number),
                 lambda: program(kind, body, work))
done()
