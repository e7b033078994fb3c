# SPDX-License-Identifier: Apache-2.0
"""What is measured: a function for each group of cases."""

import base64
import os
import re
import secrets
import subprocess
import time
from statistics import median

from load import Browser, Pgbench, PgbenchRefresh, Wrk, basic, mint, write_lines
from machine import memory_of
from measure import Case, extras, ratios, rounds, spread
from pages import pages


# --- protected -----------------------------------------------------------------

def garbage(count):
    """Made-up tokens that look like ours."""
    return ["oa2a_" + base64.urlsafe_b64encode(secrets.token_bytes(38))
            .rstrip(b"=").decode() for _ in range(count)]


def headers(bench, name, tokens):
    return write_lines(bench.place, name, ["Bearer " + t for t in tokens])


def protected_cases(bench, report):
    """The first is what all others are compared with, the second the same
    again: what lies between them is noise."""
    options = bench.options
    n = options.connections or 32
    tokens = mint(bench, options.tokens)
    one = headers(bench, "one", tokens[:1])
    many = headers(bench, "many", tokens)
    plain = bench.httpd("PLAIN")
    ours = bench.ours

    def get(name, server, path, lines, **more):
        load = Wrk(server.url + path + "/1k.txt", "get", lines, n)
        return Case(name, load, [server.pid], bench.cluster, **more)

    words = "{:,} tokens".format(len(tokens))
    cases = [
        get("unprotected", plain, "/open/many", many),
        get("unprotected, again", plain, "/open/many", many),
        get("this module loaded, path unprotected", ours, "/open/many", many),
        get("Basic {SHA}, mod_authn_socache", plain, "/protected/one",
            write_lines(bench.place, "basic", [basic("bench", "bench")])),
    ]
    if has_peer():
        peer = bench.httpd("PEER")
        cases += [get("mod_oauth2, 1 token", peer, "/protected/one", one),
                  get("mod_oauth2, " + words, peer, "/protected/many", many)]
    else:
        report.say("mod_oauth2 is not installed: left out.")
    cases += [get("here, 1 token", ours, "/protected/one", one),
              get("here, " + words, ours, "/protected/many", many)]
    if options.million:
        million = mint(bench, 1000000)
        cases.append(get("here, 1,000,000 tokens", ours, "/protected/many",
                         headers(bench, "million", million)))
    cases.append(get("here, garbage tokens (401)", ours, "/protected/one",
                     headers(bench, "garbage", garbage(options.tokens)),
                     refused=True))
    # Every token once, so that it is in the cache.
    for case in cases[4:]:
        options.say("warming: " + case.name)
        with open(case.load.rest[2], encoding="ascii") as f:
            case.load.run_count(sum(1 for _ in f), **case.run_options)
    return cases


def has_peer():
    modules = subprocess.run([os.environ.get("APXS", "apxs"), "-q",
                              "LIBEXECDIR"], capture_output=True, text=True,
                             check=True).stdout.strip()
    return os.path.exists(os.path.join(modules, "mod_oauth2.so"))


def protected(bench, report):
    """A protected request of a 1 KiB file beside an unprotected one."""
    cases = protected_cases(bench, report)
    rounds(cases, bench.options, bench.cluster.settle)
    base = cases[0]
    report.keep("protected", cases)
    report.table(
        ["1 KiB file, %d connections" % (bench.options.connections or 32),
         "throughput to unprotected", "extra CPU, µs", "SQL per request"],
        [[case.name, spread(ratios(case, base)),
          spread(extras(case, base), "%.1f") if case is not base
          else "(%.1f in all)" % median(base.values("total")),
          spread(case.values("sql"), "%.4f")] for case in cases])
    turn = [case for case in cases if case.name.startswith("here, ")]
    many = turn[1]
    report.goals([
        ("protected, tokens in turn, throughput to unprotected",
         ratios(many, base), "%.2f", 0.93, True),
        ("protected, tokens in turn, extra CPU in µs",
         extras(many, base), "%.1f", 5, False),
        # The listener asks PostgreSQL once a second whatever happens.
        ("protected, tokens in turn, SQL per request",
         many.values("sql"), "%.4f", 0.001, False),
        ("garbage token, SQL per request",
         turn[-1].values("sql"), "%.4f", 0.001, False)])


# --- authorization server --------------------------------------------------------

class Refresh:
    """Refresh tokens, each family used by one request at a time."""

    def __init__(self, bench, connections):
        self.bench = bench
        self.connections = connections
        self.browser = Browser(bench)
        self.browser.sign_in()
        self.wrk = None

    def prepare(self):
        """New families: what was under way when a run ended is lost."""
        path = write_lines(
            self.bench.place, "refresh",
            [basic("bench-web", self.bench.secret)]
            + [self.browser.family() for _ in range(4 * self.connections)])
        self.wrk = Wrk(self.bench.ours.url + "/oauth2/token", "refresh", path,
                       self.connections)

    def run(self, seconds):
        return self.wrk.run(seconds)


def server_cases(bench):
    n = bench.options.connections or 16
    ours = bench.ours
    here = [ours.pid, bench.cluster.pid]
    pair = basic("bench", bench.secret)
    client = write_lines(bench.place, "client", [pair])
    tokens = write_lines(bench.place, "introspect",
                         [pair] + mint(bench, bench.options.tokens))
    introspect = Wrk(ours.url + "/oauth2/introspect", "introspect", tokens, n)
    introspect.run_count(bench.options.tokens)

    def sql(name, kind, script):
        return Case(name, kind(bench.cluster, script, n),
                    [bench.cluster.pid], bench.cluster)

    return [
        Case("client_credentials",
             Wrk(ours.url + "/oauth2/token", "client", client, n), here,
             bench.cluster),
        sql("pgbench, its one statement", Pgbench,
            "client_credentials.pgbench"),
        Case("introspection, {:,} tokens".format(bench.options.tokens),
             introspect, here, bench.cluster),
        Case("refresh rotation", Refresh(bench, n), here, bench.cluster),
        sql("pgbench, its two statements", PgbenchRefresh, "refresh.pgbench"),
    ]


def server(bench, report):
    """The token and introspection endpoints beside pgbench."""
    cases = server_cases(bench)
    rounds(cases, bench.options, bench.cluster.settle)
    report.keep("server", cases)
    compared = {0: cases[1], 3: cases[4]}
    rows = []
    for i, case in enumerate(cases):
        httpd, pgsql = zip(*([0] * (2 - len(cpu)) + cpu
                             for cpu in case.values("cpu")))
        rows.append([
            case.name, spread(case.values("rate"), "%.0f"),
            spread(ratios(case, compared[i])) if i in compared else "–",
            spread(case.values("total"), "%.0f"), spread(httpd, "%.0f"),
            spread(pgsql, "%.0f"), spread(case.values("sql"), "%.3f")])
    report.table(
        ["PostgreSQL, %d connections" % (bench.options.connections or 16),
         "per second", "to pgbench", "CPU, µs", "of it httpd",
         "of it PostgreSQL", "statements"], rows)
    report.say("CPU of pgbench and of wrk, the clients, is not counted.", "")
    report.goals([
        ("client_credentials, CPU in µs", cases[0].values("total"), "%.0f",
         150, False),
        ("client_credentials, statements", cases[0].values("sql"), "%.3f",
         1.01, False),
        ("introspection, warm, CPU in µs", cases[2].values("total"), "%.0f",
         70, False),
        ("introspection, warm, SQL", cases[2].values("sql"), "%.3f", 0.001,
         False)])


# --- memory ----------------------------------------------------------------------

ENTRY = 320 + 8         # OAuth2CacheEntrySize, and an eighth of a set's head


def memory(bench, report):
    """A small cache, filled with as many tokens as it has room for."""
    size = 4 << 20
    bench.ours.end()
    bench.ours = bench.httpd("OURS", name="small", CACHE_SIZE=str(size))
    pair = basic("bench", bench.secret)
    sent = mint(bench, size // ENTRY)

    def introspect(tokens):
        """How many of them needed the database."""
        path = write_lines(bench.place, "fill", [pair] + tokens)
        before = bench.cluster.calls("%FROM oauth2_token t%")
        # One at a time, so that they are stored in this order.
        Wrk(bench.ours.url + "/oauth2/introspect", "introspect", path,
            1).run_count(len(tokens))
        return bench.cluster.calls("%FROM oauth2_token t%") - before

    introspect(sent)
    # The latest first: what is read again and stored displaces only what
    # is older.
    missed = introspect(sent[::-1])
    hits = len(sent) - missed
    each = size / hits
    rows = [["tokens introspected once", "{:,}".format(len(sent))],
            ["of them still in the cache", "{:,}".format(hits)],
            ["bytes of shared memory for each", "%.0f" % each]]
    for pid in bench.ours.children():
        used = memory_of(pid)
        rows.append(["RSS / private memory of a child, MiB", "%.1f / %.1f" % (
            used["Rss"] / 2 ** 20,
            (used["Private_Clean"] + used["Private_Dirty"]) / 2 ** 20)])
    report.json["memory"] = {"tokens": len(sent), "hits": hits, "size": size}
    report.table(["memory, OAuth2CacheSize 4m", ""], rows)
    report.goals([("bytes of shared memory per cached token", [each], "%.0f",
                   400, False)])


# --- start -----------------------------------------------------------------------

LOCATION = """<Location "/protected/%d">
    AuthType %s
    AuthName bench
    %s
</Location>
"""


class Start:
    """Not one operation many times, but one that takes long."""

    def __init__(self, bench, role, auth, lines):
        bench.place.write("locations.conf", "")
        self.server = bench.make_httpd(role, name="start-" + role.lower(),
                                       defines=("MANY",))
        self.conf = "".join(LOCATION % (i, auth, lines) for i in range(1000))
        self.place = bench.place
        self.samples = []

    def measure(self):
        self.place.write("locations.conf", self.conf)
        self.samples.append(self.server.start())
        self.server.end()


def start(bench, report):
    """httpd with 1,000 protected Locations."""
    bench.ours.end()
    cases = [
        Start(bench, "PLAIN", "Basic",
              "AuthBasicProvider socache file\n    AuthUserFile \"%s\"\n"
              "    Require valid-user" % bench.place.path("htpasswd")),
        Start(bench, "OURS", "OAuth2", "Require oauth2-scope read")]
    for number in range(bench.options.rounds):
        for case in cases[::-1] if number % 2 else cases:
            case.measure()
    base, ours = (case.samples for case in cases)
    more = [a - b for a, b in zip(ours, base)]
    report.json["start"] = {"basic": base, "here": ours}
    report.table(["start with 1,000 protected Locations", "seconds"],
                 [["Basic", spread(base)], ["here", spread(ours)],
                  ["here, more", spread(more)]])
    report.goals([("seconds more than Basic", more, "%.2f", 1, False)])


# --- instructions ----------------------------------------------------------------

def instructions(bench, server, path, mode, lines, count):
    """Of a whole life of httpd -X with so many requests."""
    # It is opened again when httpd is no longer root.
    out = bench.place.write("callgrind.out", "", 0o666)
    with open(bench.place.path("callgrind.log"), "a",
              encoding="utf-8") as log:
        child = subprocess.Popen(
            ["valgrind", "--tool=callgrind", "--vgdb=no",
             "--callgrind-out-file=" + out]
            + server.command + ["-X"], stdout=log, stderr=log)
    while not server.answers():
        time.sleep(0.1)
    Wrk(server.url + path + "/1k.txt", mode, lines, 1).run_count(count)
    child.terminate()
    child.wait()
    with open(out, encoding="utf-8", errors="replace") as f:
        found = re.search(r"^(?:summary|totals): (\d+)", f.read(), re.M)
    return int(found.group(1))


def callgrind(bench, report):
    """Instructions of a request: a long life less a short one, by their
    requests.  What starting takes, and the first requests, goes away."""
    few, most = 500, 3500
    token = headers(bench, "callgrind", mint(bench, 1))
    key = bench.api_key()
    browser = Browser(bench)
    browser.sign_in()
    bench.ours.end()
    cases = [("unprotected", "PLAIN", "/open/one", "get", token),
             ("this module loaded, path unprotected", "OURS", "/open/one",
              "get", token),
             ("Basic {SHA}, mod_authn_socache", "PLAIN", "/protected/one",
              "get",
              write_lines(bench.place, "basic", [basic("bench", "bench")])),
             ("here", "OURS", "/protected/one", "get", token),
             ("here, X-API-Key", "OURS", "/protected/one", "key",
              write_lines(bench.place, "key", [key])),
             ("here, an API key in Basic", "OURS", "/protected/one", "get",
              write_lines(bench.place, "basic-key", [basic("bench", key)])),
             ("here, signed in", "OURS", "/people/one", "cookie",
              write_lines(bench.place, "session", [browser.cookie()]))]
    rows = []
    for name, role, path, mode, lines in cases:
        server = bench.make_httpd(role, name="callgrind-" + role.lower())
        long = instructions(bench, server, path, mode, lines, most)
        short = instructions(bench, server, path, mode, lines, few)
        rows.append((name, (long - short) / (most - few)))
        bench.options.say("callgrind: %s: %.0f" % rows[-1])
    report.json["callgrind"] = dict(rows)
    report.table(["instructions per request", "in all", "more"],
                 [[name, "{:,.0f}".format(n),
                   "{:,.0f}".format(n - rows[0][1])] for name, n in rows])


GROUPS = {"protected": protected, "server": server, "memory": memory,
          "start": start, "pages": pages}
