#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fill.py fill FILE - rows of every kind in every table of an embedded
database, whatever its tables are: by the columns that SQLite lists.

fill.py dump FILE|--pgsql PARAMS SCHEMA - every row of every table, sorted,
each value as text, for comparing.
"""
import sqlite3
import subprocess
import sys

ROWS = 2300                     # of one table: several batches of a copy
ODD = "\u00fc\u20ac\U0001f511 \"'\\ {},[] <&> \x01\x1b\n\t%s $1"


def tables(db):
    return [row[0] for row in db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name GLOB 'oauth2_*' ORDER BY name")]


def value(table, column, number, i):
    _, name, kind, required, _, primary = column
    if not required and not primary and i % 2:
        return None
    if kind == "TEXT":
        return "%s.%s.%d %s" % (table, name, i, ODD if i % 3 else "")
    if kind == "SMALLINT":
        return i % 2
    return 2 ** 63 - 1 - i if i % 4 == 3 else number * 1000000 + i


def fill(path):
    db = sqlite3.connect(path)
    names = [name for name in tables(db) if name != "oauth2_schema"]
    for number, table in enumerate(names):
        columns = list(db.execute("PRAGMA table_info(%s)" % table))
        parents = {row[3]: row for row in
                   db.execute("PRAGMA foreign_key_list(%s)" % table)}
        for i in range(ROWS if table == "oauth2_token" else 7):
            row = []
            for column in columns:
                parent = parents.get(column[1])
                if parent:      # the same row there
                    row.append("%s.%s.%d %s" % (parent[2], parent[4], i,
                                                ODD if i % 3 else ""))
                else:
                    row.append(value(table, column, number, i))
            db.execute("INSERT INTO %s VALUES (%s)"
                       % (table, ",".join("?" * len(row))), row)
    db.commit()


def shown(name, rows):
    for row in sorted("\x1f".join("NULL" if cell is None else str(cell)
                                  for cell in row) for row in rows):
        print(name, row.encode("unicode_escape").decode())


def dump_file(path):
    db = sqlite3.connect(path)
    for name in tables(db):
        if name not in ("oauth2_schema", "oauth2_setting"):
            columns = sorted(row[1] for row in
                             db.execute("PRAGMA table_info(%s)" % name))
            shown(name, db.execute("SELECT %s FROM %s"
                                   % (",".join(columns), name)))


def psql(params, schema, text):
    out = subprocess.run(
        ["psql", "-AtXq", "-R", "\x1e", "-F", "\x1f", "-P", "null=NULL",
         "-d", params, "-c", "SET search_path = " + schema, "-c", text],
        check=True, stdout=subprocess.PIPE).stdout.decode()
    out = out[:-1] if out.endswith("\n") else out
    return [row.split("\x1f") for row in out.split("\x1e")] if out else []


def dump_pgsql(params, schema):
    names = psql(params, schema, "SELECT tablename FROM pg_tables WHERE"
                 " schemaname = '%s' ORDER BY tablename" % schema)
    for (name,) in names:
        if name not in ("oauth2_schema", "oauth2_setting"):
            columns = sorted(row[0] for row in psql(
                params, schema, "SELECT column_name FROM"
                " information_schema.columns WHERE table_name = '%s' AND"
                " table_schema = '%s'" % (name, schema)))
            shown(name, psql(params, schema, "SELECT %s FROM %s"
                             % (",".join(columns), name)))


if sys.argv[1] == "fill":
    fill(sys.argv[2])
elif sys.argv[2] == "--pgsql":
    dump_pgsql(sys.argv[3], sys.argv[4])
else:
    dump_file(sys.argv[2])
