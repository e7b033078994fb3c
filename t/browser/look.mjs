// SPDX-License-Identifier: Apache-2.0
//
// look.mjs - the pages between apps and people, in every clothing.
import assert from 'node:assert/strict';
import { allow, arrive, choosePassword, clothings, signIn, test }
  from './chromium.mjs';
import { look } from './page.mjs';
import { demo, invite, makeClient, makeUser, startFlow } from './site.mjs';

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
