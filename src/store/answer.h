/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - how an answer is claimed, for statements that do more with it.
 */
#ifndef OA2_STORE_ANSWER_H
#define OA2_STORE_ANSWER_H

/* Behind an INSERT into oauth2_answer: of those who send one form at once, one
   is first.  What has expired, and was not removed yet, is nobody's. */
#define OA2_ANSWER_FIRST(now) \
    " ON CONFLICT (digest) DO UPDATE SET reply = excluded.reply," \
    " expires = excluded.expires" \
    " WHERE oauth2_answer.expires <= CAST(" now " AS BIGINT)"

#endif
