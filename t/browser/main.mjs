// SPDX-License-Identifier: Apache-2.0
//
// main.mjs DEMO.JSON FILE... - runs the tests of these files.  One line a test:
// "ok - what", "not ok - what".
import { finish } from './report.mjs';

for (const file of process.argv.slice(3))
  await import(`./${file.replace(/\.mjs$/, '')}.mjs`);
await finish();
