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
#include "base/json.h"
#include "domain/client.h"
#include "domain/settings.h"
#include "store/store.h"

/* Exit statuses, as the manual lists them. */
#define CTL_STATUS_FAILED 1
#define CTL_STATUS_AWAY 5

/* Kinds of error of this command's own; their status is the exit status. */
extern const oa2_err_kind_t ctl_failed;         /* 1 */
extern const oa2_err_kind_t ctl_usage;          /* 2: nothing was done */
extern const oa2_err_kind_t ctl_not_found;      /* 3 */
extern const oa2_err_kind_t ctl_exists;         /* 4 */
extern const oa2_err_kind_t ctl_away;           /* 5: no database */

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
    oa2_store_conf_t database;      /* set by ctl_database() */
    oa2_settings_t settings;
    oa2_ctx_t ctx;                  /* usable after ctl_open() */
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
extern const ctl_command_t ctl_client_commands[];
extern const ctl_command_t ctl_user_commands[];
extern const ctl_command_t ctl_grant_commands[];
extern const ctl_command_t ctl_token_commands[];
extern const ctl_command_t ctl_own_commands[];

/* All of them; NULL ends it. */
extern const ctl_command_t *const ctl_commands[];

/* An error of one of the kinds above. */
oa2_err_t *ctl_fail(const ctl_t *ctl, const oa2_err_kind_t *kind,
                    const char *format, ...)
    __attribute__((format(printf, 3, 4), returns_nonnull));

/* ------------------------------------------------------------ ctl_args.c */

/* Fills in command, group, options and args.  Wipes --database from argv. */
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

/* ------------------------------------------------------------ ctl_db.c */

/* Which database is meant: option, environment, or the embedded file. */
oa2_err_t *ctl_database(ctl_t *ctl);
/* The store, with a schema that can be used; the embedded one is made. */
oa2_err_t *ctl_open(ctl_t *ctl);

/* ------------------------------------------------------------ ctl_fields.c */

/* What the options name; what they do not name stays. */
oa2_err_t *ctl_fields_take(oa2_client_t *client, const ctl_t *ctl);

/* ------------------------------------------------------------ ctl_io.c */

/* Text that cannot command a terminal: controls become \xNN, \u{NNNN}. */
const char *ctl_visible(const char *text, apr_pool_t *pool);
/* A line of what --json does not print. */
void ctl_say(const ctl_t *ctl, const char *format, ...)
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

#endif
