/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl.h - the parts of oauth2ctl.
 *
 * A command is a function and a row at the end of the file that holds it.  It
 * checks what it was given, calls ctl_open(), does its work, and prints; or it
 * returns an error, which main() prints and turns into the exit status.
 */
#ifndef OA2_TOOLS_CTL_H
#define OA2_TOOLS_CTL_H

#include <apr_tables.h>
#include "base/text/json.h"
#include "domain/client/client.h"
#include "domain/site/servers.h"
#include "domain/site/settings.h"
#include "domain/site/audit.h"
#include "store/conf.h"
#include "store/migrate.h"
#include "store/user.h"

/* Exit statuses, as the manual lists them. */
#define CTL_STATUS_FAILED 1
#define CTL_STATUS_USAGE 2
#define CTL_STATUS_NOT_FOUND 3
#define CTL_STATUS_EXISTS 4
#define CTL_STATUS_AWAY 5
#define CTL_STATUS_WAITING 6

/* Kinds of error of this command's own, one for each. */
extern const oa2_err_kind_t ctl_failed;
extern const oa2_err_kind_t ctl_usage;          /* nothing was done */
extern const oa2_err_kind_t ctl_not_found;
extern const oa2_err_kind_t ctl_exists;
extern const oa2_err_kind_t ctl_away;           /* no database */
extern const oa2_err_kind_t ctl_waiting;        /* a migration */

/* How it is known which database is meant. */
typedef enum {
    CTL_FROM_OPTION,            /* --database, or the environment */
    CTL_FROM_HTTPD,             /* httpd has written down what it uses */
    CTL_BUILT_IN                /* httpd has not: the embedded file */
} ctl_from_t;

typedef struct ctl_option_t {
    const char *name;               /* without the dashes */
    const char *value;              /* what help calls it; NULL: a switch */
    int many;                       /* may be given several times */
    const char *help;
} ctl_option_t;

struct ctl_command_t;

typedef struct ctl_t {
    apr_pool_t *pool;
    const struct ctl_command_t *command;    /* NULL: none was named */
    const char *group;              /* its first word, when it has two */
    apr_table_t *options;           /* value by name; a switch has "" */
    apr_array_header_t *args;       /* const char * */
    /* Set by ctl_choose(): */
    ctl_from_t from;
    oa2_store_conf_t database;
    oa2_servers_t *servers;         /* what httpd serves; NULL: not known */
    const char *httpd_user;         /* whom root becomes; NULL: nobody */
    int httpd_password;             /* httpd has one that we are not told */
    const char *realm;              /* its name; NULL: the only one, or none */
    oa2_settings_t settings;
    oa2_ctx_t ctx;                  /* usable after ctl_open() */
    oa2_audit_t audit;              /* what was changed */
    const char *by;                 /* who has called, for the audit trail */
} ctl_t;

typedef struct ctl_command_t {
    const char *name;               /* "client add" */
    const char *args;               /* as the usage line shows them */
    int min, max;                   /* how many of them */
    const char *help;
    const ctl_option_t *options;    /* ended by a row without name; or NULL */
    oa2_err_t *(*run)(ctl_t *ctl);
} ctl_command_t;

/* Ended by a row without name. */
extern const ctl_command_t ctl_db_commands[];
extern const ctl_command_t ctl_copy_commands[];
extern const ctl_command_t ctl_realm_commands[];
extern const ctl_command_t ctl_client_commands[];
extern const ctl_command_t ctl_app_commands[];
extern const ctl_command_t ctl_user_commands[];
extern const ctl_command_t ctl_invite_commands[];
extern const ctl_command_t ctl_import_commands[];
extern const ctl_command_t ctl_grant_commands[];
extern const ctl_command_t ctl_token_commands[];
extern const ctl_command_t ctl_apikey_commands[];
extern const ctl_command_t ctl_audit_commands[];
extern const ctl_command_t ctl_own_commands[];

/* All of them; NULL ends it. */
extern const ctl_command_t *const ctl_commands[];

/* An error of one of the kinds above. */
oa2_err_t *ctl_fail(const ctl_t *ctl, const oa2_err_kind_t *kind,
                    const char *format, ...)
    __attribute__((format(printf, 3, 4), returns_nonnull));

/* ------------------------------------------------------------ ctl_args.c */

/* What the program ends with. */
int ctl_exit_status(const oa2_err_t *err);

/* Fills in command, group, options and args.  Wipes databases from argv. */
oa2_err_t *ctl_args_parse(ctl_t *ctl, int argc, char **argv);
/* The last value; NULL when the option was not given. */
const char *ctl_option(const ctl_t *ctl, const char *name);
int ctl_has(const ctl_t *ctl, const char *name);
/* All values of a repeatable option; NULL when it was not given. */
const apr_array_header_t *ctl_values(const ctl_t *ctl, const char *name);
/* NULL when there are not so many. */
const char *ctl_arg(const ctl_t *ctl, int index);
/* The help of a command, of a group, or of everything. */
void ctl_help(const ctl_t *ctl, const ctl_command_t *command,
              const char *group);

/* --------------------------------------------------------- ctl_audit.c */

/* Before anything else: who root becomes later is not who has called. */
void ctl_audit_begin(ctl_t *ctl);
/* Writes down what the command has changed; a warning when it cannot. */
void ctl_audit_end(ctl_t *ctl);

/* ---------------------------------------------------------- ctl_choose.c */

/* Which database is meant: option, environment, httpd's, or the embedded
   file. */
oa2_err_t *ctl_choose(ctl_t *ctl);
/* "pgsql host=… dbname=…"; httpd's quotes around the parameters are taken
   off, so that a line of its configuration can be pasted. */
oa2_store_conf_t ctl_parse_database(const char *text, apr_pool_t *pool);
int ctl_is_sqlite(const ctl_t *ctl);
/* A file that can be looked at; not ":memory:". */
int ctl_is_file(const ctl_t *ctl);
/* "oauth2ctl VERB", with --database where it is needed. */
const char *ctl_command_line(const ctl_t *ctl, const char *verb);
/* Of an open database: the realm that is meant. */
oa2_err_t *ctl_enter_realm(ctl_t *ctl);
/* Where something was done. */
void ctl_where_json(const ctl_t *ctl, cJSON *json);
void ctl_where_print(const ctl_t *ctl);

/* -------------------------------------------------------- ctl_database.c */

/* The chosen one, whatever its schema is.  make: an embedded file that is not
   there, with its directory. */
oa2_err_t *ctl_open_store(ctl_t *ctl, int make);
/* Says what can be done when the server does not let us in. */
oa2_err_t *ctl_find_schema(oa2_schema_t *schema, ctl_t *ctl);
/* NULL: it can be used. */
const char *ctl_schema_problem(const ctl_t *ctl, const oa2_schema_t *schema);
/* A database that can be used, whosever clients are meant; the embedded file
   is brought up to date.  make: as above, unless it was named. */
oa2_err_t *ctl_open_database(ctl_t *ctl, int make);
/* The same, and the realm. */
oa2_err_t *ctl_open(ctl_t *ctl);
/* For what may be the first that a database holds. */
oa2_err_t *ctl_open_to_add(ctl_t *ctl);

/* ------------------------------------------------------------ ctl_fields.c */

/* What the options name; what they do not name stays. */
oa2_err_t *ctl_fields_take(oa2_client_t *client, const ctl_t *ctl);
/* What is allowed, and hardly meant. */
void ctl_fields_warn(const ctl_t *ctl, const oa2_client_t *client);

/* ------------------------------------------------------------ ctl_io.c */

/* Text that cannot command a terminal: controls become \xNN, \u{NNNN}. */
const char *ctl_visible(const char *text, apr_pool_t *pool);
/* A line of what --json does not print. */
void ctl_say(const ctl_t *ctl, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A line on standard error. */
void ctl_warn(const ctl_t *ctl, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "label   value"; a NULL or empty value is a dash. */
void ctl_field(const ctl_t *ctl, const char *label, const char *value);
/* For lists: text filled up to width characters, made visible. */
const char *ctl_cell(const char *text, int width, apr_pool_t *pool);
/* With --json: prints it in a line. */
void ctl_json(const ctl_t *ctl, const cJSON *json);

/* A list: lines under a header, or a JSON array. */
typedef struct ctl_list_t {
    const ctl_t *ctl;
    int count;                      /* JSON objects so far */
} ctl_list_t;
void ctl_list_begin(ctl_list_t *list, const ctl_t *ctl, const char *header);
void ctl_list_json(ctl_list_t *list, const cJSON *item, apr_pool_t *pool);
void ctl_list_end(const ctl_list_t *list);

/* All that a list verb of the store has, page by page.  row prints one and
   says what comes after it. */
typedef oa2_err_t *ctl_fetch_fn(apr_array_header_t **out, oa2_ctx_t *ctx,
                                const char *after, int n);
typedef const char *ctl_row_fn(ctl_list_t *list, const void *row,
                               apr_pool_t *pool);
oa2_err_t *ctl_list(ctl_t *ctl, const char *header, ctl_fetch_fn *fetch,
                    ctl_row_fn *row);

/* One line of standard input, which has to be all of it. */
oa2_err_t *ctl_read_line(const char **out, const ctl_t *ctl,
                         const char *what);
/* Asks on the terminal without echo; usage error when there is none. */
oa2_err_t *ctl_read_hidden(const char **out, const ctl_t *ctl,
                           const char *prompt);
/* From the terminal without echo, else from standard input. */
oa2_err_t *ctl_read_secret(const char **out, const ctl_t *ctl,
                           const char *what);
/* NULL: yes, or --yes. */
oa2_err_t *ctl_confirm(const ctl_t *ctl, const char *question);

/* ---------------------------------------------------------- ctl_claims.c */

/* *out: oa2_claim_t, of the options --claim and --claim-json. */
oa2_err_t *ctl_claims_take(apr_array_header_t **out, const ctl_t *ctl);
oa2_err_t *ctl_claims_set(ctl_t *ctl, const oa2_user_t *user,
                          const apr_array_header_t *claims);
/* Prints them, and adds them to json. */
oa2_err_t *ctl_claims_show(cJSON *json, ctl_t *ctl, const oa2_user_t *user);

/* --------------------------------------------------------- ctl_grant.c */

/* What --user and --client name, as the rows have it; NULL: not given.  A name
   that nobody has is an error. */
oa2_err_t *ctl_grant_whose(const char **user, const char **client,
                           ctl_t *ctl);

/* ------------------------------------------------------------ ctl_user.c */

/* By its exact letters a row that another one has replaced; else the account
   by any spelling.  *out: NULL when there is none. */
oa2_err_t *ctl_find_user(oa2_user_t **out, ctl_t *ctl, const char *name);
/* The first argument, as it is written; a usage error when nobody can have
   such a name. */
oa2_err_t *ctl_user_name(const char **name, const ctl_t *ctl);
/* What --json prints of a user. */
cJSON *ctl_user_json(const oa2_user_t *user, apr_pool_t *pool);

#endif
