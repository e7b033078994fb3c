// SPDX-License-Identifier: Apache-2.0
//
// account.mjs - a person's way: an account, a profile in another language, an
// API key, and the end, in every clothing.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { clothings, signIn, test } from './chromium.mjs';
import { look } from './page.mjs';
import { demo } from './site.mjs';

const hostile = '"><script>alert(1)</script>עברית {{x}}';
const at = (where) => `${demo.issuer}/${where}`;
const heading = (page, name) =>
  page.getByRole('heading', { level: 1, name });
const press = (page, name) =>
  page.getByRole('button', { name, exact: true }).click();

for (const [clothing, options] of Object.entries(clothings)) {
  await test(`an account from its beginning to its end: ${clothing}`,
    async ({ page }) => {
      const user = {
        username: `${hostile.replace(/"/g, '')} ${
          randomBytes(6).toString('hex')}`,
        password: randomBytes(12).toString('base64url'),
      };
      const show = (what) => look(page, `account-way-${what}`, clothing);

      await page.goto(at('sign-up'));
      await page.getByLabel('User name').fill('a:b');
      await page.getByLabel('New password', { exact: true }).fill('short');
      await page.getByLabel('New password, once more').fill('short');
      await press(page, 'Create the account');
      await page.getByRole('alert').waitFor();
      await show('sign-up-wrong');
      await page.getByLabel('User name').fill(user.username);
      await page.getByLabel('New password', { exact: true })
        .fill(user.password);
      await page.getByLabel('New password, once more').fill(user.password);
      await press(page, 'Create the account');
      await heading(page, 'Your account is created').waitFor();
      await show('signed-up');

      await page.goto(at('account/keys'));
      await signIn(page, user);
      await page.getByLabel('Name', { exact: true }).fill(hostile);
      await page.getByLabel('Your password').fill(user.password);
      await press(page, 'Make the key');
      await page.getByRole('alert').waitFor();
      await show('key-wrong');
      await page.getByLabel('Read your orders').check();
      await page.getByLabel('Your password').fill(user.password);
      await press(page, 'Make the key');
      await page.getByText('This is your new key').waitFor();
      await show('key');
      await page.goto(at('account/keys'));
      await press(page, 'Delete');
      await page.getByText('The key is deleted').waitFor();

      await page.goto(at('account/profile'));
      await page.getByLabel('Deutsch').check();
      await press(page, 'Save');
      await heading(page, 'Ihr Profil').waitFor();
      await page.getByLabel('Wie der Browser').check();
      await press(page, 'Speichern');
      await heading(page, 'Your profile').waitFor();

      await page.goto(at('account/data'));
      const [file] = await Promise.all([page.waitForEvent('download'),
        press(page, 'Download')]);
      assert.equal(file.suggestedFilename(), 'account.json');
      await page.getByRole('link', { name: 'Delete my account' }).click();
      await page.getByLabel('Your password').fill('not this one');
      await page.getByLabel('I know').check();
      await press(page, 'Delete my account');
      await page.getByRole('alert').waitFor();
      await show('delete-wrong');
      await page.getByLabel('Your password').fill(user.password);
      await page.getByLabel('I know').check();
      await press(page, 'Delete my account');
      await heading(page, 'Your account is deleted').waitFor();
      await show('deleted');
    }, options);
}
