/* SPDX-License-Identifier: Apache-2.0 */
/*
 * units.c - numbers with units, as administrators write them.
 *
 * RFC 3339 for points in time.  No signs, no fractions, no white space: what
 * could be read in two ways is refused, with a sentence that says what would
 * have been right.
 */
#include "base/text/units.h"

#include <apr_strings.h>
#include <apr_time.h>

#define INT64_LARGEST APR_INT64_C(0x7fffffffffffffff)

typedef struct {
    char letter;
    apr_int64_t factor;
    const char *name;
} unit_t;

/* Largest first: say and tell take the first that fits. */
static const unit_t times[] = {
    { 'd', 86400, "day" },
    { 'h', 3600, "hour" },
    { 'm', 60, "minute" },
    { 's', 1, "second" },
    { 0, 0, NULL }
};

static const unit_t sizes[] = {
    { 'g', APR_INT64_C(1) << 30, NULL },
    { 'm', APR_INT64_C(1) << 20, NULL },
    { 'k', APR_INT64_C(1) << 10, NULL },
    { 0, 0, NULL }
};

static const unit_t none[] = {
    { 0, 0, NULL }
};

/*
 * 1 for digits and at most one unit; *letter is 0 when there was none.
 * Overflow is 0 too: no limit that anybody sets lies beyond 63 bits.
 */
static int parse(apr_int64_t *out, char *letter, const char *text,
                 const unit_t *units)
{
    apr_int64_t n = 0;

    if (*text < '0' || *text > '9')
        return 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        int digit = *text - '0';

        if (n > (INT64_LARGEST - digit) / 10)
            return 0;
        n = n * 10 + digit;
    }
    *letter = *text;
    if (*text) {
        while (units->letter && units->letter != *text)
            units++;
        if (!units->letter || text[1] || n > INT64_LARGEST / units->factor)
            return 0;
        n *= units->factor;
    }
    *out = n;
    return 1;
}

const char *oa2_units_seconds(apr_int64_t *out, const char *text,
                              apr_int64_t min, apr_int64_t max,
                              apr_pool_t *pool)
{
    apr_int64_t n;
    char letter;

    if (!parse(&n, &letter, text, times) || (n && !letter)
        || n < min || n > max) {
        return apr_psprintf(pool, "expected a time with its unit, such as "
                            "90s, 10m, 12h or 30d, from %s to %s",
                            oa2_units_say_seconds(min, pool),
                            oa2_units_say_seconds(max, pool));
    }
    *out = n;
    return NULL;
}

/* The largest unit that divides exactly, which is the shortest form. */
static const char *say(apr_int64_t n, const unit_t *units, apr_pool_t *pool)
{
    if (n != 0) {
        for (; units->letter; units++) {
            if (n % units->factor == 0)
                return apr_psprintf(pool, "%" APR_INT64_T_FMT "%c",
                                    n / units->factor, units->letter);
        }
    }
    return apr_psprintf(pool, "%" APR_INT64_T_FMT, n);
}

const char *oa2_units_bytes(apr_int64_t *out, const char *text,
                            apr_int64_t min, apr_int64_t max,
                            apr_pool_t *pool)
{
    apr_int64_t n;
    char letter;

    if (!parse(&n, &letter, text, sizes) || n < min || n > max) {
        return apr_psprintf(pool, "expected a number of bytes, such as 65536, "
                            "512k, 32m or 1g, from %s to %s",
                            say(min, sizes, pool), say(max, sizes, pool));
    }
    *out = n;
    return NULL;
}

const char *oa2_units_number(apr_int64_t *out, const char *text,
                             apr_int64_t min, apr_int64_t max,
                             apr_pool_t *pool)
{
    apr_int64_t n;
    char letter;

    if (!parse(&n, &letter, text, none) || n < min || n > max) {
        return apr_psprintf(pool, "expected a whole number from %"
                            APR_INT64_T_FMT " to %" APR_INT64_T_FMT,
                            min, max);
    }
    *out = n;
    return NULL;
}

const char *oa2_units_say_seconds(apr_int64_t seconds, apr_pool_t *pool)
{
    return say(seconds, times, pool);
}

const char *oa2_units_tell_seconds(apr_int64_t seconds, apr_pool_t *pool)
{
    const char *told = "";
    const unit_t *unit;

    if (seconds <= 0)
        return "0 seconds";
    for (unit = times; unit->letter; unit++) {
        apr_int64_t n = seconds / unit->factor;

        if (n)
            told = apr_psprintf(pool, "%s%s%" APR_INT64_T_FMT " %s%s", told,
                                *told ? " " : "", n, unit->name,
                                n == 1 ? "" : "s");
        seconds %= unit->factor;
    }
    return told;
}

const char *oa2_units_say_time(apr_int64_t seconds, apr_pool_t *pool)
{
    /* RFC 3339 section 1: years 0000 to 9999; beyond lies nothing we store */
    const apr_int64_t first = APR_INT64_C(-62167219200);
    const apr_int64_t last = APR_INT64_C(253402300799);
    apr_time_exp_t t;

    if (seconds < first)
        seconds = first;
    if (seconds > last)
        seconds = last;
    apr_time_exp_gmt(&t, apr_time_from_sec(seconds));
    return apr_psprintf(pool, "%04d-%02d-%02dT%02d:%02d:%02dZ",
                        t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                        t.tm_hour, t.tm_min, t.tm_sec);
}
