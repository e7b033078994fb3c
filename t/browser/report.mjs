// SPDX-License-Identifier: Apache-2.0
//
// report.mjs - one line a test: "ok - what", or "not ok - what" and why.
import { label } from './site.mjs';

let failed = 0;
const ends = [];

// Runs the test, body(closers), and says how it went; where() says more of one
// that failed. What was pushed to closers is called then, in that order.
export async function report(name, body, where = () => {}) {
  const closers = [];
  try {
    await body(closers);
    console.log(`ok - ${label}: ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok - ${label}: ${name}`);
    console.log(String(error.stack ?? error).replace(/^/gm, '#   '));
    await where();
  } finally {
    for (const close of closers) await close();
  }
}

// What is to be ended when all tests have run.
export function atEnd(end) { ends.push(end); }

export async function finish() {
  for (const end of ends) await end();
  process.exitCode = failed ? 1 : 0;
}
