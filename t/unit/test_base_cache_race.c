/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_cache_race.c - base/shm/cache, many at once, and those that die or
 * stand still at the worst moment; the last test takes OA2_SOAK seconds.
 *
 * One set and more keys than ways, so that everybody is in everybody's way.
 * The "database" is a version per key.  A record is its version, repeated,
 * and as long as the version says: a torn copy cannot look like one.
 */
#include "unit/unit.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shm/cache.h"
#include "unit/fixture_child.h"
#include "unit/fixture_clock.h"

#define CACHE_SIZE 4096             /* one set of eight */
#define ENTRY_SIZE 256
#define KEYS 10
#define WORKERS 4
#define ROUNDS 200000               /* of each of the workers */
#define DUO_ROUNDS 1000000
#define WORDS 22                    /* 176 bytes: the whole room */
#define NOW 1000
#define LATER 1000000

typedef struct {
    char memory[CACHE_SIZE];
    oa2_cache_t *cache;
    apr_uint64_t truth[KEYS];       /* what the database says */
    apr_uint64_t told[KEYS];        /* the newest version that was bumped */
    unsigned long hits;
    unsigned long torn;
    unsigned long stale;
    unsigned long done;
    apr_time_t clock;               /* theirs who are killed and stopped */
} world_t;

typedef struct {
    world_t *world;
    unsigned seed;
} worker_t;

#define GET(p) __atomic_load_n((p), __ATOMIC_SEQ_CST)
#define ADD(p, n) __atomic_add_fetch((p), (n), __ATOMIC_SEQ_CST)

static void key_of(unsigned char key[OA2_KEY_LEN], unsigned n)
{
    memset(key, 0, OA2_KEY_LEN);
    memcpy(key + 8, &n, sizeof(n));
}

static apr_uint64_t tag_of(unsigned n)
{
    char name[2] = { 0, 0 };

    name[0] = (char)('a' + n);
    return oa2_cache_tag('k', name);
}

static apr_size_t length_of(apr_uint64_t version)
{
    return 8 + version * 13 % (8 * (WORDS - 1) + 1);
}

/* The database commits, then everybody is told. */
static void change(world_t *world, unsigned n)
{
    apr_uint64_t version = ADD(&world->truth[n], 1);
    apr_uint64_t told = GET(&world->told[n]);

    oa2_cache_bump(world->cache, tag_of(n));
    do {
        if (told >= version) return;
    } while (!__atomic_compare_exchange_n(&world->told[n], &told, version, 0,
                                          __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST));
}

static void refresh(world_t *world, unsigned n)
{
    apr_uint64_t words[WORDS];
    oa2_cache_mark_t mark = oa2_cache_mark(world->cache);
    apr_uint64_t version = GET(&world->truth[n]);
    oa2_cache_entry_t entry;
    int i;

    /* now and then the answer is long under way, and others go ahead */
    if (version % 4 == 0)
        sched_yield();
    for (i = 0; i < WORDS; i++)
        words[i] = version << 8 | n;
    memset(&entry, 0, sizeof(entry));
    key_of(entry.key, n);
    entry.tags[n % OA2_CACHE_TAGS] = tag_of(n);
    entry.expires = LATER;
    entry.data = words;
    entry.len = length_of(version);
    oa2_cache_put(world->cache, &entry, mark, NOW);
}

/* 1 for a hit.  Whatever is found must be whole, and no older than what had
   been told before we looked. */
static int look(world_t *world, unsigned n)
{
    apr_uint64_t words[WORDS + 1];
    apr_uint64_t want[WORDS + 1];
    apr_size_t len = sizeof(words);
    apr_uint64_t told = GET(&world->told[n]);
    unsigned char key[OA2_KEY_LEN];
    apr_uint64_t version;
    int i;

    memset(words, 0, sizeof(words));
    key_of(key, n);
    if (!oa2_cache_find(words, &len, world->cache, key, NOW)) return 0;
    version = words[0] >> 8;
    for (i = 0; i <= WORDS; i++)
        want[i] = version << 8 | n;
    if (len != length_of(version) || memcmp(words, want, len) != 0)
        ADD(&world->torn, 1);
    else if (version < told)
        ADD(&world->stale, 1);
    ADD(&world->hits, 1);
    return 1;
}

static void step(worker_t *worker)
{
    unsigned seed = worker->seed * 1664525u + 1013904223u;
    unsigned n = (seed >> 16) % KEYS;

    worker->seed = seed;
    if ((seed >> 8) % 16 == 0)
        change(worker->world, n);
    else if (!look(worker->world, n))
        refresh(worker->world, n);
}

static void *work(void *data)
{
    int i;

    for (i = 0; i < ROUNDS; i++)
        step(data);
    return NULL;
}

static world_t *make_world(void)
{
    world_t *world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(world != MAP_FAILED);
    fixture_clock_stopped = apr_time_from_sec(NOW);
    world->cache = oa2_cache_init(world->memory, CACHE_SIZE, ENTRY_SIZE, NULL);
    assert_non_null(world->cache);
    assert_int_equal(oa2_cache_capacity(world->cache), 8);
    return world;
}

static void judge(world_t *world)
{
    assert_int_equal(world->torn, 0);
    assert_int_equal(world->stale, 0);
    /* or nothing was tried at all */
    assert_true(world->hits > ROUNDS / 10);
    munmap(world, sizeof(*world));
}

static void threads_see_nothing_torn_or_stale(void **state)
{
    world_t *world = make_world();
    pthread_t threads[WORKERS];
    worker_t workers[WORKERS];
    unsigned i;

    (void)state;
    for (i = 0; i < WORKERS; i++) {
        workers[i].world = world;
        workers[i].seed = i * 77777;
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]),
                         0);
    }
    for (i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    judge(world);
}

/* Changes one key, with pauses in which what is stale would be looked at. */
static void *change_only(void *data)
{
    worker_t *worker = data;
    unsigned seed = worker->seed;
    int i;

    for (i = 0; i < DUO_ROUNDS; i++) {
        volatile unsigned pause;

        seed = seed * 1664525u + 1013904223u;
        change(worker->world, 0);
        for (pause = (seed >> 16) % 512; pause > 0; pause--) {}
    }
    ADD(&worker->world->done, 1);
    return NULL;
}

static void *change_and_put(void *data)
{
    worker_t *worker = data;
    int i;

    for (i = 0; i < DUO_ROUNDS; i++) {
        change(worker->world, 0);
        refresh(worker->world, 0);
    }
    ADD(&worker->world->done, 1);
    return NULL;
}

/* One key, one thread that writes, and this one, which looks all the time. */
static void duo(void *(*other)(void *), int and_put)
{
    world_t *world = make_world();
    pthread_t thread;
    worker_t worker;

    worker.world = world;
    worker.seed = 1;
    assert_int_equal(pthread_create(&thread, NULL, other, &worker), 0);
    while (!GET(&world->done)) {
        if (and_put)
            refresh(world, 0);
        look(world, 0);
    }
    pthread_join(thread, NULL);
    assert_int_equal(world->torn, 0);
    assert_int_equal(world->stale, 0);
    munmap(world, sizeof(*world));
}

/* A bump that falls between any two steps of a put is seen by one of them. */
static void no_bump_slips_through_a_put(void **state)
{
    (void)state;
    duo(change_only, 1);
}

static void no_copy_is_half_of_two_records(void **state)
{
    (void)state;
    duo(change_and_put, 0);
}

static void who_fails_leaves_no_children(void **state)
{
    pid_t child = fixture_child();

    (void)state;
    if (child == 0) {
        for (;;)
            pause();
    }
    /* stopped ones do not end by themselves */
    kill(child, SIGSTOP);
    assert_int_equal(kill(child, 0), 0);
    fixture_children_end();
    assert_int_equal(kill(child, 0), -1);
}

static void processes_see_nothing_torn_or_stale(void **state)
{
    world_t *world = make_world();
    pid_t children[WORKERS];
    unsigned i;

    (void)state;
    for (i = 0; i < WORKERS; i++) {
        children[i] = fixture_child();
        if (children[i] == 0) {
            worker_t worker;

            worker.world = world;
            worker.seed = i * 99991;
            work(&worker);
            _exit(0);
        }
    }
    for (i = 0; i < WORKERS; i++)
        assert_int_equal(fixture_child_await(children[i]), 0);
    judge(world);
}

static int put_key(world_t *world, unsigned n, const void *data,
                   apr_int64_t now)
{
    oa2_cache_entry_t entry;
    char buf[ENTRY_SIZE];
    apr_size_t len = sizeof(buf);

    fixture_clock_stopped = apr_time_from_sec(now);
    memset(&entry, 0, sizeof(entry));
    key_of(entry.key, n);
    entry.expires = LATER;
    entry.data = data;
    entry.len = 170;
    oa2_cache_put(world->cache, &entry, oa2_cache_mark(world->cache), now);
    return oa2_cache_find(buf, &len, world->cache, entry.key, now)
        && len == 170 && memcmp(buf, data, len) == 0;
}

static void stay(int signal_number)
{
    (void)signal_number;
    if (write(STDOUT_FILENO, "", 0) == 0) {
        for (;;)
            pause();
    }
}

/*
 * A child that is in the middle of its entry's data and goes no further: the
 * data goes on in a page that may not be read.  With the default handler it
 * dies there, with another it stays.  Answers when it got there.
 */
static pid_t stuck_writer(world_t *world, void (*handler)(int))
{
    long page = sysconf(_SC_PAGESIZE);
    char *data = mmap(NULL, (size_t)page * 2, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct rlimit no_core = { 0, 0 };
    pid_t child;

    assert_true((void *)data != MAP_FAILED);
    assert_int_equal(mprotect(data + page, (size_t)page, PROT_NONE), 0);
    child = fixture_child();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGSEGV, handler);
        put_key(world, 1, data + page - 80, NOW);
        _exit(0);
    }
    munmap(data, (size_t)page * 2);
    return child;
}

static void wait_for_death(pid_t child, int by)
{
    int status = fixture_child_await(child);

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), by);
}

static void a_set_survives_a_writer_that_dies_in_it(void **state)
{
    world_t *world = make_world();
    char data[ENTRY_SIZE];
    char buf[ENTRY_SIZE];
    apr_size_t len = sizeof(buf);
    unsigned char key[OA2_KEY_LEN];
    unsigned i;

    (void)state;
    memset(data, 'd', sizeof(data));
    for (i = 0; i < 8; i++)
        assert_true(put_key(world, i, data, NOW));
    wait_for_death(stuck_writer(world, SIG_DFL), SIGSEGV);
    /* nothing of it can be read, and within a second nobody may take over */
    for (i = 0; i < 8; i++) {
        key_of(key, i);
        assert_false(oa2_cache_find(buf, &len, world->cache, key, NOW));
    }
    assert_false(put_key(world, 2, data, NOW));
    /* then all but the new entry is gone, and all goes on */
    assert_true(put_key(world, 2, data, NOW + 1));
    for (i = 0; i < 8; i++) {
        key_of(key, i);
        assert_int_equal(oa2_cache_find(buf, &len, world->cache, key,
                                        NOW + 1), i == 2);
    }
    for (i = 0; i < 8; i++)
        assert_true(put_key(world, i, data, NOW + 1));
    munmap(world, sizeof(*world));
}

static void a_set_is_not_taken_from_a_writer_that_lives(void **state)
{
    world_t *world = make_world();
    char data[ENTRY_SIZE];
    pid_t child = stuck_writer(world, stay);
    int i;

    (void)state;
    memset(data, 'd', sizeof(data));
    /* until the child is in the set, a put succeeds */
    for (i = 0; i < 5000 && put_key(world, 3, data, NOW); i++)
        usleep(1000);
    assert_false(put_key(world, 2, data, NOW + 1));
    assert_false(put_key(world, 2, data, NOW + 1000));
    kill(child, SIGKILL);
    wait_for_death(child, SIGKILL);
    assert_true(put_key(world, 2, data, NOW + 1000));
    munmap(world, sizeof(*world));
}

/* Works until it is killed. */
static pid_t victim(world_t *world, unsigned seed)
{
    worker_t worker = { world, seed };
    pid_t child = fixture_child();

    if (child > 0) return child;
    for (;;) {
        fixture_clock_stopped = GET(&world->clock);
        step(&worker);
    }
}

static void end_victim(pid_t child)
{
    kill(child, SIGKILL);
    wait_for_death(child, SIGKILL);
}

/*
 * Each 5 ms of ours are 0.3 s of theirs: a set is taken from the dead after
 * some rounds, and not from one that stands still for 2.4 s in it.
 */
static void killed_and_stopped_writers_leave_nothing_torn(void **state)
{
    const char *seconds = getenv("OA2_SOAK");
    unsigned rounds = 200
        * (unsigned)(seconds ? strtol(seconds, NULL, 10) : 1);
    world_t *world = make_world();
    pid_t children[WORKERS];
    unsigned i;

    (void)state;
    world->clock = apr_time_from_sec(NOW);
    for (i = 0; i < WORKERS; i++)
        children[i] = victim(world, i * 31337);
    for (i = 0; i < rounds; i++) {
        unsigned killed = i / 2 % (WORKERS - 1);

        ADD(&world->clock, apr_time_from_msec(300));
        oa2_cache_beat(world->cache, GET(&world->clock));
        /* the last is the one that stands still */
        if (i % 16 == 0)
            kill(children[WORKERS - 1], SIGSTOP);
        if (i % 16 == 8)
            kill(children[WORKERS - 1], SIGCONT);
        if (i % 2 == 0) {
            end_victim(children[killed]);
            children[killed] = victim(world, i * 99991);
        }
        usleep(5000);
    }
    for (i = 0; i < WORKERS; i++)
        end_victim(children[i]);
    assert_int_equal(world->torn, 0);
    assert_int_equal(world->stale, 0);
    assert_true(world->hits > rounds);
    munmap(world, sizeof(*world));
}

/* However it ended. */
static int end_all(void **state)
{
    fixture_children_end();
    return unit_end(state);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_begin, end_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(threads_see_nothing_torn_or_stale),
        TEST(no_bump_slips_through_a_put),
        TEST(no_copy_is_half_of_two_records),
        TEST(who_fails_leaves_no_children),
        TEST(processes_see_nothing_torn_or_stale),
        TEST(a_set_survives_a_writer_that_dies_in_it),
        TEST(a_set_is_not_taken_from_a_writer_that_lives),
        TEST(killed_and_stopped_writers_leave_nothing_torn),
    };

    return cmocka_run_group_tests_name("base/shm/cache, many at once", tests,
                                       NULL, NULL);
}
