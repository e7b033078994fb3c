# SPDX-License-Identifier: Apache-2.0
#
# sql2c.awk - turns the numbered schema files into one C source.
#
#   awk -f build/sql2c.awk src/store/migration/NNNN.DRIVER.sql ...
#
# writes oa2_migrations[] of src/store/migrate.h.  Comment lines, leading
# blanks and empty lines are dropped, and the text has no line break at its
# end: apr_dbd_sqlite3 would take what follows for one more statement.

function fail(why) {
    print "sql2c.awk: " why > "/dev/stderr"
    failed = 1
    exit 1
}

FNR == 1 {
    parts = split(FILENAME, path, "/")
    if (path[parts] !~ /^[0-9][0-9][0-9][0-9]\.(pgsql|sqlite3)\.sql$/)
        fail(FILENAME ": the name is not NNNN.pgsql.sql or NNNN.sqlite3.sql")
    split(path[parts], name, ".")
    version = name[1] + 0
    driver = name[2]
    if (version < 1) fail(FILENAME ": versions start with 0001")
    if (version > last) last = version
}

{
    sub(/\r$/, "")
    sub(/^[ \t]+/, "")
    sub(/[ \t]+$/, "")
}

/^--/ || /^$/ { next }

{
    gsub(/[\\"]/, "\\\\&")
    key = version SUBSEP driver
    if (key in text) text[key] = text[key] "\\n\"\n        \"" $0
    else text[key] = "\"" $0
}

END {
    if (failed) exit 1
    print "/* Made by build/sql2c.awk from src/store/migration/: do not edit. */"
    print "#include \"store/migrate.h\""
    print "#include <stddef.h>"
    print ""
    print "const oa2_migration_t oa2_migrations[] = {"
    for (v = 1; v <= last; v++) {
        if (!((v SUBSEP "pgsql") in text))
            fail("version " v " has no statements for pgsql")
        if (!((v SUBSEP "sqlite3") in text))
            fail("version " v " has no statements for sqlite3")
        print "    { " v ","
        print "        " text[v SUBSEP "pgsql"] "\","
        print "        " text[v SUBSEP "sqlite3"] "\" },"
    }
    print "    { 0, NULL, NULL }"
    print "};"
}
