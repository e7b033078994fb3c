/* SPDX-License-Identifier: Apache-2.0 */
/* message.c - see message.h */
#include "base/text/message.h"

#include <string.h>

#include <apr_base64.h>
#include <apr_lib.h>
#include <apr_strings.h>

#include "base/crypto.h"
#include "base/text/encode.h"

#define ID_BYTES 16
/* RFC 2047 section 2: a line with an encoded word has 76 characters at most.
   "Subject: ", "=?UTF-8?B?" and "?=" are 21, and base64 fills 52. */
#define WORD_BYTES 39
#define PLAIN_MAX 200                   /* bytes of a field in one line */

/* ------------------------------------------------------------ addresses */

/* RFC 5322 section 3.2.3 */
static int is_atext(char c)
{
    return apr_isalnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Words, one dot between two. */
static int is_dotted(const char *text, apr_size_t len, int is_host)
{
    apr_size_t i;

    if (!len || text[0] == '.' || text[len - 1] == '.') return 0;
    for (i = 0; i < len; i++) {
        int good = is_host ? apr_isalnum(text[i]) || text[i] == '-'
                           : is_atext(text[i]);

        if (text[i] == '.')
            good = text[i - 1] != '.';
        if (!good || (unsigned char)text[i] > '~') return 0;
    }
    return 1;
}

int oa2_message_is_address(const char *text)
{
    const char *at = strchr(text, '@');

    /* Some programs would take a "-" in front for an option. */
    return at && *text != '-' && strlen(text) <= OA2_ADDRESS_MAX
        && is_dotted(text, (apr_size_t)(at - text), 0)
        && is_dotted(at + 1, strlen(at + 1), 1);
}

/* ------------------------------------------------------------ fields */

/* One line, whatever was in it. */
static char *flat(const char *text, apr_pool_t *pool)
{
    char *copy = apr_pstrdup(pool, text);
    char *at;

    for (at = copy; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
    return copy;
}

static int is_plain(const char *text)
{
    const char *at;

    for (at = text; *at; at++)
        if ((unsigned char)*at > '~') return 0;
    return at - text <= PLAIN_MAX && !strstr(text, "=?");
}

/* RFC 2047 section 5: no character is cut in two. */
static const char *encoded(const char *text, apr_pool_t *pool)
{
    const char *out = "";

    while (*text) {
        apr_size_t len = strlen(text);
        char *word;

        if (len > WORD_BYTES) {
            len = WORD_BYTES;
            while ((text[len] & 0xC0) == 0x80)
                len--;
        }
        word = apr_pcalloc(pool, (apr_size_t)apr_base64_encode_len((int)len));
        apr_base64_encode(word, text, (int)len);
        out = apr_pstrcat(pool, out, *out ? "\n " : "", "=?UTF-8?B?", word,
                          "?=", NULL);
        text += len;
    }
    return out;
}

static const char *from_field(const oa2_message_t *message, apr_pool_t *pool)
{
    const char *name;

    if (!message->from_name || !*message->from_name) return message->from;
    name = flat(message->from_name, pool);
    return apr_pstrcat(pool, is_plain(name) ? oa2_quote(name, pool)
                                            : encoded(name, pool),
                       " <", message->from, ">", NULL);
}

static const char *subject_field(const oa2_message_t *message,
                                 apr_pool_t *pool)
{
    const char *text = flat(message->subject, pool);

    return is_plain(text) ? text : encoded(text, pool);
}

/* Section 3.3; "GMT", which APR writes, must not be generated any more. */
static const char *date_field(apr_time_t date, apr_pool_t *pool)
{
    char text[APR_RFC822_DATE_LEN];

    apr_rfc822_date(text, date);
    return apr_pstrcat(pool, apr_pstrmemdup(pool, text, strlen(text) - 3),
                       "+0000", NULL);
}

/* RFC 3834 section 5: no "out of office" for what nobody has written. */
const char *oa2_message_text(const oa2_message_t *message, apr_pool_t *pool)
{
    return apr_pstrcat(
        pool, "From: ", from_field(message, pool),
        "\nTo: ", message->to,
        "\nSubject: ", subject_field(message, pool),
        "\nDate: ", date_field(message->date, pool),
        "\nMessage-ID: <", oa2_random_text(pool, ID_BYTES),
        strchr(message->from, '@'), ">"
        "\nAuto-Submitted: auto-generated"
        "\nMIME-Version: 1.0"
        "\nContent-Type: text/plain; charset=UTF-8"
        "\nContent-Transfer-Encoding: 8bit"
        "\n\n", message->body, NULL);
}
