# SPDX-License-Identifier: Apache-2.0
"""The portal's pages, over small tables and over large ones."""

from load import Browser
from machine import cpu_of

APPS = 10000
USERS = 100000
GRANTS = 1000000
OWN = 100               # apps of the one who looks, and apps it has allowed
TIMES = 200

# Every page that lists something, and what they lead to.  APP and USER are
# one of many.
PAGES = ["", "/account", "/account/sessions", "/account/keys",
         "/account/profile", "/account/data", "/account/password",
         "/developer", "/developer/app/APP", "/developer/edit/APP",
         "/developer/team/APP", "/admin", "/admin/apps",
         "/admin/apps/app?id=APP", "/admin/users",
         "/admin/users/user?name=USER", "/admin/grants", "/admin/audit",
         "/admin/scopes", "/admin/health", "/admin/traffic"]

# Copies of rows that the program itself has made, whatever columns there are.
FILL = """
CREATE TEMP TABLE app AS SELECT * FROM oauth2_client
    WHERE id LIKE '%%bench-web';
CREATE TEMP TABLE person AS SELECT * FROM oauth2_user
    WHERE name LIKE '%%bench';
CREATE TEMP TABLE given AS SELECT * FROM oauth2_grant
    WHERE user_name = (SELECT name FROM person) LIMIT 1;
CREATE TEMP TABLE agreed AS SELECT * FROM oauth2_consent LIMIT 1;
CREATE TEMP TABLE told AS SELECT * FROM oauth2_audit LIMIT 1;

INSERT INTO oauth2_user SELECT (jsonb_populate_record(NULL::oauth2_user,
        to_jsonb(person) || jsonb_build_object('name', name || '-' || i,
        'sub', sub || i, 'roles', '', 'account', account || '-' || i,
        'alike', alike || '-' || i))).*
    FROM person, generate_series(1, %(users)d) AS i;
INSERT INTO oauth2_client SELECT (jsonb_populate_record(NULL::oauth2_client,
        to_jsonb(app) || jsonb_build_object('id', id || '-' || i,
        'serial', serial + i, 'name', 'App ' || i,
        'state', CASE WHEN i %% 20 = 0 THEN 'pending' ELSE 'approved' END,
        'waiting', CASE WHEN i %% 20 = 0 THEN 1 ELSE 0 END))).*
    FROM app, generate_series(1, %(apps)d) AS i;
INSERT INTO oauth2_app_member (client_id, user_name, role, created)
    SELECT app.id || '-' || i,
        person.name || CASE WHEN i <= %(own)d THEN '' ELSE '-' || i END,
        'owner', person.created
    FROM app, person, generate_series(1, %(apps)d) AS i;
INSERT INTO oauth2_grant SELECT (jsonb_populate_record(NULL::oauth2_grant,
        to_jsonb(given) || jsonb_build_object('id', given.id + i,
        'client_id', app.id || '-' || 1 + i %% %(apps)d,
        'serial', app.serial + 1 + i %% %(apps)d,
        'user_name', person.name
            || CASE WHEN i <= %(own)d THEN '' ELSE '-' || 1 + i %% %(users)d END
        ))).*
    FROM given, app, person, generate_series(1, %(grants)d) AS i;
INSERT INTO oauth2_consent SELECT (jsonb_populate_record(NULL::oauth2_consent,
        to_jsonb(agreed) || jsonb_build_object(
        'client_id', app.id || '-' || 1 + i %% %(apps)d,
        'serial', app.serial + 1 + i %% %(apps)d,
        'user_name', person.name
            || CASE WHEN i <= %(own)d THEN '' ELSE '-' || 1 + i %% %(users)d END
        ))).*
    FROM agreed, app, person, generate_series(1, %(users)d) AS i
    ON CONFLICT DO NOTHING;
INSERT INTO oauth2_audit SELECT (jsonb_populate_record(NULL::oauth2_audit,
        to_jsonb(told) || jsonb_build_object('id', id || '-' || i))).*
    FROM told, generate_series(1, %(grants)d) AS i;
"""

EMPTY = """
DELETE FROM oauth2_grant WHERE client_id LIKE '%bench-web-%';
DELETE FROM oauth2_consent WHERE client_id LIKE '%bench-web-%';
DELETE FROM oauth2_client WHERE id LIKE '%bench-web-%';
DELETE FROM oauth2_user WHERE name LIKE '%bench-%';
DELETE FROM oauth2_audit WHERE id LIKE '%-%';
"""


class Look:
    """Someone who is signed in, and what each page costs."""

    def __init__(self, bench):
        self.bench = bench
        self.browser = Browser(bench)
        self.browser.sign_in()
        self.browser.family()

    def page(self, path):
        answer, _ = self.browser.ask("GET", "/oauth2" + path)
        if answer.status != 200:
            raise SystemExit("bench: /oauth2%s: %d" % (path, answer.status))

    def costs(self, path):
        """(ms of httpd, ms of PostgreSQL, statements) of one look."""
        bench = self.bench
        self.page(path)
        roots = (bench.ours.pid, bench.cluster.pid)
        before = [cpu_of(root) for root in roots]
        calls = bench.cluster.calls()
        for _ in range(TIMES):
            self.page(path)
        calls = bench.cluster.calls() - calls
        return [(cpu_of(root) - was) / TIMES * 1000
                for root, was in zip(roots, before)] + [calls / TIMES]


def measure(bench):
    look = Look(bench)
    return {path: look.costs(path.replace("APP", "bench-web-1")
                                 .replace("USER", "bench-7"))
            for path in PAGES}


def pages(bench, report):
    bench.admin("user", "set", "bench", "--role", "administrator")
    Look(bench)                         # one row of each kind
    bench.cluster.sql(FILL % {"users": 10, "apps": 10, "grants": 10, "own": 1})
    bench.cluster.settle()
    small = measure(bench)
    bench.cluster.sql(EMPTY)
    bench.cluster.sql(FILL % {"users": USERS, "apps": APPS, "grants": GRANTS,
                              "own": OWN})
    bench.cluster.settle()
    large = measure(bench)
    report.json["pages"] = {"small": small, "large": large}
    report.table(
        ["page; %d apps, %d users, %d grants" % (APPS, USERS, GRANTS),
         "httpd, ms", "PostgreSQL, ms", "statements",
         "httpd and PostgreSQL, to ten rows of each"],
        [["/oauth2" + path, "%.1f" % large[path][0], "%.1f" % large[path][1],
          "%.1f" % large[path][2],
          "%.1f" % (sum(large[path][:2]) / max(0.01, sum(small[path][:2])))]
         for path in PAGES])
    report.goals([
        ("ms of httpd's CPU, the dearest page",
         [max(cost[0] for cost in large.values())], "%.1f", 10, False),
        ("statements, the page with most",
         [max(cost[2] for cost in large.values())], "%.1f", 5, False)])
