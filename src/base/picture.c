/* SPDX-License-Identifier: Apache-2.0 */
/* picture.c - see picture.h */
#include "base/picture.h"

#include <apr_atomic.h>

#include "base/process.h"

/* The program's own limit is two seconds of a processor, which is shared. */
#define MOST apr_time_from_sec(10)

/* How many are being made by this process.  once: 0, then by atomics alone. */
static volatile apr_uint32_t at_work;

/* That it died, hung or said more than it may is the picture's doing. */
static void refuse(oa2_picture_t *out, oa2_err_t *why)
{
    why->severity = OA2_LOG_NOTICE;
    out->verdict = OA2_PICTURE_COSTLY;
    out->said = why->meant;
    out->note = why;
}

static int is_verdict(int status)
{
    return status == OA2_PICTURE_GOOD || status >= OA2_PICTURE_TOO_MANY_BYTES;
}

static oa2_err_t *make(oa2_picture_t *out, const char *program,
                       const void *bytes, apr_size_t len, apr_pool_t *pool)
{
    const char *const argv[] = { program, NULL };
    const oa2_process_t process = {
        .argv = argv, .input = bytes, .input_len = len,
        .answer_most = OA2_PICTURE_MADE, .worst = OA2_PICTURE_WORST,
        .most = MOST, .stop = OA2_STOP_NEVER
    };
    oa2_process_end_t end;
    oa2_err_t *err;

    err = oa2_process_run(&end, &process, pool);
    if (err && end.is_begun && end.status < 0) {
        refuse(out, err);
        return NULL;
    }
    OA2_TRY(err);
    if (!is_verdict(end.status)
        || (end.status == OA2_PICTURE_GOOD && !end.answer_len)) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(1504), NULL,
                            "\"%s\" could not work (status %d): %s", program,
                            end.status, end.said);
    }
    out->verdict = (oa2_picture_verdict_t)end.status;
    out->said = end.said;
    out->bytes = end.answer;
    out->len = end.answer_len;
    return NULL;
}

oa2_err_t *oa2_picture_make(oa2_picture_t *out, const char *program,
                            const void *bytes, apr_size_t len,
                            apr_pool_t *pool)
{
    const oa2_picture_t large = {
        OA2_PICTURE_TOO_MANY_BYTES, "", 0, "it is too large", NULL
    };
    const oa2_picture_t busy = {
        OA2_PICTURE_BUSY, "", 0, "others are being read", NULL
    };
    oa2_err_t *err = NULL;

    *out = len > OA2_PICTURE_BYTES ? large : busy;
    if (len > OA2_PICTURE_BYTES)
        return NULL;
    if (apr_atomic_inc32(&at_work) < OA2_PICTURE_AT_ONCE)
        err = make(out, program, bytes, len, pool);
    apr_atomic_dec32(&at_work);
    return err;
}
