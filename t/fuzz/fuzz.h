/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz.h - what a fuzz target defines.
 *
 * The same file is run in three ways: replay.c gives it the corpus in "make
 * check", libFuzzer mutates it (configure --enable-fuzzing), and OSS-Fuzz
 * brings an engine of its own ($LIB_FUZZING_ENGINE).
 */
#ifndef OA2_FUZZ_H
#define OA2_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Answers 0.  What must not be is said by abort(). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Optional, before the first input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

#endif
