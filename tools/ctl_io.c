/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_io.c - what oauth2ctl prints and reads.
 *
 * Secrets are read from the terminal without echo, or from standard input;
 * never from the command line, which other users can see.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <apr_strings.h>

#include "base/text/encode.h"
#include "ctl.h"

#define LINE_MAX_BYTES 8192
#define PAGE 200

/* ------------------------------------------------------------ output */

/* Characters that move the cursor, or change what the reader believes to
   see: C0, DEL, C1, and Unicode's invisible direction marks. */
static int is_control(unsigned long c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c
        || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e)
        || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

/* The character at s, which is valid UTF-8; *len: its bytes. */
static unsigned long utf8_at(const unsigned char *s, apr_size_t *len)
{
    unsigned long c = *s;
    apr_size_t i;

    *len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (*len > 1)
        c &= 0x7fUL >> *len;
    for (i = 1; i < *len; i++)
        c = c << 6 | (s[i] & 0x3fUL);
    return c;
}

const char *ctl_visible(const char *text, apr_pool_t *pool)
{
    const unsigned char *s = (const unsigned char *)text;
    int valid = oa2_utf8_is_valid(text, strlen(text));
    /* One byte becomes at most 8 ("\u{85}" is two bytes), a NUL behind. */
    char *out = apr_palloc(pool, strlen(text) * 8 + 1), *to = out;

    while (*s) {
        apr_size_t len = 1;
        unsigned long c = valid ? utf8_at(s, &len) : *s;

        if (!valid && c >= 0x80)
            to += apr_snprintf(to, 8, "\\x%02lx", c);
        else if (!is_control(c)) {
            memcpy(to, s, len);
            to += len;
        }
        else
            to += apr_snprintf(to, 12, c < 0x80 ? "\\x%02lx" : "\\u{%lx}", c);
        s += len;
    }
    *to = '\0';
    return out;
}

void ctl_say(const ctl_t *ctl, const char *format, ...)
{
    apr_pool_t *line;
    va_list args;

    if (ctl_has(ctl, "json")) return;
    va_start(args, format);
    /* Of its own pool: a list may have very many lines. */
    apr_pool_create(&line, ctl->pool);
    puts(ctl_visible(apr_pvsprintf(line, format, args), line));
    apr_pool_destroy(line);
    va_end(args);
}

void ctl_warn(const ctl_t *ctl, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fflush(stdout);
    fprintf(stderr, "oauth2ctl: warning: %s\n",
            ctl_visible(apr_pvsprintf(ctl->pool, format, args), ctl->pool));
    va_end(args);
}

void ctl_field(const ctl_t *ctl, const char *label, const char *value)
{
    ctl_say(ctl, "%-18s %s", label, value && *value ? value : "-");
}

const char *ctl_cell(const char *text, int width, apr_pool_t *pool)
{
    const char *shown = ctl_visible(text && *text ? text : "-", pool);
    const char *s;

    /* Bytes that continue a character take no room. */
    for (s = shown; *s; s++)
        if (((unsigned char)*s & 0xc0) != 0x80)
            width--;
    return apr_psprintf(pool, "%s%*s", shown, width > 0 ? width : 0, "");
}

void ctl_json(const ctl_t *ctl, const cJSON *json)
{
    if (ctl_has(ctl, "json"))
        puts(oa2_json_text(json, ctl->pool));
}

void ctl_list_begin(ctl_list_t *list, const ctl_t *ctl, const char *header)
{
    list->ctl = ctl;
    list->count = 0;
    puts(ctl_has(ctl, "json") ? "[" : header);
}

void ctl_list_json(ctl_list_t *list, const cJSON *item, apr_pool_t *pool)
{
    printf("%s%s", list->count++ ? ",\n" : "", oa2_json_text(item, pool));
}

void ctl_list_end(const ctl_list_t *list)
{
    if (ctl_has(list->ctl, "json"))
        puts(list->count ? "\n]" : "]");
}

oa2_err_t *ctl_list(ctl_t *ctl, const char *header, ctl_fetch_fn *fetch,
                    ctl_row_fn *row)
{
    oa2_ctx_t ctx = ctl->ctx;
    apr_array_header_t *page;
    apr_pool_t *pool, *next, *done;
    const char *after = NULL;
    ctl_list_t list;
    int i;

    /* Two pools in turn: `after` lives in the page before. */
    apr_pool_create(&pool, ctl->pool);
    apr_pool_create(&next, ctl->pool);
    do {
        ctx.pool = pool;
        OA2_TRY(fetch(&page, &ctx, after, PAGE));
        if (!after)
            ctl_list_begin(&list, ctl, header);
        for (i = 0; i < page->nelts; i++)
            after = row(&list, APR_ARRAY_IDX(page, i, const void *), pool);
        done = next;
        next = pool;
        pool = done;
        apr_pool_clear(pool);
    } while (page->nelts == PAGE);
    ctl_list_end(&list);
    return NULL;
}

/* ------------------------------------------------------------ input */

/*
 * Reads until the end, or to the first line break when `line`; *len: bytes
 * without it.  Byte by byte, so that nothing behind the line is taken.
 */
static oa2_err_t *slurp(char *buf, apr_size_t *len, const ctl_t *ctl,
                        int line)
{
    *len = 0;
    for (;;) {
        char c;
        ssize_t n = read(STDIN_FILENO, &c, 1);

        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return ctl_fail(ctl, &ctl_failed,
                            "could not read standard input: %s",
                            strerror(errno));
        if (n == 0 || (line && c == '\n')) return NULL;
        if (*len >= LINE_MAX_BYTES)
            return ctl_fail(ctl, &ctl_usage, "the input is longer than %d "
                            "bytes", LINE_MAX_BYTES);
        buf[(*len)++] = c;
    }
}

static oa2_err_t *check_line(const char **out, const ctl_t *ctl,
                             char *buf, apr_size_t len, const char *what)
{
    if (len && buf[len - 1] == '\n')
        len--;
    if (len && buf[len - 1] == '\r')
        len--;
    if (memchr(buf, '\n', len))
        return ctl_fail(ctl, &ctl_usage, "%s has to be one line", what);
    if (memchr(buf, '\0', len) || !oa2_utf8_is_valid(buf, len))
        return ctl_fail(ctl, &ctl_usage, "%s is not UTF-8 text", what);
    if (!len)
        return ctl_fail(ctl, &ctl_usage, "%s is empty", what);
    *out = apr_pstrmemdup(ctl->pool, buf, len);
    return NULL;
}

oa2_err_t *ctl_read_line(const char **out, const ctl_t *ctl,
                         const char *what)
{
    char *buf = apr_palloc(ctl->pool, LINE_MAX_BYTES);
    apr_size_t len;

    OA2_TRY(slurp(buf, &len, ctl, 0));
    return check_line(out, ctl, buf, len, what);
}

/*
 * Waits for a line.  The signals that would leave the terminal without echo
 * are blocked meanwhile: 1 when one of them came.
 */
static int interrupted(const sigset_t *blocked)
{
    static const int numbers[] = {
        SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, 0 };
    struct pollfd wait = { STDIN_FILENO, POLLIN, 0 };
    sigset_t pending;
    int i;

    for (;;) {
        int ready = poll(&wait, 1, 100);

        sigpending(&pending);
        for (i = 0; numbers[i]; i++)
            if (sigismember(&pending, numbers[i])
                && sigismember(blocked, numbers[i]))
                return 1;
        if (ready) return 0;
    }
}

/* 1 when a signal came instead of a line. */
static int hidden_line(oa2_err_t **err, char *buf, apr_size_t *len,
                       const ctl_t *ctl, const char *prompt)
{
    struct termios before, hidden;
    sigset_t block, old;
    int came;

    sigemptyset(&block);
    sigaddset(&block, SIGHUP);
    sigaddset(&block, SIGINT);
    sigaddset(&block, SIGQUIT);
    sigaddset(&block, SIGTERM);
    sigaddset(&block, SIGTSTP);
    sigprocmask(SIG_BLOCK, &block, &old);
    tcgetattr(STDIN_FILENO, &before);
    hidden = before;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    hidden.c_lflag |= ICANON | ISIG;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    fputs(ctl_visible(prompt, ctl->pool), stderr);
    came = interrupted(&block);
    if (!came)
        *err = slurp(buf, len, ctl, 1);
    fputc('\n', stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    /* Now the signal does what it does; after SIGTSTP it goes on here. */
    sigprocmask(SIG_SETMASK, &old, NULL);
    return came;
}

oa2_err_t *ctl_read_hidden(const char **out, const ctl_t *ctl,
                           const char *prompt)
{
    char *buf = apr_palloc(ctl->pool, LINE_MAX_BYTES);
    apr_size_t len = 0;
    oa2_err_t *err = NULL;

    if (!isatty(STDIN_FILENO))
        return ctl_fail(ctl, &ctl_usage, "standard input is no terminal to "
                        "ask on: see oauth2ctl help %s", ctl->command->name);
    while (hidden_line(&err, buf, &len, ctl, prompt))
        ;
    if (err) return err;
    return check_line(out, ctl, buf, len, "the input");
}

oa2_err_t *ctl_read_secret(const char **out, const ctl_t *ctl,
                           const char *what)
{
    if (isatty(STDIN_FILENO))
        return ctl_read_hidden(out, ctl,
                               apr_pstrcat(ctl->pool, what, ": ", NULL));
    return ctl_read_line(out, ctl, what);
}

oa2_err_t *ctl_confirm(const ctl_t *ctl, const char *question)
{
    char *buf = apr_palloc(ctl->pool, LINE_MAX_BYTES);
    apr_size_t len;

    if (ctl_has(ctl, "yes")) return NULL;
    if (!isatty(STDIN_FILENO))
        return ctl_fail(ctl, &ctl_usage, "standard input is no terminal to "
                        "ask on: add --yes");
    fprintf(stderr, "%s [y/N] ", ctl_visible(question, ctl->pool));
    OA2_TRY(slurp(buf, &len, ctl, 1));
    if (len && (*buf == 'y' || *buf == 'Y')) return NULL;
    return ctl_fail(ctl, &ctl_failed, "nothing was done");
}
