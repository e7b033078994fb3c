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

/* The value of a digit, by its code.  Each alphabet has its own, RFC 4648
   sections 4 and 5. */
#define NO 128
typedef unsigned char digits_t[256];
static const digits_t b64_values = {
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO, NO, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO,
    NO,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, NO,
    NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO
};
static const digits_t b64url_values = {
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO,
    NO,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, 63,
    NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO
};

/* What is left behind groups of four: two digits are a byte, three are two. */
static unsigned char *decode_rest(unsigned char *out,
                                  const unsigned char *in, apr_size_t digits,
                                  const digits_t values)
{
    unsigned int a = values[in[0]];
    unsigned int b = values[in[1]];
    unsigned int c = digits == 3 ? values[in[2]] : 0;

    /* RFC 4648 section 3.5: "pad bits MUST be set to zero" */
    if (((a | b | c) & NO) || (digits == 3 ? c & 3 : b & 15))
        return NULL;
    *out++ = (unsigned char)(a << 2 | b >> 4);
    if (digits == 3)
        *out++ = (unsigned char)(b << 4 | c >> 2);
    return out;
}

/* digits: how many of text, the padding not counted.  Basic brings a name and
   a password with every request, so it is by groups. */
static unsigned char *b64_decode(apr_size_t *len, const char *text,
                                 apr_size_t digits, const digits_t values,
                                 apr_pool_t *pool)
{
    const unsigned char *in = (const unsigned char *)text;
    unsigned char *data;
    unsigned char *out;

    /* six bits cannot make a byte */
    if (digits % 4 == 1)
        return NULL;
    data = out = apr_palloc(pool, digits / 4 * 3 + 3);
    for (; digits >= 4; digits -= 4, in += 4) {
        unsigned int a = values[in[0]];
        unsigned int b = values[in[1]];
        unsigned int c = values[in[2]];
        unsigned int d = values[in[3]];

        if ((a | b | c | d) & NO)
            return NULL;
        *out++ = (unsigned char)(a << 2 | b >> 4);
        *out++ = (unsigned char)(b << 4 | c >> 2);
        *out++ = (unsigned char)(c << 6 | d);
    }
    if (digits && !(out = decode_rest(out, in, digits, values)))
        return NULL;
    *out = '\0';
    *len = (apr_size_t)(out - data);
    return data;
}

unsigned char *oa2_b64url_decode(apr_size_t *len, const char *text,
                                 apr_pool_t *pool)
{
    return b64_decode(len, text, strlen(text), b64url_values, pool);
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
    return b64_decode(len, text, digits, b64_values, pool);
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
