/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture_proxy.c - a door to PostgreSQL that a test can hold shut.
 *
 * One thread with poll(); its orders come over a pipe, a letter each, and are
 * answered when obeyed.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "unit/fixture_proxy.h"
#include "unit/unit.h"

#define PAIRS 60

struct fixture_proxy_t {
    const char *params;
    const char *host;                   /* the server's; a folder: a socket */
    int port;
    int listener;
    int orders[2];
    int answers[2];
    int fds[2 * PAIRS];                 /* client, server, client, … or -1 */
    int frozen;
    int muted;                          /* a pair; -1: none */
    int losing;                         /* the next answer */
    int refusing;                       /* new connections */
    pthread_t thread;
};

static int server_connect(const fixture_proxy_t *proxy)
{
    struct sockaddr_un path = { .sun_family = AF_UNIX };
    struct sockaddr_in address = { .sin_family = AF_INET };
    int is_path = *proxy->host == '/';
    int fd = socket(is_path ? AF_UNIX : AF_INET, SOCK_STREAM, 0);

    snprintf(path.sun_path, sizeof(path.sun_path), "%s/.s.PGSQL.%d",
             proxy->host, proxy->port);
    address.sin_port = htons((unsigned short)proxy->port);
    inet_pton(AF_INET, proxy->host, &address.sin_addr);
    if (connect(fd, is_path ? (void *)&path : (void *)&address,
                is_path ? sizeof(path) : sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

static void pair_end(fixture_proxy_t *proxy, int i)
{
    int first = i & ~1;

    close(proxy->fds[first]);
    close(proxy->fds[first + 1]);
    proxy->fds[first] = proxy->fds[first + 1] = -1;
}

static void pair_begin(fixture_proxy_t *proxy)
{
    int client = accept(proxy->listener, NULL, NULL);
    int server = proxy->refusing ? -1 : server_connect(proxy);
    int i = 0;

    while (i < 2 * PAIRS && proxy->fds[i] >= 0)
        i += 2;
    if (client < 0 || server < 0 || i == 2 * PAIRS) {
        close(client);
        close(server);
        return;
    }
    proxy->fds[i] = client;
    proxy->fds[i + 1] = server;
}

static void bytes_move(fixture_proxy_t *proxy, int i)
{
    char buf[8192];
    ssize_t len = read(proxy->fds[i], buf, sizeof(buf));
    int lost = proxy->losing && i % 2;

    if (lost)
        proxy->losing = 0;
    if (len <= 0 || lost
        || send(proxy->fds[i ^ 1], buf, (size_t)len, MSG_NOSIGNAL) != len)
        pair_end(proxy, i);
}

/* f freeze, t thaw, m mute, l lose, r refuse, a accept, c cut, e end */
static void order_obey(fixture_proxy_t *proxy, char order)
{
    int i;

    if (order == 'f' || order == 't')
        proxy->frozen = order == 'f';
    if (order == 'l')
        proxy->losing = 1;
    if (order == 'r' || order == 'a')
        proxy->refusing = order == 'r';
    for (i = 0; order == 'm' && i < PAIRS; i++) {
        if (proxy->fds[2 * i] >= 0) {
            proxy->muted = i;
            return;
        }
    }
    if (order == 'c' || order == 'e')
        proxy->muted = -1;
    for (i = 0; (order == 'c' || order == 'e') && i < PAIRS; i++)
        if (proxy->fds[2 * i] >= 0)
            pair_end(proxy, 2 * i);
}

static int fd_of(const fixture_proxy_t *proxy, int i)
{
    return proxy->frozen || i / 2 == proxy->muted ? -1 : proxy->fds[i];
}

static void *proxy_main(void *baton)
{
    fixture_proxy_t *proxy = baton;
    struct pollfd wait[2 + 2 * PAIRS];
    char order;
    int i;

    proxy->muted = -1;
    for (;;) {
        wait[0] = (struct pollfd){ proxy->orders[0], POLLIN, 0 };
        wait[1] = (struct pollfd){ proxy->frozen ? -1 : proxy->listener,
                                   POLLIN, 0 };
        for (i = 0; i < 2 * PAIRS; i++)
            wait[2 + i] = (struct pollfd){ fd_of(proxy, i), POLLIN, 0 };
        if (poll(wait, 2 + 2 * PAIRS, -1) <= 0)
            continue;
        if (wait[0].revents) {
            if (read(proxy->orders[0], &order, 1) != 1)
                return NULL;
            order_obey(proxy, order);
            if (write(proxy->answers[1], &order, 1) != 1 || order == 'e')
                return NULL;
            continue;
        }
        for (i = 0; i < 2 * PAIRS; i++)
            if (wait[2 + i].revents && proxy->fds[i] >= 0)
                bytes_move(proxy, i);
        if (wait[1].revents)
            pair_begin(proxy);
    }
}

static void order_give(fixture_proxy_t *proxy, char order)
{
    char answer;

    assert_int_equal(write(proxy->orders[1], &order, 1), 1);
    assert_int_equal(read(proxy->answers[0], &answer, 1), 1);
}

fixture_proxy_t *fixture_proxy_open(const char *server, apr_pool_t *pool)
{
    fixture_proxy_t *proxy = apr_pcalloc(pool, sizeof(*proxy));
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t len = sizeof(address);
    PGconn *conn = PQconnectdb(server);
    int i;

    assert_int_equal(PQstatus(conn), CONNECTION_OK);
    proxy->host = apr_pstrdup(pool, PQhost(conn));
    if (strcmp(proxy->host, "localhost") == 0)
        proxy->host = "127.0.0.1";
    proxy->port = (int)strtol(PQport(conn), NULL, 10);
    for (i = 0; i < 2 * PAIRS; i++)
        proxy->fds[i] = -1;
    proxy->listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(proxy->listener, (void *)&address, len), 0);
    assert_int_equal(listen(proxy->listener, 64), 0);
    assert_int_equal(getsockname(proxy->listener, (void *)&address, &len), 0);
    assert_int_equal(pipe(proxy->orders), 0);
    assert_int_equal(pipe(proxy->answers), 0);
    proxy->params = apr_psprintf(
        pool, "host=127.0.0.1 port=%d user='%s' dbname='%s' password='%s'"
        " sslmode=disable gssencmode=disable", ntohs(address.sin_port),
        PQuser(conn), PQdb(conn), PQpass(conn));
    PQfinish(conn);
    assert_int_equal(pthread_create(&proxy->thread, NULL, proxy_main, proxy),
                     0);
    return proxy;
}

const char *fixture_proxy_params(const fixture_proxy_t *proxy)
{
    return proxy->params;
}

void fixture_proxy_freeze(fixture_proxy_t *proxy, int frozen)
{
    order_give(proxy, frozen ? 'f' : 't');
}

void fixture_proxy_mute(fixture_proxy_t *proxy)
{
    order_give(proxy, 'm');
}

void fixture_proxy_lose(fixture_proxy_t *proxy)
{
    order_give(proxy, 'l');
}

void fixture_proxy_refuse(fixture_proxy_t *proxy, int refusing)
{
    order_give(proxy, refusing ? 'r' : 'a');
}

void fixture_proxy_cut(fixture_proxy_t *proxy)
{
    order_give(proxy, 'c');
}

void fixture_proxy_close(fixture_proxy_t *proxy)
{
    int i;

    order_give(proxy, 'e');
    pthread_join(proxy->thread, NULL);
    close(proxy->listener);
    for (i = 0; i < 2; i++) {
        close(proxy->orders[i]);
        close(proxy->answers[i]);
    }
}
