# SPDX-License-Identifier: Apache-2.0
"""Who asks: wrk, pgbench, and a browser that makes families of tokens."""

import base64
import hashlib
import http.client
import os
import re
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from machine import HERE, run

CALLBACK = "http://127.0.0.1/callback"


def basic(name, secret):
    pair = "%s:%s" % (name, secret)
    return "Basic " + base64.b64encode(pair.encode()).decode()


def write_lines(place, name, lines):
    return place.write(name, "\n".join(lines) + "\n", 0o600)


# --- wrk -----------------------------------------------------------------------

class Wrk:
    """Requests from one thread; what it is asked to send is in wrk.lua."""

    def __init__(self, url, mode, path, connections):
        self.words = ["wrk", "-t1", "-c%d" % connections, "--timeout", "10s",
                      "-s", os.path.join(HERE, "wrk.lua"), url]
        self.rest = ["--", mode, path]

    def run(self, seconds, *more, refused=False):
        """How many were answered, in how many seconds.  refused: all of them
        have to be, by a 4xx; else none may be."""
        said = run(*self.words, "-d%ds" % seconds, *self.rest, *more)
        found = re.search(r"^RESULT (\d+) (\d+) (\d+) (\d+)$", said, re.M)
        if not found:
            raise SystemExit("bench: wrk said:\n" + said)
        done, usec, status, broken = map(int, found.groups())
        if broken or status != (done if refused else 0):
            raise SystemExit("bench: %d of %d answers of %s had the wrong "
                             "status, %d broke" % (status, done,
                                                   self.words[-1], broken))
        return done, usec / 1e6

    def run_count(self, count, *more, refused=False):
        """Until so many answers came."""
        self.run(3600, str(count), *more, refused=refused)


def mint(bench, count):
    """Access tokens by client_credentials."""
    place = bench.place
    path = write_lines(place, "client", [basic("bench", bench.secret)])
    out = place.path("minted")
    tokens = []
    # Answers under way at the end of a run are not written.
    while len(tokens) < count:
        Wrk(bench.ours.url + "/oauth2/token", "mint", path, 16).run_count(
            count - len(tokens) + 16, out)
        with open(out, encoding="ascii") as f:
            tokens += [line.strip() for line in f if line.endswith("\n")]
    os.unlink(out)
    return tokens[:count]


# --- pgbench -------------------------------------------------------------------

class Pgbench:
    """A script of this directory, on the benchmark's own database."""

    def __init__(self, cluster, script, connections):
        self.cluster = cluster
        self.connections = connections
        self.script = os.path.join(HERE, script)
        self.round = 0

    def values(self):
        now = int(time.time())
        return {"now": now, "until": now + 43200, "at": self.round * 10 ** 8}

    def run(self, seconds):
        words = ["-D%s=%d" % pair for pair in self.values().items()]
        said = run("pgbench", "-n", "-M", "prepared", "-j", "2",
                   "-c", str(self.connections), "-T", str(seconds),
                   "-f", self.script, *words, self.cluster.params)
        found = re.search(r"actually processed: (\d+)", said)
        failed = re.search(r"failed transactions: (\d+)", said)
        if not found or (failed and int(failed.group(1))):
            raise SystemExit("bench: pgbench said:\n" + said)
        return int(found.group(1)), seconds


class PgbenchRefresh(Pgbench):
    """refresh.pgbench"""

    def prepare(self):
        """A family for each connection, untouched."""
        self.round += 1
        self.cluster.sql("""
            INSERT INTO oauth2_grant SELECT i, c.id, c.serial, u.name, u.sub,
                'read', '', {now}, {until}, 0, {until}
            FROM generate_series(1, {n}) i, oauth2_client c, oauth2_user u
            WHERE c.id = 'bench-web' AND u.name = 'bench'
            ON CONFLICT DO NOTHING;
            INSERT INTO oauth2_refresh SELECT 'pgbench-refresh-xxxxxxxxxxxxxx'
                || (i * 1000000000000 + {at})::text, i, {now}, {until}, 0,
                'read', '', NULL FROM generate_series(1, {n}) i;
            """.format(n=self.connections, **self.values()))


# --- a browser -----------------------------------------------------------------

class Browser:
    """Signs in once; then every code is one request."""

    def __init__(self, bench):
        self.bench = bench
        self.http = http.client.HTTPConnection("127.0.0.1", bench.ours.port)
        self.cookies = {}
        self.verifier = base64.urlsafe_b64encode(os.urandom(32)) \
                              .rstrip(b"=").decode()

    def cookie(self):
        return "; ".join("%s=%s" % pair for pair in self.cookies.items())

    def ask(self, method, path, form=None, **headers):
        body = urlencode(form) if form else None
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers["Cookie"] = self.cookie()
        self.http.request(method, path, body, headers)
        answer = self.http.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer, text

    def authorize(self):
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = urlencode({
            "response_type": "code", "client_id": "bench-web",
            "redirect_uri": CALLBACK, "scope": "read",
            "code_challenge_method": "S256",
            "code_challenge": base64.urlsafe_b64encode(digest)
                                    .rstrip(b"=").decode()})
        return self.ask("GET", "/oauth2/authorize?" + query)

    def sign_in(self):
        text = self.authorize()[1]
        form = dict(re.findall(r'name="(form)" value="([^"]*)"', text))
        form.update(username="bench", password=self.bench.secret)
        answer, text = self.ask("POST", "/oauth2/login", form)
        if answer.status != 303:
            raise SystemExit("bench: could not sign in:\n" + text)

    def family(self):
        """A refresh token."""
        where = self.authorize()[0].headers["Location"]
        code = parse_qs(urlsplit(where).query)["code"][0]
        text = self.ask("POST", "/oauth2/token", {
            "grant_type": "authorization_code", "code": code,
            "redirect_uri": CALLBACK, "code_verifier": self.verifier},
            Authorization=basic("bench-web", self.bench.secret))[1]
        return re.search(r'"refresh_token":"([^"]+)"', text).group(1)
