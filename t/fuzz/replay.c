/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - gives a fuzz target every file of its corpus, once.
 *
 * Without arguments the corpus is $OA2_SRCDIR/t/fuzz/corpus/NAME for the
 * program fuzz_NAME; otherwise each argument is a file or a directory.
 */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_SIZE 4096

int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static int broken(const char *path, const char *why)
{
    fprintf(stderr, "replay: %s: %s\n", path, why);
    return -1;
}

/* A block of just the right size, so that ASan sees a read behind it. */
static int replay_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    unsigned char *data;
    size_t len;

    if (!file) return broken(path, strerror(errno));
    data = malloc(size ? size : 1);
    if (!data) {
        fclose(file);
        return broken(path, "out of memory");
    }
    len = fread(data, 1, size, file);
    fclose(file);
    if (len == size)
        LLVMFuzzerTestOneInput(data, size);
    free(data);
    return len == size ? 1 : broken(path, "could not be read whole");
}

/* How many files were replayed; -1: something could not be read. */
static int replay(const char *path)
{
    struct stat info;
    struct dirent *entry;
    DIR *dir;
    int count = 0;

    if (stat(path, &info) != 0) return broken(path, strerror(errno));
    if (S_ISREG(info.st_mode))
        return replay_file(path, (size_t)info.st_size);
    if (!(dir = opendir(path))) return broken(path, strerror(errno));
    while (count >= 0 && (entry = readdir(dir)) != NULL) {
        char name[PATH_SIZE];
        int n;

        if (entry->d_name[0] == '.') continue;
        n = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        n = n < (int)sizeof name ? replay(name) : broken(path, "too long");
        count = n < 0 ? -1 : count + n;
    }
    closedir(dir);
    return count;
}

static int replay_own(const char *program)
{
    const char *srcdir = getenv("OA2_SRCDIR");
    const char *name = strrchr(program, '/');
    char path[PATH_SIZE];

    name = name ? name + 1 : program;
    if (strncmp(name, "fuzz_", 5) == 0)
        name += 5;
    if (snprintf(path, sizeof path, "%s/t/fuzz/corpus/%s",
                 srcdir ? srcdir : ".", name) >= (int)sizeof path)
        return broken(name, "too long");
    return replay(path);
}

int main(int argc, char **argv)
{
    int count = 0;

    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    if (argc < 2)
        count = replay_own(argv[0]);
    for (int i = 1; i < argc && count >= 0; i++) {
        int n = replay(argv[i]);

        count = n < 0 ? -1 : count + n;
    }
    if (count < 0) return 1;
    if (count == 0) return broken(argv[0], "the corpus is empty") != 0;
    printf("%d inputs\n", count);
    return 0;
}
