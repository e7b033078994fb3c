/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache.c - what the database said lately, in memory that processes share.
 *
 * The block: head, table of counters (or that is elsewhere), sets.  A set is
 * 64 bytes of its own and eight entries; an entry is 72 bytes and its data.
 * All is found by offsets: each process may have the block elsewhere.
 *
 * Reading without a lock.  A set's lock word is a version in its upper half
 * and in its lower half the process that writes, 0 when nobody does.  (So
 * "odd" is "lower half not 0": with the process in the same word as the lock,
 * there is no moment at which a set is locked by nobody knows whom.)  A
 * writer swaps its process in, writes, and stores the next version.  A reader
 * takes a copy and believes it only when the word was free before and is the
 * same after.
 *
 * The copy races with writers by design, so every shared word is an atomic
 * one: relaxed would do on x86, but data words are stored with release and
 * loaded with acquire.  Then whoever sees a word of a later write sees the
 * lock word of that write as well, on every machine, and needs no fence,
 * which ThreadSanitizer could not follow.  On x86 these are plain moves.
 *
 * GCC's __atomic builtins and not apr_atomic: that one knows no acquire and
 * release, and its 64-bit half may fall back on a mutex of one process.
 */
#include "base/shm/cache.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <apr_thread_proc.h>

#include "base/clock.h"

#define WAYS 8
#define ALIGNMENT 64                /* a cache line */
#define ENTRY_COST 80               /* entry_t and an eighth of set_t */
#define CELLS_MAX 65536
#define CELLS_MIN 64
#define NO_CELL 0xffffffffu
#define READ_TRIES 256              /* a microsecond or so, then it is a miss */
#define WRITE_TRIES 256
#define DEAD_AFTER apr_time_from_sec(1) /* in a set before we ask */
#define KEY_WORDS (OA2_KEY_LEN / 8)

/* Elsewhere the builtins call a library, and that one takes a lock which only
   the threads of one process share. */
#if defined(__GCC_ATOMIC_LLONG_LOCK_FREE) && __GCC_ATOMIC_LLONG_LOCK_FREE != 2
#error "The cache needs 64-bit atomics without a lock."
#endif

/* All words: copied one by one. */
typedef struct {
    apr_uint64_t key[KEY_WORDS];
    apr_int64_t expires;
    apr_time_t stored;              /* its mark's; all ages by base/clock */
    apr_uint32_t cells[OA2_CACHE_TAGS];
    apr_uint32_t sum;               /* of the cells and the generation */
    apr_uint64_t len;
} entry_t;

#define ENTRY_WORDS (sizeof(entry_t) / 8)

typedef struct {
    apr_uint64_t lock;              /* version << 32 | process that writes */
    apr_time_t locked;              /* when; a hint only */
    apr_uint32_t prints[WAYS];      /* a piece of each key; 0: way is empty */
    apr_uint64_t unused[2];         /* up to a cache line */
} set_t;

struct oa2_counters_t {
    /* written by init only */
    apr_uint32_t cell_mask;
    char unused[ALIGNMENT - 4];
    /* a line of its own: changes with every bump */
    apr_uint32_t moment;            /* bumps and flushes so far */
    apr_uint32_t generation;        /* flushes so far */
    apr_time_t beat;                /* when a listener last vouched; or 0 */
    char unused_too[ALIGNMENT - 16];
    apr_uint32_t cells[];           /* cell_mask + 1 of them */
};

struct oa2_cache_t {
    /* written by init only */
    apr_size_t sets_at;             /* offset of the first set */
    apr_size_t set_size;
    apr_size_t entry_size;          /* without its share of the set_t */
    apr_size_t room;
    apr_ssize_t counters_at;        /* offset; elsewhere it may be negative */
    apr_uint32_t set_count;
    char unused[ALIGNMENT - 5 * sizeof(apr_size_t) - 4];
};

#define LOAD(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define STORE(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define COUNT_UP(p) __atomic_add_fetch((p), 1, __ATOMIC_SEQ_CST)

static set_t *set_at(oa2_cache_t *cache, apr_size_t i)
{
    char *base = (char *)cache;

    return (void *)(base + cache->sets_at + i * cache->set_size);
}

static apr_uint64_t *entry_at(const oa2_cache_t *cache, set_t *set, int way)
{
    char *base = (char *)set;

    return (void *)(base + sizeof(set_t)
                    + (apr_size_t)way * cache->entry_size);
}

static oa2_counters_t *counters_of(const oa2_cache_t *cache)
{
    return (void *)((apr_uintptr_t)cache + (apr_uintptr_t)cache->counters_at);
}

static apr_size_t aligned(const void *memory)
{
    return (ALIGNMENT - (apr_uintptr_t)memory % ALIGNMENT) % ALIGNMENT;
}

/* As many cells as there are bytes for, a power of two. */
static oa2_counters_t *set_up_counters(void *memory, apr_size_t bytes)
{
    oa2_counters_t *counters = memory;
    apr_size_t cells = CELLS_MAX;

    while (cells > CELLS_MIN && cells * sizeof(counters->cells[0]) > bytes)
        cells /= 2;
    counters->cell_mask = (apr_uint32_t)cells - 1;
    return counters;
}

static apr_size_t size_of(apr_size_t cells)
{
    return offsetof(oa2_counters_t, cells) + cells * sizeof(apr_uint32_t);
}

apr_size_t oa2_counters_size(void)
{
    return size_of(CELLS_MAX) + ALIGNMENT;
}

oa2_counters_t *oa2_counters_init(void *memory)
{
    return set_up_counters(oa2_counters_at(memory),
                           CELLS_MAX * sizeof(apr_uint32_t));
}

oa2_counters_t *oa2_counters_at(void *memory)
{
    return (void *)((char *)memory + aligned(memory));
}

oa2_cache_t *oa2_cache_init(void *memory, apr_size_t size,
                            apr_size_t entry_size, oa2_counters_t *counters)
{
    apr_size_t skip = aligned(memory);
    oa2_cache_t *cache = (void *)((char *)memory + skip);
    apr_size_t head = sizeof(*cache);
    apr_size_t count;

    entry_size &= ~(apr_size_t)7;
    if (size < skip + sizeof(*cache) + size_of(CELLS_MIN)
        || entry_size <= ENTRY_COST || entry_size > ((apr_size_t)1 << 24))
        return NULL;
    size -= skip;
    if (!counters) {
        /* an eighth of a small block, where all of them would be most */
        counters = set_up_counters((char *)cache + head, size / 8);
        head += size_of((apr_size_t)counters->cell_mask + 1);
    }
    if (size < head + entry_size * WAYS)
        return NULL;
    cache->sets_at = head;
    cache->counters_at = (apr_ssize_t)((apr_uintptr_t)counters
                                       - (apr_uintptr_t)cache);
    cache->room = entry_size - ENTRY_COST;
    cache->entry_size = sizeof(entry_t) + cache->room;
    cache->set_size = sizeof(set_t) + WAYS * cache->entry_size;
    count = (size - head) / cache->set_size;
    cache->set_count = count > 0x7fffffff ? 0x7fffffff : (apr_uint32_t)count;
    /* An entry is never looked at while its print is 0, which it is. */
    return cache;
}

apr_size_t oa2_cache_room(const oa2_cache_t *cache)
{
    return cache->room;
}

apr_size_t oa2_cache_capacity(const oa2_cache_t *cache)
{
    return (apr_size_t)cache->set_count * WAYS;
}

/* FNV-1a and a final mix.  Who finds two names for one cell wins a needless
   miss for somebody, which is not worth a slower hash. */
apr_uint64_t oa2_cache_tag(char kind, const char *name)
{
    apr_uint64_t hash = APR_UINT64_C(0xcbf29ce484222325);
    const apr_uint64_t prime = APR_UINT64_C(0x100000001b3);

    hash = (hash ^ (unsigned char)kind) * prime;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * prime;
    hash ^= hash >> 33;
    hash *= APR_UINT64_C(0xff51afd7ed558ccd);
    hash ^= hash >> 33;
    return hash ? hash : 1;
}

static apr_uint32_t cell_of(const oa2_counters_t *counters, apr_uint64_t tag)
{
    return tag ? (apr_uint32_t)tag & counters->cell_mask : NO_CELL;
}

/* Counters only go up, so a sum that is the same means that none moved
   (unless 2^32 bumps went by since, in the life of one entry). */
static apr_uint32_t sum_of(const oa2_counters_t *counters,
                           const apr_uint32_t *cells)
{
    apr_uint32_t sum = LOAD(&counters->generation);
    int i;

    for (i = 0; i < OA2_CACHE_TAGS; i++) {
        /* the mask: what a torn copy says may be anything */
        if (cells[i] != NO_CELL)
            sum += LOAD(&counters->cells[cells[i] & counters->cell_mask]);
    }
    return sum;
}

/* Less than that ago; or just now, by a process that read the clock later. */
static int is_within(apr_time_t clock, apr_time_t then, apr_time_t most)
{
    return then != 0 && clock - then < most;
}

/* Unexpired, unbumped and young enough. */
static int is_good(const oa2_cache_t *cache, const entry_t *entry,
                   apr_int64_t now)
{
    const oa2_counters_t *counters = counters_of(cache);
    apr_time_t clock = oa2_clock_coarse();

    return entry->expires > now
        && sum_of(counters, entry->cells) == entry->sum
        && (is_within(clock, entry->stored,
                      apr_time_from_sec(OA2_CACHE_TRUST))
            || is_within(clock, LOAD(&counters->beat),
                         apr_time_from_sec(OA2_CACHE_VOUCH)));
}

static void load_words(void *buf, const apr_uint64_t *from, apr_size_t len)
{
    unsigned char *out = buf;
    apr_uint64_t word;

    for (; len >= sizeof(word); len -= sizeof(word)) {
        word = LOAD(from++);
        memcpy(out, &word, sizeof(word));
        out += sizeof(word);
    }
    if (len > 0) {
        word = LOAD(from);
        memcpy(out, &word, len);
    }
}

static void store_words(apr_uint64_t *to, const void *data, apr_size_t len)
{
    const unsigned char *in = data;
    apr_uint64_t word;

    for (; len >= sizeof(word); len -= sizeof(word)) {
        memcpy(&word, in, sizeof(word));
        STORE(to++, word);
        in += sizeof(word);
    }
    if (len > 0) {
        word = 0;
        memcpy(&word, in, len);
        STORE(to, word);
    }
}

/* A key is a digest: any piece of it is as good as a hash of it. */
static set_t *set_of(oa2_cache_t *cache, const apr_uint64_t *key)
{
    return set_at(cache, (apr_size_t)(((key[0] & 0xffffffffu)
                                       * cache->set_count) >> 32));
}

static apr_uint32_t print_of(const apr_uint64_t *key)
{
    apr_uint32_t print = (apr_uint32_t)key[1];

    return print ? print : 1;
}

/* The way that holds key, its head copied to *entry; -1 for none. */
static int way_of(entry_t *entry, const oa2_cache_t *cache, set_t *set,
                  const apr_uint64_t *key)
{
    apr_uint32_t print = print_of(key);
    int way;

    for (way = 0; way < WAYS; way++) {
        if (LOAD(&set->prints[way]) != print)
            continue;
        load_words(entry, entry_at(cache, set, way), sizeof(*entry));
        if (memcmp(entry->key, key, OA2_KEY_LEN) == 0)
            return way;
    }
    return -1;
}

int oa2_cache_find(void *buf, apr_size_t *len, oa2_cache_t *cache,
                   const unsigned char key[OA2_KEY_LEN], apr_int64_t now)
{
    apr_uint64_t words[KEY_WORDS];
    entry_t entry;
    set_t *set;
    int tries;

    memcpy(words, key, sizeof(words));
    set = set_of(cache, words);
    for (tries = 0; tries < READ_TRIES; tries++) {
        apr_uint64_t lock = LOAD(&set->lock);
        int way;
        int good;

        if ((apr_uint32_t)lock != 0)
            continue;
        way = way_of(&entry, cache, set, words);
        /* until the lock word was seen again this is a guess: sizes first */
        good = way >= 0 && entry.len <= cache->room && entry.len <= *len
            && is_good(cache, &entry, now);
        if (good)
            load_words(buf, entry_at(cache, set, way) + ENTRY_WORDS,
                       (apr_size_t)entry.len);
        if (LOAD(&set->lock) != lock)
            continue;
        if (good)
            *len = (apr_size_t)entry.len;
        return good;
    }
    return 0;
}

/*
 * A killed process leaves the set that it was in locked.  Whoever wants to
 * write there notices after a second, and asks whether that process is still
 * there.  Time alone would not do: a process that was only stopped would go
 * on writing in the middle of its successor's entry.
 */
static int is_orphan(const set_t *set, apr_uint64_t lock)
{
    apr_proc_t writer;

    if (is_within(oa2_clock_coarse(), LOAD(&set->locked), DEAD_AFTER))
        return 0;
    memset(&writer, 0, sizeof(writer));
    writer.pid = (pid_t)(apr_uint32_t)lock;
    /* signal 0 is sent to nobody; EPERM says that somebody is there */
    return apr_proc_kill(&writer, 0) == ESRCH;
}

/* 1 when we are in.  An entry that was not stored is no error: no waiting. */
static int lock_set(set_t *set)
{
    apr_uint32_t self = (apr_uint32_t)getpid();
    int tries;

    for (tries = 0; tries < WRITE_TRIES; tries++) {
        apr_uint64_t lock = LOAD(&set->lock);
        int orphan = 0;
        int way;

        if ((apr_uint32_t)lock != 0) {
            orphan = tries == WRITE_TRIES - 1 && is_orphan(set, lock);
            if (!orphan)
                continue;
        }
        if (!__atomic_compare_exchange_n(&set->lock, &lock,
                                         (lock >> 32 << 32) | self, 0,
                                         __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            continue;
        STORE(&set->locked, oa2_clock_coarse());
        /* nobody knows how far the dead one came */
        for (way = 0; orphan && way < WAYS; way++)
            STORE(&set->prints[way], 0);
        return 1;
    }
    return 0;
}

static void unlock_set(set_t *set)
{
    apr_uint64_t version = LOAD(&set->lock) >> 32;

    STORE(&set->lock, (version + 1) << 32);
}

/* The key's own way, else an empty one, else one that is no good any more,
   else the one that was stored first: *evicts 1. */
static int choose_way(int *evicts, const oa2_cache_t *cache, set_t *set,
                      const apr_uint64_t *key, apr_int64_t now)
{
    entry_t entry;
    apr_time_t oldest = 0;
    int chosen = way_of(&entry, cache, set, key);
    int way;

    *evicts = 0;
    if (chosen >= 0) return chosen;
    for (way = 0; way < WAYS; way++) {
        if (LOAD(&set->prints[way]) == 0)
            return way;
    }
    for (way = 0; way < WAYS; way++) {
        load_words(&entry, entry_at(cache, set, way), sizeof(entry));
        if (!is_good(cache, &entry, now))
            return way;
        if (chosen < 0 || entry.stored < oldest) {
            chosen = way;
            oldest = entry.stored;
        }
    }
    *evicts = 1;
    return chosen;
}

oa2_cache_mark_t oa2_cache_mark(oa2_cache_t *cache)
{
    return (oa2_cache_mark_t) { LOAD(&counters_of(cache)->moment),
                                oa2_clock_coarse() };
}

int oa2_cache_put(oa2_cache_t *cache, const oa2_cache_entry_t *entry,
                  oa2_cache_mark_t mark, apr_int64_t now)
{
    const oa2_counters_t *counters = counters_of(cache);
    entry_t head;
    set_t *set;
    int evicts, way, i;

    if (entry->len > cache->room || entry->expires <= now)
        return 0;
    memcpy(head.key, entry->key, sizeof(head.key));
    head.expires = entry->expires;
    head.stored = mark.at;
    head.len = entry->len;
    for (i = 0; i < OA2_CACHE_TAGS; i++)
        head.cells[i] = cell_of(counters, entry->tags[i]);
    /*
     * The cells first, then the moment.  A bump counts up the moment first,
     * then the cell: so one that is not seen here by its moment will still
     * change the sum that was taken before.
     */
    head.sum = sum_of(counters, head.cells);
    if (LOAD(&counters->moment) != mark.moment)
        return 0;
    set = set_of(cache, head.key);
    if (!lock_set(set))
        return 0;
    way = choose_way(&evicts, cache, set, head.key, now);
    store_words(entry_at(cache, set, way), &head, sizeof(head));
    store_words(entry_at(cache, set, way) + ENTRY_WORDS, entry->data,
                entry->len);
    STORE(&set->prints[way], print_of(head.key));
    unlock_set(set);
    return evicts;
}

void oa2_cache_bump(oa2_cache_t *cache, apr_uint64_t tag)
{
    oa2_counters_t *counters = counters_of(cache);

    COUNT_UP(&counters->moment);
    if (tag)
        COUNT_UP(&counters->cells[cell_of(counters, tag)]);
}

void oa2_cache_flush(oa2_cache_t *cache)
{
    oa2_counters_t *counters = counters_of(cache);

    COUNT_UP(&counters->moment);
    COUNT_UP(&counters->generation);
}

void oa2_cache_beat(oa2_cache_t *cache, apr_time_t at)
{
    STORE(&counters_of(cache)->beat, at);
}
