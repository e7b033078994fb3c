/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_db.c - which database, the embedded file's place, and db commands.
 *
 * httpd writes the embedded file as its own user.  So root becomes the owner
 * of the directory before it touches anything in it: what it makes belongs to
 * that user, and no link that this user has put there leads root anywhere.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_dbd.h>
#include <apr_env.h>
#include <apr_strings.h>
#include <apr_time.h>

#include "ctl.h"

#define WAIT_MS 5000

static int is_sqlite(const ctl_t *ctl)
{
    return !strcmp(ctl->database.driver, "sqlite3");
}

/* A file that can be looked at; not ":memory:". */
static int is_file(const ctl_t *ctl)
{
    return is_sqlite(ctl) && strcmp(ctl->database.params, ":memory:");
}

static oa2_err_t *check_conf(const ctl_t *ctl)
{
    const char *problem = oa2_store_conf_check(&ctl->database, ctl->pool);

    return problem ? ctl_fail(ctl, &ctl_usage, "--database: %s", problem)
                   : NULL;
}

/* "pgsql host=… dbname=…"; httpd's quotes around the parameters are taken
   off, so that a line of its configuration can be pasted. */
oa2_err_t *ctl_database(ctl_t *ctl)
{
    const char *text = ctl_option(ctl, "database");
    char *env = NULL, *driver, *params;
    apr_size_t len;

    if (!text && apr_env_get(&env, "OAUTH2_DATABASE", ctl->pool) ==
        APR_SUCCESS && *env)
        text = env;
    driver = apr_pstrdup(ctl->pool, text ? text : "sqlite3");
    params = driver + strcspn(driver, " ");
    if (*params) *params++ = '\0';
    params += strspn(params, " ");
    len = strlen(params);
    if (len > 1 && (*params == '"' || *params == '\'') &&
        params[len - 1] == *params) {
        params[len - 1] = '\0';
        params++;
    }
    if (!*params && !strcmp(driver, "sqlite3"))
        params = apr_pstrdup(ctl->pool,
                             OA2_STATE_DIR "/" OA2_DATABASE_FILE);
    ctl->database.driver = driver;
    ctl->database.params = params;
    ctl->database.connections = 1;
    ctl->database.wait_ms = WAIT_MS;
    /* A file's directory may have to be made first. */
    return is_file(ctl) ? NULL : check_conf(ctl);
}

/* ------------------------------------------------------------ its place */

static const char *directory_of(const char *path, apr_pool_t *pool)
{
    const char *slash = strrchr(path, '/');

    return !slash ? "." : slash == path ? "/" :
        apr_pstrmemdup(pool, path, (apr_size_t)(slash - path));
}

/* For httpd's user, when it is known to the build and to this machine. */
static oa2_err_t *make_directory(const ctl_t *ctl, const char *dir)
{
#ifdef OA2_HTTPD_USER
    const struct passwd *user =
        geteuid() == 0 ? getpwnam(OA2_HTTPD_USER) : NULL;
#endif

    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return ctl_fail(ctl, &ctl_away, "could not make the directory %s: %s",
                        dir, strerror(errno));
#ifdef OA2_HTTPD_USER
    if (user && chown(dir, user->pw_uid, user->pw_gid) != 0)
        return ctl_fail(ctl, &ctl_away, "could not give the directory %s to "
                        "%s: %s", dir, OA2_HTTPD_USER, strerror(errno));
#endif
    return NULL;
}

static const char *user_name(uid_t uid, apr_pool_t *pool)
{
    const struct passwd *user = getpwuid(uid);

    return user ? user->pw_name : apr_psprintf(pool, "%lu",
                                               (unsigned long)uid);
}

/* For good: nothing is left to do as root. */
static oa2_err_t *become_owner(const ctl_t *ctl, const char *dir,
                               const struct stat *owner)
{
    const char *name = user_name(owner->st_uid, ctl->pool);
    struct stat file;

    if (lstat(ctl->database.params, &file) == 0 &&
        file.st_uid != owner->st_uid)
        return ctl_fail(ctl, &ctl_away, "%s does not belong to %s, as its "
                        "directory does, so httpd could not write it: "
                        "chown %s %s*", ctl->database.params, name, name,
                        ctl->database.params);
    if (setgroups(1, &owner->st_gid) != 0 || setgid(owner->st_gid) != 0 ||
        setuid(owner->st_uid) != 0)
        return ctl_fail(ctl, &ctl_away, "could not become %s, the owner of "
                        "%s: %s", name, dir, strerror(errno));
    return NULL;
}

static oa2_err_t *prepare_file(const ctl_t *ctl, int make)
{
    const char *path = ctl->database.params;
    const char *dir = directory_of(path, ctl->pool);
    struct stat info;

    if (stat(dir, &info) != 0) {
        if (errno != ENOENT || (!make && strcmp(dir, OA2_STATE_DIR)))
            return ctl_fail(ctl, &ctl_away, "could not use the directory %s: "
                            "%s", dir, strerror(errno));
        OA2_TRY(make_directory(ctl, dir));
        if (stat(dir, &info) != 0)
            return ctl_fail(ctl, &ctl_away, "could not use the directory %s: "
                            "%s", dir, strerror(errno));
    }
    if (!S_ISDIR(info.st_mode))
        return ctl_fail(ctl, &ctl_away, "%s is no directory", dir);
    if (geteuid() == 0 && info.st_uid != 0)
        OA2_TRY(become_owner(ctl, dir, &info));
    /* SQLite keeps its log beside the file. */
    if (access(dir, R_OK | W_OK | X_OK) != 0) {
        int why = errno;        /* user_name() may set it anew */

        return ctl_fail(ctl, &ctl_away, "%s could not write to the directory "
                        "%s: %s", user_name(geteuid(), ctl->pool), dir,
                        strerror(why));
    }
    if (access(path, F_OK) == 0 && access(path, R_OK | W_OK) != 0)
        return ctl_fail(ctl, &ctl_away, "could not write the file %s: %s",
                        path, strerror(errno));
    return NULL;
}

/* ------------------------------------------------------------ opening */

/* The store, whatever its schema is.  make: its directory too. */
static oa2_err_t *open_store(ctl_t *ctl, int make)
{
    if (is_file(ctl)) {
        OA2_TRY(prepare_file(ctl, make));
        OA2_TRY(check_conf(ctl));
    }
    if (apr_dbd_init(ctl->pool) != APR_SUCCESS)
        return ctl_fail(ctl, &ctl_failed, "could not load the database "
                        "drivers of apr-util");
    ctl->settings.scopes =
        apr_array_make(ctl->pool, 1, sizeof(oa2_scope_row_t));
    ctl->settings.resources =
        apr_array_make(ctl->pool, 1, sizeof(const char *));
    ctl->ctx.pool = ctl->pool;
    ctl->ctx.now = apr_time_sec(apr_time_now());
    ctl->ctx.settings = &ctl->settings;
    return oa2_store_open(&ctl->ctx.store, &ctl->database, NULL, NULL,
                          ctl->pool);
}

/* NULL: usable.  A newer version is made for the program before it, too. */
static const char *schema_problem(const oa2_schema_t *schema,
                                  apr_pool_t *pool)
{
    if (schema->current == 0)
        return "the database has no tables: oauth2ctl db create";
    if (schema->current < schema->oldest)
        return apr_psprintf(pool, "the database has schema version %d, this "
                            "program needs %d: oauth2ctl db migrate",
                            schema->current, schema->oldest);
    return NULL;
}

oa2_err_t *ctl_open(ctl_t *ctl)
{
    const char *problem;
    oa2_schema_t schema;
    int applied;

    OA2_TRY(ctl_database(ctl));
    OA2_TRY(open_store(ctl, 0));
    OA2_TRY(oa2_schema_find(&schema, &ctl->ctx));
    if (is_sqlite(ctl) && schema.current < schema.newest) {
        OA2_TRY(oa2_schema_migrate(&applied, &ctl->ctx));
        OA2_TRY(oa2_schema_find(&schema, &ctl->ctx));
    }
    problem = schema_problem(&schema, ctl->pool);
    return problem ? ctl_fail(ctl, &ctl_failed, "%s", problem) : NULL;
}

/* ------------------------------------------------------------ commands */

static oa2_err_t *migrate(ctl_t *ctl)
{
    cJSON *json = oa2_json_object(ctl->pool);
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
    return NULL;
}

static oa2_err_t *db_create(ctl_t *ctl)
{
    oa2_schema_t schema;

    OA2_TRY(ctl_database(ctl));
    OA2_TRY(open_store(ctl, 1));
    OA2_TRY(oa2_schema_find(&schema, &ctl->ctx));
    if (schema.current)
        return ctl_fail(ctl, &ctl_exists, "the database has its tables "
                        "already, in schema version %d", schema.current);
    return migrate(ctl);
}

static oa2_err_t *db_migrate(ctl_t *ctl)
{
    OA2_TRY(ctl_database(ctl));
    OA2_TRY(open_store(ctl, 0));
    return migrate(ctl);
}

static void print_status(const ctl_t *ctl, const oa2_schema_t *schema,
                         int usable)
{
    cJSON *json = oa2_json_object(ctl->pool);

    oa2_json_put_text(json, "driver", ctl->database.driver);
    if (is_sqlite(ctl))
        oa2_json_put_text(json, "file", ctl->database.params);
    oa2_json_put_bool(json, "reachable", schema != NULL);
    if (schema) {
        oa2_json_put_number(json, "schema", schema->current);
        oa2_json_put_number(json, "newest", schema->newest);
        oa2_json_put_number(json, "oldest", schema->oldest);
    }
    oa2_json_put_bool(json, "usable", usable);
    ctl_json(ctl, json);

    ctl_field(ctl, "Driver", ctl->database.driver);
    if (is_sqlite(ctl)) ctl_field(ctl, "File", ctl->database.params);
    ctl_field(ctl, "Reachable", schema ? "yes" : "no");
    if (schema) {
        ctl_say(ctl, "%-18s %d", "Schema version", schema->current);
        ctl_say(ctl, "%-18s %d to %d", "This program knows", schema->oldest,
                schema->newest);
    }
    ctl_field(ctl, "Usable", usable ? "yes" : "no");
}

/* Changes nothing, so an embedded file that is not there is not made. */
static oa2_err_t *db_status(ctl_t *ctl)
{
    const char *problem;
    oa2_schema_t schema = { 0, 0, 0 };
    oa2_err_t *err;

    OA2_TRY(ctl_database(ctl));
    if (is_file(ctl) && access(ctl->database.params, F_OK) != 0 &&
        errno == ENOENT) {
        print_status(ctl, NULL, 0);
        return ctl_fail(ctl, &ctl_away, "there is no file %s yet; the first "
                        "command that needs it makes it",
                        ctl->database.params);
    }
    err = open_store(ctl, 0);
    if (!err) err = oa2_schema_find(&schema, &ctl->ctx);
    if (err) {
        print_status(ctl, NULL, 0);
        return err;
    }
    problem = schema_problem(&schema, ctl->pool);
    print_status(ctl, &schema, !problem);
    return problem ? ctl_fail(ctl, &ctl_failed, "%s", problem) : NULL;
}

const ctl_command_t ctl_db_commands[] = {
    {"db create", "", 0, 0,
     "Makes the tables in an empty database.\n"
     "The database itself and its role are PostgreSQL's to make. The embedded\n"
     "file is made by any command that needs it; this one makes its directory\n"
     "too. Exit status 4 when the tables are there already.", NULL, db_create},
    {"db migrate", "", 0, 0,
     "Brings the tables to this program's schema version.\n"
     "Run it after an upgrade, before httpd is restarted: the servers that\n"
     "still run the version before can work with the new tables.", NULL,
     db_migrate},
    {"db status", "", 0, 0,
     "Says whether the database can be reached and used.\n"
     "Exit status 0: it can be used; 1: its schema version is wrong;\n"
     "5: it cannot be reached. Changes nothing.", NULL, db_status},
    {NULL, NULL, 0, 0, NULL, NULL, NULL}
};
