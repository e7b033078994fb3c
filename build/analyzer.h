/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzer.h - tells clang's analyzer (-include, see build/stages) what gcc
 * learns from an attribute that clang 14's does not believe: who makes an
 * error returns one.  Without it each OA2_TRY() looks as if it could go on
 * after a failure, with outputs that were never written.
 */
#ifndef OA2_ANALYZER_H
#define OA2_ANALYZER_H

#include "base/err.h"
#include "tools/ctl.h"

static inline oa2_err_t *oa2_err_made(oa2_err_t *err)
{
    if (!err)
        __builtin_unreachable();
    return err;
}

#define oa2_err_make(...) oa2_err_made((oa2_err_make)(__VA_ARGS__))
#define oa2_err_attack(...) oa2_err_made((oa2_err_attack)(__VA_ARGS__))
#define ctl_fail(...) oa2_err_made((ctl_fail)(__VA_ARGS__))

#endif
