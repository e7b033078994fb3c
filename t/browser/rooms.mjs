// SPDX-License-Identifier: Apache-2.0
//
// rooms.mjs - all that a user and an administrator come to from where they
// begin, in every clothing: each tab, and the first page that a list leads to.
import assert from 'node:assert/strict';
import { allow, arrive, clothings, signIn, test } from './chromium.mjs';
import { look } from './page.mjs';
import { demo, makeClient, makeUser, oauth2ctl, startFlow } from './site.mjs';

const at = (where) => `${demo.issuer}/${where}`;

// Links of the page below a path, each once.
async function links(page, selector, below) {
  const found = await page.locator(selector).evaluateAll(
    (all) => all.map((link) => link.href));
  return [...new Set(found)].filter((href) =>
    href.startsWith(at(below)) && !new URL(href).search);
}

async function walk(page, room, clothing) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  const tabs = await links(page, 'nav a', room);
  assert.ok(tabs.length > 1, `${room} has tabs`);
  for (const tab of tabs) {
    const name = tab.slice(at('').length).replace(/\W+/g, '-');
    await page.goto(tab);
    await look(page, name, clothing);
    const [one] = (await links(page, 'main a', room))
      .filter((href) => href.startsWith(`${tab.replace(/s$/, '')}/`)
        && !tabs.includes(href));
    if (!one) continue;
    await page.goto(one);
    await look(page, `${name}-one`, clothing);
  }
}

for (const [clothing, options] of Object.entries(clothings)) {
  await test(`the account's pages: ${clothing}`, async ({ page, closers }) => {
    const user = makeUser();
    const flow = startFlow(await makeClient(closers, {
      name: 'Ω – a rather long name that has to '
        + 'wrapsomewherewithoutanyspaceforalongtime',
    }));
    await page.goto(flow.url);
    await signIn(page, user);
    await allow(page);
    await arrive(page, flow);
    oauth2ctl(['apikey', 'add', '--user', user.username, '--name',
      'cron on the old machine', '--scope', 'read']);
    await page.goto(at('account'));
    await walk(page, 'account', clothing);
  }, options);

  await test(`administrators' pages: ${clothing}`, async ({ page }) => {
    const user = makeUser();
    oauth2ctl(['user', 'set', user.username, '--role', 'administrator']);
    await page.goto(at('admin'));
    await signIn(page, user);
    await walk(page, 'admin', clothing);
  }, options);
}
