// SPDX-License-Identifier: Apache-2.0
//
// firefox.mjs - the main ways of all pages once more, in Firefox: a user's, a
// developer's, an administrator's.  Playwright drives no Firefox but its own
// build; Puppeteer drives the distribution's.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { look } from './page.mjs';
import { atEnd, report } from './report.mjs';
import { demo, exchange, makeClient, makeUser, oauth2ctl, orders, origin,
  startFlow } from './site.mjs';

// A home of its own, whoever runs this: Firefox writes there.
const home = mkdtempSync(join(tmpdir(), 'oa2-firefox-'));
const browser = await puppeteer.launch({
  browser: 'firefox', acceptInsecureCerts: true, headless: true,
  executablePath: process.env.OA2_FIREFOX || '/usr/bin/firefox-esr',
  env: { ...process.env, HOME: home },
});
atEnd(async () => {
  await browser.close();
  rmSync(home, { recursive: true, force: true });
});

const widths = { '1280px': { width: 1280, height: 800 },
  '360px': { width: 360, height: 740 } };
const at = (where) => `${demo.issuer}/${where}`;
const words = Array(130).fill('word').join(' ');

// A page as a person handles it: by what its labels and buttons say.
class Hand {
  constructor(page) { this.page = page; }

  // The element of this kind that says just this, or this among other things,
  // as soon as it is there.
  async #find(kind, text) {
    const find = (kind, text) => {
      const all = [...document.querySelectorAll(kind)];
      return all.find((element) => element.innerText.trim() === text)
        ?? all.find((element) => element.innerText.includes(text));
    };
    await this.page.waitForFunction(find, { timeout: 15000 }, kind, text);
    return this.page.evaluateHandle(find, kind, text);
  }

  async sees(text) { await this.page.waitForFunction((text) =>
    document.body?.innerText.includes(text), { timeout: 15000 }, text); }

  async #field(label) {
    const found = await this.#find('label', label);
    return found.evaluateHandle((element) => element.control);
  }

  async type(label, text) {
    const field = await this.#field(label);
    await field.evaluate((element) => { element.focus(); element.select(); });
    await this.page.keyboard.press('Delete');
    if (text.length < 100) await field.type(text);
    else await field.evaluate((element, text) => { element.value = text; },
      text);
  }

  async tick(label) { await (await this.#field(label)).click(); }

  // Presses, and is at another page or the same anew.
  async press(text, kind = 'button') {
    const found = await this.#find(kind, text);
    await Promise.all([this.page.waitForNavigation(), found.click()]);
  }

  async follow(text) { await this.press(text, 'a'); }

  async signIn(user) {
    await this.type('Username', user.username);
    await this.type('Password', user.password);
    await this.press('Sign in');
  }

  // Where the browser is, when that begins with this.
  async arrives(where) {
    await this.page.waitForFunction((where) => location.href.startsWith(where),
      { timeout: 15000 }, where);
    return new URL(this.page.url()).searchParams;
  }
}

async function test(name, body, viewport = widths['1280px']) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const troubles = [];
  page.on('console', (message) => {
    if (/content[- ]security[- ]policy/i.test(message.text()))
      troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('response', (answer) => {
    if (answer.status() >= 500 && answer.url().startsWith(origin))
      troubles.push(`${answer.status()} for ${answer.url().split('?')[0]}`);
  });
  await page.setViewport(viewport);
  await page.evaluateOnNewDocument(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`Content-Security-Policy: ${event.violatedDirective}: ${
        event.blockedURI}`);
    });
  });
  await report(`Firefox: ${name}`, async (closers) => {
    closers.push(() => context.close());
    await body({ closers, page, troubles, hand: new Hand(page) });
    assert.deepEqual(troubles, []);
  }, () => console.log(`#   at ${page.url().split('?')[0]}`));
}

// What is watched for is seen.
await test('a script that the policy forbids', async ({ page, troubles }) => {
  await page.goto(at('home'));
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
  });
  await page.waitForFunction(() => document.scripts.length > 0);
  assert.equal(await page.evaluate(() => window.ran), undefined);
  for (let tries = 0; tries < 50 && !troubles.length; tries++)
    await new Promise((done) => setTimeout(done, 100));
  assert.ok(troubles.splice(0).length > 0);
});

for (const [width, viewport] of Object.entries(widths)) {
  const show = (page, what) => look(page, `firefox-${what}`, width);

  await test(`sign in, allow, deny, sign out: ${width}`,
    async ({ page, hand, closers }) => {
      const user = makeUser();
      const client = await makeClient(closers);
      let flow = startFlow(client);
      await page.goto(flow.url);
      await show(page, 'login');
      await hand.signIn({ ...user, password: 'wrong' });
      await hand.sees('password is wrong');
      await show(page, 'login-wrong');
      await hand.signIn(user);
      await hand.sees('Read your orders');
      await show(page, 'consent');
      await hand.press('Allow');
      let answer = await hand.arrives(client.redirect);
      assert.equal(answer.get('state'), flow.state);
      assert.equal(answer.get('iss'), demo.issuer);
      const tokens = await exchange(flow, answer.get('code'));
      assert.equal(tokens.status, 200);
      const api = await fetch(orders.url,
        { headers: { authorization: `Bearer ${tokens.access_token}` } });
      assert.equal((await api.json()).user, user.username);

      // Back is no way to a page that is of no use.
      await page.goBack();
      assert.ok((await hand.arrives(client.redirect)).get('code'));

      flow = startFlow(client, { prompt: 'consent' });
      await page.goto(flow.url);
      await hand.press('Deny');
      answer = await hand.arrives(client.redirect);
      assert.equal(answer.get('error'), 'access_denied');

      await page.goto(at('account'));
      await hand.sees('Photo printer');
      await show(page, 'account');
      await page.goto(at('logout'));
      await hand.press('Sign out');
      await hand.sees('signed out');
      await page.goto(startFlow(client).url);
      await page.waitForSelector('input[type=password]');
    }, viewport);

  await test(`an app from the form to its approval: ${width}`,
    async ({ page, hand }) => {
      const user = makeUser();
      const name = `Orders of ${user.username}`;
      oauth2ctl(['user', 'set', user.username, '--role', 'administrator']);
      await page.goto(at('developer/add'));
      await hand.signIn(user);
      await hand.type('Name', name);
      await hand.type('Redirect URLs', 'http://evil.example/');
      await hand.type('Description', words);
      await hand.tick('It runs on a server');
      await hand.tick('Read your orders');
      await hand.press('Add');
      await page.waitForSelector('[role=alert]');
      await show(page, 'app-wrong');
      await hand.type('Redirect URLs', 'https://app.example/back');
      await hand.press('Add');
      await hand.sees('Your app is there');
      await show(page, 'app-added');
      await hand.follow('Go to the app');
      await hand.press('Submit for approval');
      await hand.sees('The app is submitted.');
      await show(page, 'app-pending');
      await page.goto(at('admin'));
      await hand.follow(name);
      await show(page, 'admin-app');
      await hand.press('Approve');
      await hand.sees('The app is approved');
    }, viewport);

  await test(`a profile, a key, the end: ${width}`, async ({ page, hand }) => {
    const user = makeUser();
    await page.goto(at('account/keys'));
    await hand.signIn(user);
    await hand.type('Name', 'cron');
    await hand.tick('Read your orders');
    await hand.type('Your password', user.password);
    await hand.press('Make the key');
    await hand.sees('This is your new key');
    await show(page, 'key');
    await page.goto(at('account/profile'));
    await hand.tick('Deutsch');
    await hand.press('Save');
    await hand.sees('Ihr Profil');
    await hand.tick('Wie der Browser');
    await hand.press('Speichern');
    await page.goto(at('account/data'));
    await hand.follow('Delete my account');
    await hand.type('Your password', user.password);
    await hand.tick('I know');
    await hand.press('Delete my account');
    await hand.sees('Your account is deleted');
  }, viewport);
}
