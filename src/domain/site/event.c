/* SPDX-License-Identifier: Apache-2.0 */
/* event.c - see event.h */
#include "domain/site/event.h"

#include <string.h>

#define X(id, name, level, anyone, members, about)                          \
    const oa2_event_t oa2_event_##id = {                                    \
        (name), OA2_LOG_##level, (anyone), (members)                        \
    };
OA2_EVENTS(X)
#undef X

static const oa2_event_t *const all[] = {
#define X(id, name, level, anyone, members, about) &oa2_event_##id,
    OA2_EVENTS(X)
#undef X
    NULL
};

const char *oa2_event_level(const oa2_event_t *event)
{
    switch (event->level) {
    case OA2_LOG_INFO:
        return "info";
    case OA2_LOG_NOTICE:
        return "notice";
    default:
        return "warning";
    }
}

const oa2_event_t *const *oa2_event_all(void)
{
    return all;
}

const oa2_event_t *oa2_event_find(const char *name)
{
    int i;

    for (i = 0; all[i]; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}
