// SPDX-License-Identifier: Apache-2.0
//
// pictures.mjs - takes the pictures of README, in docs/pictures:
//
//   OA2_SCREENSHOTS=docs/pictures t/browser/run --over http pictures
//
// Not one of the tests that run by themselves.
import { join } from 'node:path';
import { allow, arrive, signIn, test } from './chromium.mjs';
import { demo, makeClient, oauth2ctl, startFlow } from './site.mjs';

const where = process.env.OA2_SCREENSHOTS;
if (!where) throw new Error('OA2_SCREENSHOTS is not set');

const at = (path) => `${demo.issuer}/${path}`;
const size = { viewport: { width: 900, height: 760 } };

function take(page, name) {
  return page.screenshot({ path: join(where, `${name}.png`) });
}

await test('consent, and the account page', async ({ page, closers }) => {
  const flow = startFlow(await makeClient(closers, { name: 'Bookshelf' }));
  await page.goto(flow.url);
  await signIn(page);
  await page.getByRole('button', { name: 'Allow' }).waitFor();
  await take(page, 'consent');
  await allow(page);
  await arrive(page, flow);
  await page.goto(at('account'));
  await take(page, 'account');
}, size);

await test('a developer asks, an administrator decides', async ({ page }) => {
  await page.goto(at('developer/add'));
  await signIn(page);
  await page.getByLabel('Name', { exact: true }).fill('Bookshelf');
  await page.getByLabel('Redirect URLs').fill('https://bookshelf.example/back');
  await page.getByLabel('Description').fill(
    'Bookshelf shows people what they have ordered, and when it comes. '
      .repeat(14).trim());
  await page.getByLabel('It runs on a server').check();
  await page.getByLabel('Read your orders').check();
  await page.locator('main button.primary').last().click();
  await page.getByRole('link', { name: 'Go to the app' }).click();
  await page.getByRole('button', { name: 'Submit for approval' }).click();
  await page.getByText('The app is submitted.').waitFor();
  await page.goto(page.url().replace(/\?.*/, ''));
  await take(page, 'developer');

  oauth2ctl(['user', 'set', demo.user.username, '--role', 'administrator']);
  await page.waitForTimeout(6000);
  await page.goto(at('admin/apps'));
  await page.getByRole('link', { name: 'Bookshelf' }).first().click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await take(page, 'administrator');
}, size);
