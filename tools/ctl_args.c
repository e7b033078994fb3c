/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_args.c - the command line against the commands' rows.
 *
 * Options are long ones, may stand between arguments, and end at "--".  No
 * argument is ever quoted in an error, only names of options and commands:
 * somebody may have typed a password where none belongs.
 */
#include <stdio.h>
#include <string.h>

#include <apr_strings.h>

#include "base/text/encode.h"
#include "ctl.h"

/* Every command has these; they may stand before it. */
static const ctl_option_t common[] = {
    { "database", "'DRIVER PARAMS'", 0,
     "the database, as OAuth2Database takes it" },
    { "issuer", "URL", 0, "whose clients and users, where there are several" },
    { "json", NULL, 0, "print JSON, for scripts" },
    { "help", NULL, 0, "print this help" },
    { NULL, NULL, 0, NULL }
};

static const ctl_option_t *option_row(const ctl_option_t *rows,
                                      const char *name)
{
    for (; rows && rows->name; rows++)
        if (strcmp(rows->name, name) == 0) return rows;
    return NULL;
}

static const ctl_option_t *option_find(const ctl_t *ctl, const char *name)
{
    const ctl_option_t *row =
        ctl->command ? option_row(ctl->command->options, name) : NULL;

    return row ? row : option_row(common, name);
}

/* "oauth2ctl help …", for where to read on. */
static const char *where(const ctl_t *ctl)
{
    return apr_pstrcat(ctl->pool, "oauth2ctl help",
                       ctl->command || ctl->group ? " " : "",
                       ctl->command ? ctl->command->name :
                       ctl->group ? ctl->group : "", NULL);
}

/* argv[*at] is an option; its value may be the next word. */
static oa2_err_t *take_option(ctl_t *ctl, int argc, char **argv, int *at)
{
    const char *word = argv[*at];
    const char *equals = strchr(word, '=');
    const char *name = strcmp(word, "-h") == 0 ? "help" :
        strncmp(word, "--", 2) ? "" :
        equals ? apr_pstrmemdup(ctl->pool, word + 2,
                                (apr_size_t)(equals - word - 2)) : word + 2;
    const ctl_option_t *row = option_find(ctl, name);
    const char *value = equals ? equals + 1 : "";

    if (!row && strncmp(word, "--", 2))
        return ctl_fail(ctl, &ctl_usage, "options begin with two dashes; "
                        "\"--\" stands before an argument that begins with "
                        "one: %s", where(ctl));
    if (!row)
        return ctl_fail(ctl, &ctl_usage, "unknown option --%s: %s", name,
                        where(ctl));
    if (!row->value && equals)
        return ctl_fail(ctl, &ctl_usage, "option --%s takes no value",
                        row->name);
    if (row->value && !equals) {
        if (*at + 1 >= argc)
            return ctl_fail(ctl, &ctl_usage, "option --%s needs a value: "
                            "--%s %s", row->name, row->name, row->value);
        value = argv[++*at];
    }
    if (!row->many && row->value && ctl_has(ctl, row->name))
        return ctl_fail(ctl, &ctl_usage, "option --%s was given twice",
                        row->name);
    apr_table_add(ctl->options, row->name, value);

    /* Its parameters may hold a password, and ps shows argv. */
    if (strcmp(row->name, "database") == 0 || strcmp(row->name, "to") == 0) {
        char *seen = argv[*at] + (value - argv[*at]);
        memset(seen, 'x', strlen(seen));
    }
    return NULL;
}

static const ctl_command_t *command_find(const char *group, const char *word)
{
    const char *const space = group ? " " : "";
    apr_size_t len = group ? strlen(group) : 0;
    int i;

    for (i = 0; ctl_commands[i]; i++) {
        const ctl_command_t *row = ctl_commands[i];
        for (; row->name; row++)
            if ((!group || strncmp(row->name, group, len) == 0)
                && strncmp(row->name + len, space, strlen(space)) == 0
                && strcmp(row->name + len + strlen(space), word) == 0)
                return row;
    }
    return NULL;
}

/* The group's name as the rows have it; NULL when there is none. */
static const char *group_find(ctl_t *ctl, const char *word)
{
    apr_size_t len = strlen(word);
    int i;

    for (i = 0; ctl_commands[i]; i++) {
        const char *name = ctl_commands[i]->name;
        if (len && strncmp(name, word, len) == 0 && name[len] == ' ')
            return apr_pstrmemdup(ctl->pool, name, len);
    }
    return NULL;
}

static oa2_err_t *take_name(ctl_t *ctl, const char *word)
{
    ctl->command = command_find(ctl->group, word);
    if (ctl->command) return NULL;
    if (ctl->group)
        return ctl_fail(ctl, &ctl_usage, "unknown command %s %s: %s",
                        ctl->group, word, where(ctl));
    ctl->group = group_find(ctl, word);
    if (ctl->group) return NULL;
    return ctl_fail(ctl, &ctl_usage, "unknown command %s: %s", word,
                    where(ctl));
}

static oa2_err_t *count_args(const ctl_t *ctl)
{
    const ctl_command_t *command = ctl->command;

    if (!command)
        return ctl_fail(ctl, &ctl_usage, "%s: %s", ctl->group ?
                        "a second word is missing" : "no command was named",
                        where(ctl));
    if (ctl->args->nelts < command->min)
        return ctl_fail(ctl, &ctl_usage, "an argument is missing: "
                        "oauth2ctl %s %s", command->name, command->args);
    if (ctl->args->nelts > command->max)
        return ctl_fail(ctl, &ctl_usage, "too many arguments: oauth2ctl %s%s%s",
                        command->name, *command->args ? " " : "",
                        command->args);
    return NULL;
}

/* The name of what help is asked about is looked up like a command. */
static oa2_err_t *help_about(ctl_t *ctl)
{
    int i;

    if (strcmp(ctl->command->name, "help")) return NULL;
    ctl->command = NULL;
    for (i = 0; i < ctl->args->nelts; i++) {
        if (ctl->command)
            return ctl_fail(ctl, &ctl_usage, "too many arguments: "
                            "oauth2ctl help [COMMAND]");
        OA2_TRY(take_name(ctl, ctl_arg(ctl, i)));
    }
    apr_table_add(ctl->options, "help", "");
    return NULL;
}

oa2_err_t *ctl_args_parse(ctl_t *ctl, int argc, char **argv)
{
    int i, plain = 0;

    ctl->options = apr_table_make(ctl->pool, 16);
    ctl->args = apr_array_make(ctl->pool, 4, sizeof(const char *));
    /* The store wants UTF-8 (store/store.h). */
    for (i = 1; i < argc; i++)
        if (!oa2_utf8_is_valid(argv[i], strlen(argv[i])))
            return ctl_fail(ctl, &ctl_usage, "argument %d is not UTF-8", i);
    for (i = 1; i < argc; i++) {
        if (!plain && strcmp(argv[i], "--") == 0)
            plain = 1;
        else if (!plain && argv[i][0] == '-' && argv[i][1])
            OA2_TRY(take_option(ctl, argc, argv, &i));
        else if (!ctl->command)
            OA2_TRY(take_name(ctl, argv[i]));
        else
            APR_ARRAY_PUSH(ctl->args, const char *) = argv[i];
    }
    if (ctl->command)
        OA2_TRY(help_about(ctl));
    if (ctl_has(ctl, "help")) return NULL;
    return count_args(ctl);
}

const char *ctl_option(const ctl_t *ctl, const char *name)
{
    return apr_table_get(ctl->options, name);
}

int ctl_has(const ctl_t *ctl, const char *name)
{
    return apr_table_get(ctl->options, name) != NULL;
}

const apr_array_header_t *ctl_values(const ctl_t *ctl, const char *name)
{
    const apr_array_header_t *all = apr_table_elts(ctl->options);
    apr_array_header_t *out = apr_array_make(ctl->pool, 4,
                                             sizeof(const char *));
    int i;

    for (i = 0; i < all->nelts; i++) {
        const apr_table_entry_t *entry =
            &APR_ARRAY_IDX(all, i, apr_table_entry_t);
        if (strcmp(entry->key, name) == 0)
            APR_ARRAY_PUSH(out, const char *) = entry->val;
    }
    return out->nelts ? out : NULL;
}

const char *ctl_arg(const ctl_t *ctl, int index)
{
    return index < ctl->args->nelts ?
        APR_ARRAY_IDX(ctl->args, index, const char *) : NULL;
}

/* ------------------------------------------------------------ help */

static void help_options(const char *title, const ctl_option_t *rows,
                         apr_pool_t *pool)
{
    if (!rows || !rows->name) return;
    printf("\n%s:\n", title);
    for (; rows->name; rows++) {
        const char *left = apr_pstrcat(pool, "--", rows->name,
                                       rows->value ? " " : "",
                                       rows->value ? rows->value : "", NULL);
        if (strlen(left) > 24)
            printf("  %s\n  %-24s", left, "");
        else
            printf("  %-24s", left);
        printf("  %s%s\n", rows->help, rows->many ? " (repeatable)" : "");
    }
}

static void help_command(const ctl_command_t *command, apr_pool_t *pool)
{
    printf("Usage: oauth2ctl %s%s%s%s\n\n%s\n", command->name,
           *command->args ? " " : "", command->args,
           command->options ? " [OPTION]..." : "", command->help);
    help_options("Options", command->options, pool);
    help_options("Options of every command", common, pool);
}

/* The first line of a command's help. */
static const char *summary(const ctl_command_t *command, apr_pool_t *pool)
{
    const char *end = strchr(command->help, '\n');

    return end ? apr_pstrmemdup(pool, command->help,
                                (apr_size_t)(end - command->help))
               : command->help;
}

static void help_list(const char *group, apr_pool_t *pool)
{
    apr_size_t len = group ? strlen(group) : 0;
    int i;

    printf("Usage: oauth2ctl [--database 'DRIVER PARAMS'] [--json] "
           "%s%sCOMMAND ...\n\n", group ? group : "", group ? " " : "");
    for (i = 0; ctl_commands[i]; i++) {
        const ctl_command_t *row = ctl_commands[i];
        for (; row->name; row++)
            if (!group || (strncmp(row->name, group, len) == 0
                           && row->name[len] == ' '))
                printf("  %-22s  %s\n", row->name, summary(row, pool));
    }
    if (!group) {
        help_options("Options of every command", common, pool);
        printf("\nThe default database is the one that httpd uses; before its "
               "first start, the\nfile %s/%s.\n"
               "Never put a database password into --database: other users "
               "of this machine\ncan see it.  Use ~/.pgpass, PGPASSFILE or "
               "peer authentication, or set the\nenvironment variable "
               "OAUTH2_DATABASE instead of the option.\n\n"
               "Exit status: 0 done, 1 failed, 2 wrong usage, 3 not found, "
               "4 already exists,\n5 the database cannot be reached, 6 a "
               "migration is waiting.\n",
               OA2_STATE_DIR, OA2_DATABASE_FILE);
    }
    printf("\n\"oauth2ctl COMMAND --help\" says more; so does "
           "oauth2ctl(8).\n");
}

void ctl_help(const ctl_t *ctl, const ctl_command_t *command,
              const char *group)
{
    if (command)
        help_command(command, ctl->pool);
    else
        help_list(group, ctl->pool);
}
