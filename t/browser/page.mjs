// SPDX-License-Identifier: Apache-2.0
//
// page.mjs - what every page has to be, for whichever browser's driver: it can
// page.evaluate() and page.screenshot().
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { label } from './site.mjs';

function shot(name) {
  const where = process.env.OA2_SCREENSHOTS;
  if (!where) return null;
  const directory = join(where, label);
  mkdirSync(directory, { recursive: true });
  return join(directory, `${name}.png`);
}

const axe = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// A picture, no horizontal scroll, from right to left neither, and what axe-core
// says of accessibility.
export async function look(page, name, clothing) {
  const path = shot(`${name}-${clothing}`);
  if (path) await page.screenshot({ path, fullPage: true });
  for (const dir of ['rtl', 'ltr']) {
    const wide = await page.evaluate((set) => {
      const root = document.documentElement;
      root.dir = set;
      return root.scrollWidth - root.clientWidth;
    }, dir);
    assert.ok(wide <= 0, `${name}, ${dir}, is ${wide} px too wide`);
  }

  // Not through the page's own scripts: its policy allows none.
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
      'best-practice'],
  }));
  assert.deepEqual(found.violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html }) => html).join(' ')}`), [], name);

  // WCAG 2.2, 2.5.8 asks for 24 px; a thumb is glad of more.
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, input:not([type=hidden])')]
      // These have a label beside them that is as good.
      .filter((element) => !['checkbox', 'radio'].includes(element.type))
      .filter((element) => element.getBoundingClientRect().height < 40)
      .map((element) => element.outerHTML));
  assert.deepEqual(small, [], `${name}: too small`);
  const is = await page.evaluate(() => ({
    lang: document.documentElement.lang, title: document.title !== '',
    headings: document.querySelectorAll('h1').length,
  }));
  assert.deepEqual(is, { lang: 'en', title: true, headings: 1 }, name);
}
