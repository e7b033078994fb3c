/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_db.c - the schema: make it, bring it up to date, look at it.
 */
#include <errno.h>
#include <unistd.h>

#include "ctl.h"
#include "store/user.h"

static oa2_err_t *migrate(ctl_t *ctl)
{
    cJSON *json = oa2_json_object(ctl->pool);
    apr_array_header_t *replaced;
    oa2_schema_t schema;
    int applied;

    OA2_TRY(oa2_schema_migrate(&applied, &ctl->ctx));
    OA2_TRY(oa2_schema_find(&schema, &ctl->ctx));
    oa2_json_put_number(json, "schema", schema.current);
    oa2_json_put_number(json, "applied", applied);
    ctl_json(ctl, json);
    if (applied)
        ctl_say(ctl, "The database now has schema version %d.",
                schema.current);
    else
        ctl_say(ctl, "Nothing to do: the database has schema version %d.",
                schema.current);
    OA2_TRY(oa2_user_list_replaced(&replaced, &ctl->ctx, 1));
    if (replaced->nelts)
        ctl_say(ctl, "Some users' names are spellings of others', which have "
                "the account now: see \"%s\".",
                ctl_command_line(ctl, "user list --replaced"));
    return NULL;
}

static oa2_err_t *db_create(ctl_t *ctl)
{
    oa2_schema_t schema;

    OA2_TRY(ctl_choose(ctl));
    OA2_TRY(ctl_open_store(ctl, 1));
    OA2_TRY(ctl_find_schema(&schema, ctl));
    if (schema.current)
        return ctl_fail(ctl, &ctl_exists, "the database has its tables "
                        "already, in schema version %d", schema.current);
    return migrate(ctl);
}

static oa2_err_t *db_migrate(ctl_t *ctl)
{
    oa2_schema_t schema;

    OA2_TRY(ctl_choose(ctl));
    OA2_TRY(ctl_open_store(ctl, 0));
    OA2_TRY(ctl_find_schema(&schema, ctl));
    return migrate(ctl);
}

/* schema NULL: is reachable at most. */
static void print_status(const ctl_t *ctl, const oa2_schema_t *schema,
                         int reachable)
{
    int waiting = schema && schema->current
        && schema->current < schema->newest;
    int usable = schema && !ctl_schema_problem(ctl, schema);
    cJSON *json = oa2_json_object(ctl->pool);

    ctl_where_json(ctl, json);
    oa2_json_put_text(json, "driver", ctl->database.driver);
    if (ctl_is_sqlite(ctl))
        oa2_json_put_text(json, "file", ctl->database.params);
    oa2_json_put_bool(json, "reachable", reachable);
    if (schema) {
        oa2_json_put_number(json, "schema", schema->current);
        oa2_json_put_number(json, "newest", schema->newest);
        oa2_json_put_number(json, "oldest", schema->oldest);
        oa2_json_put_bool(json, "migration_waiting", waiting);
    }
    oa2_json_put_bool(json, "usable", usable);
    ctl_json(ctl, json);

    ctl_where_print(ctl);
    ctl_field(ctl, "Reachable", reachable ? "yes" : "no");
    if (schema) {
        ctl_say(ctl, "%-18s %d", "Schema version", schema->current);
        ctl_say(ctl, "%-18s %d to %d", "This program knows", schema->oldest,
                schema->newest);
        ctl_field(ctl, "Migration", waiting ? "waiting" : "none");
    }
    ctl_field(ctl, "Usable", usable ? "yes" : "no");
}

/* Changes nothing. */
static oa2_err_t *db_status(ctl_t *ctl)
{
    const char *problem;
    oa2_schema_t schema = { 0, 0, 0 };
    oa2_err_t *err;

    OA2_TRY(ctl_choose(ctl));
    err = ctl_open_store(ctl, 0);
    if (!err)
        err = ctl_find_schema(&schema, ctl);
    if (err && ctl_exit_status(err) == CTL_STATUS_USAGE) return err;
    print_status(ctl, err ? NULL : &schema,
                 !err || ctl_exit_status(err) == CTL_STATUS_FAILED);
    if (err) return err;
    problem = ctl_schema_problem(ctl, &schema);
    if (schema.current && schema.current < schema.newest)
        return ctl_fail(ctl, &ctl_waiting, "a migration is waiting, from "
                        "schema version %d to %d%s: %s", schema.current,
                        schema.newest, problem ? ""
                        : "; until then all works as it is",
                        ctl_command_line(ctl, "db migrate"));
    return problem ? ctl_fail(ctl, &ctl_failed, "%s", problem) : NULL;
}

const ctl_command_t ctl_db_commands[] = {
    { "db create", "", 0, 0,
     "Makes the tables in an empty database.\n"
     "The database itself and its role are PostgreSQL's to make. The embedded\n"
     "file is made with its directory. Exit status 4 when the tables are\n"
     "there already.", NULL, db_create },
    { "db migrate", "", 0, 0,
     "Brings the tables to this program's schema version.\n"
     "Run it after an upgrade, before httpd is restarted: the servers that\n"
     "still run the version before can work with the new tables.", NULL,
     db_migrate },
    { "db status", "", 0, 0,
     "Says whether the database can be reached and used.\n"
     "Exit status 0: all is well; 1: it cannot be used as it is (no\n"
     "tables, or an encoding other than UTF8); 5: it cannot be reached; 6: a\n"
     "migration is waiting. Changes nothing.", NULL, db_status },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};
