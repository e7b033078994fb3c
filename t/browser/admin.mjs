// SPDX-License-Identifier: Apache-2.0
//
// admin.mjs - an administrator's way: an app from the queue to its suspension,
// and a user from the invitation to the end, in every clothing.
import { clothings, signIn, test } from './chromium.mjs';
import { look } from './page.mjs';
import { demo, makeUser, oauth2ctl } from './site.mjs';

const words = Array(130).fill('word').join(' ');
const hostile = '"><script>alert(1)</script>עברית {{x}}';
const at = (where) => `${demo.issuer}/${where}`;
const heading = (page, name) =>
  page.getByRole('heading', { level: 1, name });
const press = (page, name) =>
  page.getByRole('button', { name, exact: true }).click();

async function addApp(page, name) {
  await page.goto(at('developer/add'));
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Redirect URLs').fill('https://app.example/back');
  await page.getByLabel('Description').fill(words);
  await page.getByLabel('It runs on a server').check();
  await page.getByLabel('Read your orders').check();
  await page.locator('main button.primary').last().click();
  await heading(page, 'Your app is there').waitFor();
  await page.getByRole('link', { name: 'Go to the app' }).click();
  await press(page, 'Submit for approval');
  await page.getByText('The app is submitted.').waitFor();
}

for (const [clothing, options] of Object.entries(clothings)) {
  await test(`an app is decided upon: ${clothing}`, async ({ page }) => {
    const user = makeUser();
    const name = `${hostile} of ${user.username}`;
    const show = (what) => look(page, `admin-app-${what}`, clothing);

    oauth2ctl(['user', 'set', user.username, '--role', 'administrator']);
    await page.goto(at('developer'));
    await signIn(page, user);
    await addApp(page, name);
    await page.goto(at('admin/apps'));
    await page.getByLabel('Name, or its beginning').fill(name);
    await press(page, 'Show');
    await show('found');
    await page.getByRole('link', { name }).click();
    await heading(page, name).waitFor();
    await show('pending');
    await press(page, 'Reject');
    await page.getByRole('alert').waitFor();
    await show('no-reason');
    await press(page, 'Approve');
    await page.getByText('The app is approved').waitFor();
    await show('approved');
    await page.getByLabel('Reason').fill(hostile);
    await press(page, 'Suspend');
    await page.getByText('The app is suspended').waitFor();
    await show('suspended');
  }, options);

  await test(`a user is looked after: ${clothing}`, async ({ page }) => {
    const user = makeUser();
    const guest = `${hostile} of ${user.username}`.replace(/"/g, '');
    const show = (what) => look(page, `admin-user-${what}`, clothing);

    oauth2ctl(['user', 'set', user.username, '--role', 'administrator']);
    await page.goto(at('admin/users/invite'));
    await signIn(page, user);
    await page.getByLabel('User name').fill('a:b');
    await press(page, 'Invite');
    await page.getByRole('alert').waitFor();
    await show('invite-wrong');
    await page.getByLabel('User name').fill(guest);
    await press(page, 'Invite');
    await heading(page, 'A link to choose a password').waitFor();
    await show('link');
    await page.getByRole('link', { name: guest }).click();
    await heading(page, guest).waitFor();
    await page.getByRole('link', { name: 'Roles' }).click();
    await page.getByLabel('More roles').fill('a "b"');
    await press(page, 'Save');
    await page.getByRole('alert').waitFor();
    await show('roles-wrong');
    await page.getByLabel('More roles').fill('editor reviewer');
    await press(page, 'Save');
    await page.getByText('The roles are saved.').waitFor();
    await press(page, 'Disable');
    await page.getByText('is disabled and signed out').waitFor();
    await show('disabled');
    await page.goto(at('admin/users'));
    await page.getByLabel('User name, or its beginning').fill(guest);
    await press(page, 'Show');
    await page.getByRole('link', { name: guest }).waitFor();
    await show('found');
  }, options);
}
