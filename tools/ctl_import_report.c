/* SPDX-License-Identifier: Apache-2.0 */
/* ctl_import_report.c - what was made of a dump, and what was not. */
#include <stdarg.h>

#include <apr_strings.h>

#include "ctl_import.h"

#define REMARKS_MAX 1000                /* that --json has */

static const char *const kinds[] = { "users", "clients", "tokens" };
static const char *const results[] = {
    "made", "same", "different", "skipped"
};

void ctl_import_count(ctl_import_t *import, int what, ctl_result_t result)
{
    import->counts[what][result]++;
}

void ctl_import_remark(ctl_import_t *import, const char *kind,
                       const char *name, const char *format, ...)
{
    const ctl_t *ctl = import->ctl;
    apr_pool_t *pool;
    const char *text;
    va_list args;
    cJSON *item;

    apr_pool_create(&pool, ctl->pool);
    va_start(args, format);
    text = apr_pvsprintf(pool, format, args);
    va_end(args);
    ctl_say(ctl, "%s %s: %s", kind, name, text);
    if (import->told++ < REMARKS_MAX) {
        item = oa2_json_push_object(import->remarks);
        oa2_json_put_text(item, "kind", kind);
        oa2_json_put_text(item, "name", name);
        oa2_json_put_text(item, "says", text);
    }
    apr_pool_destroy(pool);
}

void ctl_import_tell(ctl_import_t *import)
{
    const ctl_t *ctl = import->ctl;
    apr_size_t kind, result;

    oa2_json_put_bool(import->report, "applied", import->apply);
    for (kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
        const apr_int64_t *n = import->counts[kind];
        cJSON *json = oa2_json_put_object(import->report, kinds[kind]);

        for (result = 0; result < CTL_RESULTS; result++)
            oa2_json_put_number(json, results[result], n[result]);
        ctl_field(ctl, kinds[kind], apr_psprintf(
            ctl->pool, "%" APR_INT64_T_FMT " %s, %" APR_INT64_T_FMT
            " there already, %" APR_INT64_T_FMT " there and different (left "
            "as they are), %" APR_INT64_T_FMT " skipped", n[CTL_MADE],
            import->apply ? "made" : "to be made", n[CTL_SAME], n[CTL_OTHER],
            n[CTL_SKIPPED]));
    }
    oa2_json_put_number(import->report, "remarks_in_all", import->told);
    ctl_where_json(ctl, import->report);
    ctl_json(ctl, import->report);
    ctl_where_print(ctl);
    if (!import->apply)
        ctl_say(ctl, "Nothing was written: the same again with --apply does "
                "it.");
}
