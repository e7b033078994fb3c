/* SPDX-License-Identifier: Apache-2.0 */
/*
 * abnf.c - character classes of RFC 6749 appendix A, and their neighbours.
 *
 * RFC 3986 appendix A, RFC 6750 section 2.1, RFC 3629.
 */
#include "base/text/abnf.h"

#include <string.h>

#include "base/text/encode.h"

static int is_alpha(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static int is_hex(unsigned char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static int is_printable(unsigned char c)
{
    return c >= 0x20 && c <= 0x7e;
}

/* NQCHAR = %x21 / %x23-5B / %x5D-7E */
static int is_nqchar(unsigned char c)
{
    return is_printable(c) && c != ' ' && c != '"' && c != '\\';
}

static int is_nqs(unsigned char c)
{
    return c == ' ' || is_nqchar(c);
}

static int is_unreserved(unsigned char c)
{
    return is_alpha(c) || is_digit(c)
        || c == '-' || c == '.' || c == '_' || c == '~';
}

static int is_b64(unsigned char c)
{
    return is_unreserved(c) || c == '+' || c == '/';
}

static int is_wordchar(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || c == '_';
}

static int is_wordchar_or_space(unsigned char c)
{
    return c == ' ' || is_wordchar(c);
}

static int all(const char *s, int (*is)(unsigned char))
{
    if (!*s)
        return 0;
    for (; *s; s++) {
        if (!is((unsigned char)*s))
            return 0;
    }
    return 1;
}

/* token *( SP token ): one space between, none at either end */
static int all_spaced(const char *s, int (*is)(unsigned char))
{
    int in_token = 0;

    for (; *s; s++) {
        if (*s == ' ') {
            if (!in_token)
                return 0;
            in_token = 0;
        }
        else if (is((unsigned char)*s)) {
            in_token = 1;
        }
        else {
            return 0;
        }
    }
    return in_token;
}

int oa2_is_any(const char *s)
{
    return *s != '\0';
}

int oa2_is_vschar(const char *s)
{
    return all(s, is_printable);
}

int oa2_is_nqschar(const char *s)
{
    return all(s, is_nqs);
}

int oa2_is_scope(const char *s)
{
    return all_spaced(s, is_nqchar);
}

int oa2_is_scope_token(const char *s)
{
    return all(s, is_nqchar);
}

int oa2_is_uri(const char *s)
{
    if (!*s)
        return 0;
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        /* RFC 3986 section 2.1: pct-encoded = "%" HEXDIG HEXDIG */
        if (c == '%') {
            if (!is_hex((unsigned char)s[1]) || !is_hex((unsigned char)s[2]))
                return 0;
            s += 2;
        }
        /* section 2.2, gen-delims and sub-delims; section 2.3 */
        else if (!is_unreserved(c) && !strchr(":/?#[]@!$&'()*+,;=", c)) {
            return 0;
        }
    }
    return 1;
}

int oa2_is_text(const char *s)
{
    const unsigned char *at = (const unsigned char *)s;

    if (!*s || !oa2_utf8_is_valid(s, strlen(s)))
        return 0;
    for (; *at; at++) {
        if (*at < 0x20 || *at == 0x7f)
            return 0;
        /* U+0080 to U+009F; what follows is known to be valid UTF-8 */
        if (*at == 0xc2 && at[1] < 0xa0)
            return 0;
    }
    return 1;
}

int oa2_is_unreserved(const char *s)
{
    return all(s, is_unreserved);
}

int oa2_is_b64token(const char *s)
{
    if (!is_b64((unsigned char)*s))
        return 0;
    while (is_b64((unsigned char)*s))
        s++;
    while (*s == '=')
        s++;
    return !*s;
}

int oa2_is_word(const char *s)
{
    return all(s, is_wordchar);
}

int oa2_is_words(const char *s)
{
    return all(s, is_wordchar_or_space);
}

const char *oa2_class_text(oa2_class_fn *is)
{
    static const struct {
        oa2_class_fn *is;
        const char *text;
    } rows[] = {
        { oa2_is_nqschar, "printable ASCII characters without quotation mark "
                         "and backslash" },
        { oa2_is_scope_token, "printable ASCII characters without space, "
                             "quotation mark and backslash" },
        { oa2_is_scope, "words of printable ASCII characters (no quotation "
                       "mark, no backslash) with one space between" },
        { oa2_is_b64token, "A-Z a-z 0-9 - . _ ~ + / and = at its end" },
        { oa2_is_word, "a-z and _" },
        { oa2_is_uri, "the characters of a URI (others as %XX)" },
        { oa2_is_text, "text without control characters" },
        { oa2_is_unreserved, "A-Z a-z 0-9 - . _ ~" },
        { oa2_is_words, "lower-case words of a-z and _, with spaces between" },
    };
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].is == is) return rows[i].text;
    return "printable ASCII characters";
}
