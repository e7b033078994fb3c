/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry.c - see entry.h
 *
 * Whether a path is protected is known only after modules have run that copy
 * headers: SetEnvIf, RequestHeader early, RewriteRule's E=.  So what has to
 * go is told by what it is, not by where it goes: a token of ours has one of
 * our prefixes, and other bearer tokens are not ours to take.
 */
#include "httpd/serve/entry.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_main.h>

#include "base/text/encode.h"
#include "domain/person/browser.h"
#include "domain/person/ticket.h"
#include "domain/token.h"
#include "httpd/request.h"

/* 1 when some server of this process has an issuer. */
static int is_active(void)
{
    const oa2_server_t *conf = oa2_conf_server(ap_server_conf);

    return conf && conf->dbs != NULL;
}

static request_rec *outer(const request_rec *r)
{
    return r->prev ? r->prev : r->main;
}

/* That of the first request. */
static const oa2_phase_t *find_record(const request_rec *r)
{
    while (outer(r))
        r = outer(r);
    return oa2_phase_find(r);
}

static oa2_phase_t *record_of(request_rec *r)
{
    while (outer(r))
        r = outer(r);
    return oa2_phase_of(r);
}

/* ------------------------------------------------------------ headers */

/* "OAuth2-User", and what a back end may take for it: CGI turns "-" into "_",
   others turn more than that. */
static int is_ours(const char *name)
{
    return (name[0] == 'O' || name[0] == 'o')
        && strncasecmp(name, OA2_HEADER_PREFIX,
                       sizeof(OA2_HEADER_PREFIX) - 1) == 0
        && !apr_isalnum(name[sizeof(OA2_HEADER_PREFIX) - 1]);
}

static int begins_with_key(const char *text)
{
    return strncmp(text, OA2_APIKEY_PREFIX, sizeof(OA2_APIKEY_PREFIX) - 1)
        == 0;
}

/* An API key of ours: whatever the header is called, it is not for an
   application.  We obey one name only. */
static int take_key_header(oa2_phase_t *record, const char *name,
                           const char *value)
{
    /* Most headers are done with at their first letters. */
    int is_key = (name[0] == 'X' || name[0] == 'x')
        && strcasecmp(name, OA2_APIKEY_HEADER) == 0;

    if (!is_key && (value[0] != 'o' || !begins_with_key(value)))
        return 0;
    if (is_key && !oa2_apikey_in(value)) return 0;
    if (is_key && record->key.name)
        record->key.is_several = 1;
    if (is_key && !record->key.text)
        record->key.text = value;
    return 1;
}

static void scrub_headers(apr_table_t *headers, oa2_phase_t *record)
{
    const apr_array_header_t *all = apr_table_elts(headers);
    int i = 0;

    while (i < all->nelts) {
        const apr_table_entry_t *one =
            &APR_ARRAY_IDX(all, i, apr_table_entry_t);
        const char *name = one->key;

        if (is_ours(name) || take_key_header(record, name, one->val)) {
            /* All of that name, wherever they are: what is behind moves up,
               so i stays. */
            apr_table_unset(headers, name);
        }
        else {
            i++;
        }
    }
}

/* RFC 9110 section 7.6.1: what Connection names is for one hop only, and a
   proxy drops it.  A client must not have our headers dropped. */
static void scrub_connection(request_rec *r)
{
    const char *left = apr_table_get(r->headers_in, "Connection");
    const char *kept = "";
    const char *word;

    if (!left || !ap_strcasestr(left, OA2_HEADER_PREFIX)) return;
    while (*left && (word = ap_get_token(r->pool, &left, 0)) != NULL) {
        if (*word && !is_ours(word)) {
            kept = apr_pstrcat(r->pool, kept, *kept ? ", " : "", word, NULL);
        }
        left += strspn(left, ";, \t");
        if (!*word && !*left) break;
    }
    apr_table_setn(r->headers_in, "Connection", kept);
}

/* ------------------------------------------------------------ token */

/* RFC 9110 section 11.2, token68, but for the "=" at its end. */
static int is_inside_word(char c)
{
    return apr_isalnum(c) || (c && strchr("-._~+/", c));
}

/*
 * Where a token or key of ours begins in it; NULL: nowhere.  Refresh tokens and
 * codes have no business there, but are as good as what they give.  In the
 * middle of a word any prefix stands by chance: a JWT is long.
 */
static const char *find_token(const char *text)
{
    static const char *const prefixes[] = {
        OA2_ACCESS_PREFIX, OA2_REFRESH_PREFIX, OA2_CODE_PREFIX,
        OA2_APIKEY_PREFIX, NULL };
    const char *at;
    int i;

    /* What all have, and base64 has not: the quick way for Basic. */
    if (!text || !strchr(text, '_')) return NULL;
    for (at = text; (at = strstr(at, "oa2")) != NULL; at++) {
        for (i = 0; prefixes[i]; i++) {
            if (strncmp(at, prefixes[i], strlen(prefixes[i])) == 0
                && (at == text || !is_inside_word(at[-1]))) {
                return at;
            }
        }
    }
    return NULL;
}

/*
 * Of what is no base64, or would be more than one, an application that decodes
 * less strictly makes something all the same: each run of whole groups counts.
 */
static int has_key_inside(const char *text, apr_pool_t *pool)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        "abcdefghijklmnopqrstuvwxyz0123456789+/";

    while (*text) {
        apr_size_t run = strspn(text, digits);
        apr_size_t len;
        char *data = (char *)oa2_b64_decode(
            &len, apr_pstrmemdup(pool, text, run / 4 * 4), pool);
        apr_size_t i;

        for (i = 0; data && i < len; i++) {
            if (!data[i])
                data[i] = ' ';
        }
        if (oa2_apikey_in(data)) return 1;
        text += run + (text[run] != '\0');
    }
    return 0;
}

/* RFC 7617 section 2: "user-id:password", a key being the password, or where
   programs put what is their only secret. */
static void take_basic_key(request_rec *r, oa2_phase_t *record,
                           const char *header)
{
    static const char scheme[] = "Basic";
    apr_size_t len;
    char *pair;
    char *colon;

    if (strncasecmp(header, scheme, sizeof(scheme) - 1) != 0) return;
    header += sizeof(scheme) - 1;
    header += strspn(header, " \t");
    pair = (char *)oa2_b64_decode(&len, header, r->pool);
    if (!pair || strlen(pair) != len) {
        if (!has_key_inside(header, r->pool)) return;
        /* It is none that is good: no key is so. */
        pair = apr_pstrdup(r->pool, OA2_APIKEY_PREFIX);
    }
    colon = strchr(pair, ':');
    if (!(colon && begins_with_key(colon + 1)) && !oa2_apikey_in(pair)) return;
    apr_table_unset(r->headers_in, "Authorization");
    if (colon)
        *colon++ = '\0';
    if (record->key.text) {
        record->key.is_several = 1;
        return;
    }
    /* A key as the name is none: nobody is called so. */
    record->key.name = pair;
    record->key.text = colon ? colon : "";
}

static void take_token(request_rec *r, oa2_phase_t *record)
{
    const char *header = apr_table_get(r->headers_in, "Authorization");

    if (find_token(header)) {
        if (!record->authorization)
            record->authorization = header;
        apr_table_unset(r->headers_in, "Authorization");
    }
    else if (header) {
        take_basic_key(r, record, header);
    }
}

/* mod_cache looks for the Authorization header to tell what is private.  A
   redirect inside httpd renames the environment. */
static void leave_uncached(request_rec *r, const oa2_phase_t *record)
{
    if (record->authorization || record->key.text) {
        apr_table_setn(r->subprocess_env, "no-cache", "1");
    }
}

/* What was made of a token that an outer request got back: whatever somebody
   has put before it, by now. */
static void scrub_env(request_rec *r, const char *header)
{
    const char *at = find_token(header);
    const char *end = at;
    const char *token;
    const apr_array_header_t *all = apr_table_elts(r->subprocess_env);
    int i = 0;

    if (!at) return;
    while (is_inside_word(*end))
        end++;
    token = apr_pstrmemdup(r->pool, at, (apr_size_t)(end - at));
    while (i < all->nelts) {
        apr_table_entry_t *one = &APR_ARRAY_IDX(all, i, apr_table_entry_t);

        if (strstr(one->val, token) || find_token(one->val)) {
            apr_table_unset(r->subprocess_env, one->key);
        }
        else {
            i++;
        }
    }
}

/* ------------------------------------------------------------ cookies */

static int is_our_cookie(const char *at, const char *end)
{
    static const char host[] = "__Host-";
    const char *equals;

    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    equals = memchr(at, '=', (apr_size_t)(end - at));
    if (!equals) return 0;
    if ((apr_size_t)(equals - at) >= sizeof(host)
        && strncmp(at, host, sizeof(host) - 1) == 0) {
        at += sizeof(host) - 1;
    }
    return oa2_browser_is_cookie(at, (apr_size_t)(equals - at));
}

/* The application's own cookies stay as they are. */
static void take_cookies(request_rec *r, oa2_phase_t *record)
{
    const char *all = apr_table_get(r->headers_in, "Cookie");
    const char *at = all;
    char parted = ';';
    char *out;
    char *to;

    if (!at || !strstr(at, "oauth2_")) return;
    out = to = apr_palloc(r->pool, strlen(at) + 1);
    while (*at) {
        /* httpd joins two fields by a comma, and applications part them there;
           whatever may be read as one of ours goes. */
        const char *end = at + strcspn(at, ";,");

        if (!is_our_cookie(at, end)) {
            while (to == out && at < end && *at == ' ')
                at++;
            if (to != out)
                *to++ = parted;
            memcpy(to, at, (apr_size_t)(end - at));
            to += end - at;
        }
        parted = *end;
        at = *end ? end + 1 : end;
    }
    *to = '\0';
    if (strcmp(out, all) == 0) return;
    if (!record->cookie)
        record->cookie = all;
    if (to == out) {
        apr_table_unset(r->headers_in, "Cookie");
    }
    else {
        apr_table_setn(r->headers_in, "Cookie", out);
    }
}

/* ------------------------------------------------------------ tickets */

/* Each one in it, as it would be written: dots. */
static void blacken(char *text, const char *prefix)
{
    char *at = text ? strstr(text, prefix) : NULL;

    for (; at; at = strstr(at, prefix)) {
        at += strlen(prefix);
        while (apr_isalnum(*at) || *at == '-' || *at == '_')
            *at++ = '.';
    }
}

/* The query of a link that sets a password is good as the password: what
   logs, mod_log_forensic too, and environments get is this. */
static void blacken_all(request_rec *r, const char *prefix)
{
    blacken(r->args, prefix);
    blacken(r->the_request, prefix);
    blacken(r->unparsed_uri, prefix);
    blacken(r->parsed_uri.query, prefix);
}

static void take_ticket(request_rec *r, oa2_phase_t *record)
{
    char *at = r->args ? strstr(r->args, OA2_TICKET_PREFIX) : NULL;

    if (!at) return;
    if (!record->ticket) {
        record->ticket = apr_pstrmemdup(r->pool, at, strcspn(at, "&;#"));
    }
    blacken_all(r, OA2_TICKET_PREFIX);
}

/* Nobody asks for a key there; whoever sends one has given it away. */
static void take_key_query(request_rec *r)
{
    if (r->args && strstr(r->args, OA2_APIKEY_PREFIX))
        blacken_all(r, OA2_APIKEY_PREFIX);
}

/* ------------------------------------------------------------ hooks */

/* The record is the first request's: what an inner one has besides was put
   there on the way. */
static void scrub(request_rec *r)
{
    oa2_phase_t *record = record_of(r);

    take_token(r, record);
    take_cookies(r, record);
    take_ticket(r, record);
    take_key_query(r);
    scrub_headers(r->headers_in, record);
    leave_uncached(r, record);
    if (record->is_given)
        scrub_env(r, record->authorization);
}

int oa2_entry_take(request_rec *r)
{
    if (!is_active()) return DECLINED;
    scrub(r);
    if (!r->prev)
        scrub_connection(r);
    return DECLINED;
}

static void give_token(request_rec *r, oa2_phase_t *record)
{
    apr_table_setn(r->headers_in, "Authorization", record->authorization);
    /* CGI and FastCGI would not get the header. */
    apr_table_setn(r->subprocess_env, "HTTP_AUTHORIZATION",
                   record->authorization);
    record->is_given = 1;
}

int oa2_entry_give(request_rec *r)
{
    const oa2_dir_t *dir = oa2_conf_dir(r);
    oa2_phase_t *record;

    if (!is_active()) return DECLINED;
    record = record_of(r);
    /* httpd copied the outer request's headers for a sub-request. */
    if (r->main)
        scrub(r);
    /* An endpoint reads the record. */
    if (oa2_request_is_claimed(r)) return DECLINED;
    if (dir->pass_token == 1 && record->authorization
        && !oa2_apikey_in(record->authorization))
        give_token(r, record);
    if (dir->pass_cookies == 1 && record->cookie) {
        apr_table_setn(r->headers_in, "Cookie", record->cookie);
    }
    return DECLINED;
}

const char *oa2_entry_authorization(const request_rec *r)
{
    const oa2_phase_t *record = find_record(r);

    return record && record->authorization
        ? record->authorization
        : apr_table_get(r->headers_in, "Authorization");
}

const char *oa2_entry_cookie(const request_rec *r)
{
    const oa2_phase_t *record = find_record(r);

    return record && record->cookie ? record->cookie
                                    : apr_table_get(r->headers_in, "Cookie");
}

const oa2_apikey_sent_t *oa2_entry_key(const request_rec *r)
{
    const oa2_phase_t *record = find_record(r);

    return record && record->key.text ? &record->key : NULL;
}

const char *oa2_entry_ticket(const request_rec *r)
{
    const oa2_phase_t *record = find_record(r);

    return record ? record->ticket : NULL;
}
