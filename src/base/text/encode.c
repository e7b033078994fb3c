/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.c - base64url, base64, percent-encoding, UTF-8, HTML.
 *
 * RFC 4648 sections 4 and 5, RFC 3986 section 2, RFC 6749 appendix B, RFC
 * 3629.  APR's own decoders are not used: they take both alphabets, padding
 * or none, and stop at the first byte they do not know, so that many texts
 * would stand for one secret.
 */
#include "base/text/encode.h"

#include <string.h>

#include <apr_strings.h>

static const char b64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char upper_hex[] = "0123456789ABCDEF";

char *oa2_b64url_encode(apr_pool_t *pool, const void *data, apr_size_t len)
{
    const unsigned char *in = data;
    char *text = apr_palloc(pool, len / 3 * 4 + 5);
    char *out = text;

    for (; len >= 3; len -= 3, in += 3) {
        *out++ = b64url_digits[in[0] >> 2];
        *out++ = b64url_digits[(in[0] & 3) << 4 | in[1] >> 4];
        *out++ = b64url_digits[(in[1] & 15) << 2 | in[2] >> 6];
        *out++ = b64url_digits[in[2] & 63];
    }
    if (len > 0) {
        *out++ = b64url_digits[in[0] >> 2];
        if (len == 1) {
            *out++ = b64url_digits[(in[0] & 3) << 4];
        }
        else {
            *out++ = b64url_digits[(in[0] & 3) << 4 | in[1] >> 4];
            *out++ = b64url_digits[(in[1] & 15) << 2];
        }
    }
    *out = '\0';
    return text;
}

/* The value of a digit, -1 for none.  c62 and c63 tell the alphabets apart. */
static int b64_value(unsigned char c, char c62, char c63)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == (unsigned char)c62)
        return 62;
    if (c == (unsigned char)c63)
        return 63;
    return -1;
}

/* digits: how many of text, the padding not counted. */
static unsigned char *b64_decode(apr_size_t *len, const char *text,
                                 apr_size_t digits, char c62, char c63,
                                 apr_pool_t *pool)
{
    unsigned char *data;
    unsigned char *out;
    unsigned int bits = 0;
    unsigned int held = 0;
    apr_size_t i;

    /* six bits cannot make a byte */
    if (digits % 4 == 1)
        return NULL;
    data = out = apr_palloc(pool, digits / 4 * 3 + 3);
    for (i = 0; i < digits; i++) {
        int value = b64_value((unsigned char)text[i], c62, c63);

        if (value < 0)
            return NULL;
        bits = bits << 6 | (unsigned int)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            *out++ = (unsigned char)(bits >> held);
            bits &= (1u << held) - 1;
        }
    }
    /* RFC 4648 section 3.5: "pad bits MUST be set to zero" */
    if (bits)
        return NULL;
    *out = '\0';
    *len = (apr_size_t)(out - data);
    return data;
}

unsigned char *oa2_b64url_decode(apr_size_t *len, const char *text,
                                 apr_pool_t *pool)
{
    return b64_decode(len, text, strlen(text), '-', '_', pool);
}

unsigned char *oa2_b64_decode(apr_size_t *len, const char *text,
                              apr_pool_t *pool)
{
    apr_size_t digits = strlen(text);
    int padding = 0;

    if (digits % 4 != 0)
        return NULL;
    while (padding < 2 && digits > 0 && text[digits - 1] == '=') {
        padding++;
        digits--;
    }
    return b64_decode(len, text, digits, '+', '/', pool);
}

static int is_unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || c == '-' || c == '.' || c == '_' || c == '~';
}

char *oa2_url_encode(apr_pool_t *pool, const char *text)
{
    char *encoded = apr_palloc(pool, strlen(text) * 3 + 1);
    char *out = encoded;

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (is_unreserved(c)) {
            *out++ = *text;
        }
        else {
            *out++ = '%';
            *out++ = upper_hex[c >> 4];
            *out++ = upper_hex[c & 15];
        }
    }
    *out = '\0';
    return encoded;
}

/* RFC 3986 section 3.4, without what parts the pairs of a form. */
static int may_stand_in_form(unsigned char c)
{
    return is_unreserved(c) || (c && strchr("!$'()*,;:@/?", c));
}

char *oa2_form_encode(apr_pool_t *pool, const char *text)
{
    char *encoded = apr_palloc(pool, strlen(text) * 3 + 1);
    char *out = encoded;

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == ' ') {
            *out++ = '+';
        }
        else if (may_stand_in_form(c)) {
            *out++ = *text;
        }
        else {
            *out++ = '%';
            *out++ = upper_hex[c >> 4];
            *out++ = upper_hex[c & 15];
        }
    }
    *out = '\0';
    return encoded;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* *problem is set when NULL is returned. */
static char *form_decode(const char **problem, const char *text,
                         apr_size_t len, apr_pool_t *pool)
{
    char *decoded = apr_palloc(pool, len + 1);
    char *out = decoded;
    apr_size_t i;

    for (i = 0; i < len; i++) {
        char c = text[i];

        if (c == '+') {
            c = ' ';
        }
        else if (c == '%') {
            int high = len - i > 2 ? hex_value(text[i + 1]) : -1;
            int low = len - i > 2 ? hex_value(text[i + 2]) : -1;

            if (high < 0 || low < 0) {
                *problem = "has a % that two hexadecimal digits do not follow";
                return NULL;
            }
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0') {
            *problem = "holds a NUL character";
            return NULL;
        }
        *out++ = c;
    }
    *out = '\0';
    /* RFC 6749 appendix B: names and values are UTF-8 before they are
       encoded */
    if (oa2_utf8_is_valid(decoded, (apr_size_t)(out - decoded)))
        return decoded;
    *problem = "is not encoded in UTF-8";
    return NULL;
}

char *oa2_form_decode(const char *text, apr_size_t len, apr_pool_t *pool)
{
    const char *problem;

    return form_decode(&problem, text, len, pool);
}

const char *oa2_form_problem(const char *text, apr_size_t len,
                             apr_pool_t *pool)
{
    const char *problem;

    return form_decode(&problem, text, len, pool) ? NULL : problem;
}

/* How many bytes the sequence at s takes; 0 when it is not one. */
static apr_size_t utf8_sequence(const unsigned char *s, apr_size_t len)
{
    /* RFC 3629 section 4: the second byte carries the limits that keep out
       long forms, surrogates and what is above U+10FFFF */
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    apr_size_t need;
    apr_size_t i;

    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xc2 && s[0] <= 0xdf)
        need = 2;
    else if (s[0] >= 0xe0 && s[0] <= 0xef)
        need = 3;
    else if (s[0] >= 0xf0 && s[0] <= 0xf4)
        need = 4;
    else
        return 0;
    if (len < need)
        return 0;
    if (s[0] == 0xe0)
        low = 0xa0;
    else if (s[0] == 0xed)
        high = 0x9f;
    else if (s[0] == 0xf0)
        low = 0x90;
    else if (s[0] == 0xf4)
        high = 0x8f;
    if (s[1] < low || s[1] > high)
        return 0;
    for (i = 2; i < need; i++) {
        if (s[i] < 0x80 || s[i] > 0xbf)
            return 0;
    }
    return need;
}

int oa2_utf8_is_valid(const char *text, apr_size_t len)
{
    const unsigned char *s = (const unsigned char *)text;

    while (len > 0) {
        apr_size_t took = utf8_sequence(s, len);

        if (!took)
            return 0;
        s += took;
        len -= took;
    }
    return 1;
}

char *oa2_quote(const char *text, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, 2 * strlen(text) + 3);
    char *to = out;

    *to++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *to++ = '\\';
        *to++ = (unsigned char)*text < ' ' || *text == 127 ? ' ' : *text;
    }
    *to++ = '"';
    *to = '\0';
    return out;
}
