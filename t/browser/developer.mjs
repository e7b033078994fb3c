// SPDX-License-Identifier: Apache-2.0
//
// developer.mjs - a developer's way: an app from the form to its end, in every
// clothing, and once without script.
import assert from 'node:assert/strict';
import { allow, clothings, signIn, test } from './chromium.mjs';
import { look } from './page.mjs';
import { demo, makeUser, oauth2ctl, serve } from './site.mjs';

const words = Array(130).fill('word').join(' ');
const hostile = '"><script>alert(1)</script>עברית {{x}} – a rather long '
  + 'name that has to wrapsomewherewithoutanyspaceforalongtime';

const at = (where) => `${demo.issuer}/developer${where}`;
const primary = (page) => page.locator('main button.primary').last();

// Where the app's page says so.
const heading = (page, name) =>
  page.getByRole('heading', { level: 1, name });

async function begin(page, user, where = '') {
  await page.goto(at(where));
  await signIn(page, user);
}

async function fillIn(page, name, redirect) {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Redirect URLs').fill(redirect);
  await page.getByLabel('Description').fill(words);
  await page.getByLabel('It runs on a server').check();
  await page.getByLabel('Read your orders').check();
}

// Until the server has heard what another program wrote.
async function until(page, text) {
  for (let tries = 0; tries < 40; tries++) {
    await page.reload();
    if (await page.getByText(text, { exact: true }).count()) return;
    await page.waitForTimeout(250);
  }
  assert.fail(`"${text}" did not come`);
}

for (const [clothing, options] of Object.entries(clothings))
  await test(`the developer's pages: ${clothing}`, async ({ page }) => {
    const user = makeUser();
    const show = (name) => look(page, `developer-${name}`, clothing);

    await begin(page, user);
    await page.getByText('There are none yet.').waitFor();
    await show('none');
    await page.getByRole('link', { name: 'Add an app' }).click();
    await heading(page, 'Add an app').waitFor();
    await show('add');
    await page.getByLabel('Name', { exact: true }).fill(hostile);
    await page.getByLabel('Redirect URLs').fill('http://evil.example/');
    await page.getByLabel('Description').fill('too short');
    await page.getByLabel('Website').fill('javascript:alert(1)');
    // What the browser would ask for by itself, the server asks for as well.
    await page.locator('form').last().evaluate((form) => {
      form.noValidate = true;
    });
    await primary(page).click();
    await page.getByRole('alert').waitFor();
    await show('add-wrong');
    await page.getByLabel('Website').fill('');
    await fillIn(page, hostile.slice(0, 100).trim(), 'https://app.example/back');
    await primary(page).click();
    await heading(page, 'Your app is there').waitFor();
    await show('added');
    const id = (await page.locator('dd code').textContent()).trim();

    await page.getByRole('link', { name: 'Go to the app' }).click();
    await show('draft');
    for (const name of ['Edit', 'Team', 'New secret', 'Delete']) {
      await page.getByRole('navigation', { name: 'Sections' })
        .getByRole('link', { name }).click();
      await page.getByRole('heading', { level: 2, name, exact: true })
        .waitFor();
      await show(name.toLowerCase().replace(' ', '-'));
    }
    await page.goto(at(`/app/${id}`));
    await page.getByRole('button', { name: 'Submit for approval' }).click();
    await page.getByText('The app is submitted.').waitFor();
    await show('pending');
    oauth2ctl(['app', 'reject', id, 'Please say what it does with orders.']);
    await until(page, 'Not approved');
    await show('rejected');
    await page.goto(at(''));
    await show('list');
    await page.goto(at('/app/nobody'));
    await show('nothing');
  }, options);

for (const clothing of ['light', '360px-dark'])
  await test(`somebody is asked to join: ${clothing}`,
    async ({ context, page }) => {
      const [owner, asked] = [makeUser(), makeUser()];
      await begin(page, owner, '/add');
      await fillIn(page, hostile.slice(0, 100).trim(),
        'https://app.example/back');
      await primary(page).click();
      await page.getByRole('link', { name: 'Go to the app' }).click();
      await page.getByRole('link', { name: 'Team' }).click();
      await page.getByLabel('User name').fill(asked.username);
      await page.getByRole('button', { name: 'Ask to join' }).click();
      await page.getByText('invited, until').waitFor();
      await look(page, 'developer-team-invited', clothing);
      await context.clearCookies();
      await begin(page, asked);
      await page.getByText('You are asked to join').waitFor();
      await look(page, 'developer-invited', clothing);
      await page.getByRole('button', { name: 'Accept' }).click();
      await page.getByText('You are on the team now.').waitFor();
    }, clothings[clothing]);

await test('a developer tries a draft', async ({ page, closers }) => {
  const user = makeUser();
  const back = `${await serve(closers, (request, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.end('<!DOCTYPE html><title>client</title>'
      + '<link rel="icon" href="data:,"><h1>Back</h1>');
  })}/callback`;
  await begin(page, user, '/add');
  await fillIn(page, 'Orders on paper', back);
  await primary(page).click();
  await page.getByRole('link', { name: 'Go to the app' }).click();
  await page.getByRole('link', { name: 'Start at the sign-in page' }).click();
  await allow(page);
  await page.getByRole('heading', { name: 'Back' }).waitFor();
  assert.match(new URL(page.url()).searchParams.get('code'), /^oa2c_/);
});

await test('two developers edit one app', async ({ context, page }) => {
  const user = makeUser();
  await begin(page, user, '/add');
  await fillIn(page, 'Shared', 'https://app.example/back');
  await primary(page).click();
  const id = (await page.locator('dd code').textContent()).trim();
  const other = await context.newPage();
  await page.goto(at(`/edit/${id}`));
  await other.goto(at(`/edit/${id}`));
  await other.getByLabel('Name', { exact: true }).fill('Theirs');
  await primary(other).click();
  await heading(other, /Theirs/).waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Mine');
  await primary(page).click();
  await page.getByText('Somebody else has changed this app').waitFor();
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(),
    'Mine');
  await page.getByRole('definition').getByText('Theirs').waitFor();
  await look(page, 'developer-conflict', 'light');
  await primary(page).click();
  await heading(page, /Mine/).waitFor();
});

await test('a new secret, without script', async ({ page }) => {
  const user = makeUser();
  await begin(page, user, '/add');
  await fillIn(page, 'Plain', 'https://app.example/back');
  await primary(page).click();
  const first = await page.locator('#secret').textContent();
  await page.getByRole('link', { name: 'Go to the app' }).click();
  await page.getByRole('link', { name: 'New secret' }).click();
  await page.getByLabel('Your password').fill('not it');
  await primary(page).click();
  await page.getByText('This is not your password.').first().waitFor();
  await page.getByLabel('Your password').fill(user.password);
  await primary(page).click();
  await page.getByText('The app has a new secret.').waitFor();
  assert.notEqual(await page.locator('#secret').textContent(), first);
}, { javaScriptEnabled: false });
