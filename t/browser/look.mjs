// SPDX-License-Identifier: Apache-2.0
//
// look.mjs - every page in every clothing: screenshots, no horizontal scroll at
// 360 px, and what axe-core says about accessibility.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { allow, arrive, choosePassword, demo, invite, makeClient, makeUser,
  shot, signIn, startFlow, test } from './lib.mjs';

const axe = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function look(page, name, clothing) {
  const path = shot(`${name}-${clothing}`);
  if (path) await page.screenshot({ path, fullPage: true });
  const wide = await page.evaluate(() => {
    const root = document.documentElement;
    return root.scrollWidth - root.clientWidth;
  });
  assert.ok(wide <= 0, `${name} is ${wide} px too wide`);

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
      .filter((element) => element.getBoundingClientRect().height < 40)
      .map((element) => element.outerHTML));
  assert.deepEqual(small, [], `${name}: too small`);
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
  assert.notEqual(await page.title(), '');
}

const clothings = {
  light: { colorScheme: 'light', viewport: { width: 1200, height: 800 } },
  dark: { colorScheme: 'dark', viewport: { width: 1200, height: 800 } },
  '360px': { colorScheme: 'light', viewport: { width: 360, height: 740 },
    hasTouch: true, isMobile: true },
  '360px-dark': { colorScheme: 'dark', viewport: { width: 360, height: 740 },
    hasTouch: true, isMobile: true },
  // Text at twice its size, as WCAG 1.4.4 has it.
  'zoomed': { colorScheme: 'light', viewport: { width: 640, height: 400 },
    deviceScaleFactor: 2 },
};

for (const [clothing, options] of Object.entries(clothings))
  await test(`the pages' looks: ${clothing}`, async ({ page, closers }) => {
    const user = makeUser();
    const client = await makeClient(closers, {
      name: 'Ω – an app with a rather long name, so long that it has to '
        + 'wrapsomewherewithoutanyspaceforalongtime',
    });
    const flow = startFlow(client, { scope: 'read' });
    await page.goto(flow.url);
    await look(page, 'login', clothing);
    await signIn(page, { ...user, password: 'wrong' });
    await page.getByRole('alert').waitFor();
    await look(page, 'login-wrong', clothing);
    await signIn(page, user);
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    await look(page, 'consent', clothing);
    await allow(page);
    await arrive(page, flow);
    await page.goto(startFlow(client, {
      scope: 'profile read write customers' }).url);
    await look(page, 'consent-more', clothing);
    await page.goto(startFlow({ ...client, id: 'nobody' }).url);
    await look(page, 'error', clothing);
    await page.goto(`${demo.issuer}/no-such-page`);
    await look(page, 'error-404', clothing);
    await page.goto(demo.issuer);
    await page.getByText('Signed in as').waitFor();
    await look(page, 'home', clothing);
    await page.goto(`${demo.issuer}/logout`);
    await look(page, 'sign-out', clothing);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: /signed out/i }).waitFor();
    await look(page, 'signed-out', clothing);
    const guest = invite();
    await page.goto(guest.link);
    await look(page, 'set-password', clothing);
    await choosePassword(page, 'too short');
    await page.getByRole('alert').waitFor();
    await look(page, 'set-password-weak', clothing);
    await choosePassword(page, guest.password);
    await page.getByRole('heading', { name: /is set/i }).waitFor();
    await look(page, 'password-set', clothing);
    await page.goto(guest.link);
    await look(page, 'set-password-gone', clothing);
  }, options);

await test('dark is dark', async ({ page, closers }) => {
  await page.goto(startFlow(await makeClient(closers)).url);
  const [r, g, b] = await page.evaluate(() =>
    getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
  assert.ok(r + g + b < 200, `${r} ${g} ${b}`);
}, { colorScheme: 'dark' });
