// SPDX-License-Identifier: Apache-2.0
//
// main.mjs DEMO.JSON [FILE]... - runs the tests of these files, or all. One
// line a test: "ok - what", "not ok - what".
import { finish } from './lib.mjs';

const files = process.argv.slice(3);
for (const file of files.length ? files : ['flow', 'look', 'app',
  'developer', 'admin', 'account', 'rooms'])
  await import(`./${file.replace(/\.mjs$/, '')}.mjs`);
await finish();
