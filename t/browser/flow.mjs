// SPDX-License-Identifier: Apache-2.0
//
// flow.mjs - what a person does: sign in, allow, deny, come back, sign out.
import assert from 'node:assert/strict';
import { allow, arrive, choosePassword, signIn, test } from './chromium.mjs';
import { demo, exchange, invite, label, makeClient, makeUser, orders, origin,
  serve, slowly, startFlow } from './site.mjs';

const alertOf = (page) => page.getByRole('alert');
const heading = (page) => page.getByRole('heading', { level: 1 });

for (const host of ['127.0.0.1', 'localhost'])
  await test(`sign in and allow; the client is at ${host}, another port`,
    async ({ page, closers }) => {
      const flow = startFlow(await makeClient(closers, { host }));
      await page.goto(flow.url);
      assert.equal(await heading(page).innerText(), 'Sign in');
      await signIn(page);
      await heading(page).filter({ hasText: 'Photo printer' }).waitFor();
      const text = await page.getByRole('main').innerText();
      assert.match(text, /Read your orders/);
      assert.match(text, /See your customers/);
      assert.doesNotMatch(text, /Create and change/);
      assert.match(text, new RegExp(demo.user.username));
      await allow(page);
      const answer = await arrive(page, flow);
      assert.equal(answer.get('state'), flow.state);
      assert.equal(answer.get('iss'), demo.issuer);
      assert.equal(answer.get('error'), null);
      const tokens = await exchange(flow, answer.get('code'));
      assert.equal(tokens.status, 200);
      const api = await fetch(orders.url,
        { headers: { authorization: `Bearer ${tokens.access_token}` } });
      assert.equal((await api.json()).user, demo.user.username);
    });

await test('deny', async ({ page, closers }) => {
  const flow = startFlow(await makeClient(closers));
  await page.goto(flow.url);
  await signIn(page);
  await page.getByRole('button', { name: 'Deny' }).click();
  const answer = await arrive(page, flow);
  assert.equal(answer.get('error'), 'access_denied');
  assert.equal(answer.get('state'), flow.state);
  assert.equal(answer.get('iss'), demo.issuer);
  assert.equal(answer.get('code'), null);
});

await test('each button twice, on a slow line', async ({ page, closers }) => {
  const slow = await slowly(closers, 500);
  const user = makeUser();
  const client = await makeClient(closers);
  const fill = async () => {
    await page.getByLabel('Username').fill(user.username);
    await page.getByLabel('Password').fill(user.password);
  };
  let flow = startFlow(client);
  await page.goto(flow.url.replace(origin, slow));
  await fill();
  await page.getByRole('button', { name: 'Sign in' }).dblclick();
  await page.getByRole('button', { name: 'Allow' }).dblclick();
  await heading(page).filter({ hasText: 'Back' }).waitFor();
  let answer = await arrive(page, flow);
  assert.equal(answer.get('state'), flow.state);
  const tokens = await exchange(flow, answer.get('code'));
  assert.equal(tokens.status, 200);

  // Enter twice; the consent is remembered, so the login leads out at once.
  flow = startFlow(client, { prompt: 'login' });
  await page.goto(flow.url.replace(origin, slow));
  await fill();
  await page.evaluate(() => {
    const form = document.querySelector('form');
    form.requestSubmit();
    setTimeout(() => form.requestSubmit(), 50);
  });
  await heading(page).filter({ hasText: 'Back' }).waitFor();
  answer = await arrive(page, flow);
  assert.equal((await exchange(flow, answer.get('code'))).status, 200);

  await page.goto(`${demo.issuer.replace(origin, slow)}/logout`);
  await page.getByRole('button', { name: 'Sign out' }).dblclick();
  await heading(page).filter({ hasText: /signed out/i }).waitFor();
});

await test('reload and Back, at every page', async ({ page, closers }) => {
  const user = makeUser();
  const flow = startFlow(await makeClient(closers));
  await page.goto(flow.url);
  await page.reload();
  await signIn(page, { ...user, password: 'wrong' });
  await alertOf(page).waitFor();
  await page.goBack();
  await signIn(page, user);
  await page.getByRole('button', { name: 'Allow' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Allow' }).waitFor();
  await page.goBack();
  await page.goForward();
  await allow(page);
  assert.ok((await arrive(page, flow)).get('code'));
  // Back behind the answer: consent is remembered, there is no way to a page
  // that is of no use.
  await page.goBack();
  assert.ok((await arrive(page, flow)).get('code'));
});

await test('two tabs before the first cookie', async ({ context, closers }) => {
  const slow = await slowly(closers, 500);
  const user = makeUser();
  const flows = [startFlow(await makeClient(closers)),
    startFlow(await makeClient(closers))];
  const tabs = [await context.newPage(), await context.newPage()];
  // There are 16 names of cookies; here each has one of its own.
  do {
    await context.clearCookies();
    await Promise.all(tabs.map((tab, i) =>
      tab.goto(flows[i].url.replace(origin, slow))));
  } while ((await context.cookies(slow)).length < 2);
  for (const i of [1, 0]) {
    await signIn(tabs[i], user);
    await allow(tabs[i]);
    assert.ok((await arrive(tabs[i], flows[i])).get('code'));
  }
});

// Has the page send a form to there, as any page of the web can.
async function sendForm(page, action, fields) {
  await page.evaluate(([to, pairs]) => {
    const form = document.createElement('form');
    Object.assign(form, { action: to, method: 'post' });
    for (const [name, value] of pairs)
      form.append(Object.assign(document.createElement('input'),
        { name, value }));
    document.body.append(form);
    form.submit();
  }, [action, fields]);
}

await test('another site sends forms', async ({ page, context, closers }) => {
  const there = await serve(closers, (request, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.end('<!DOCTYPE html><title>other</title>'
      + '<link rel="icon" href="data:,"><h1>Other</h1>');
  }, new URL(origin).hostname === 'localhost' ? '127.0.0.1' : 'localhost');
  for (const name of ['login', 'consent', 'logout', 'login']) {
    await page.goto(there);
    await sendForm(page, `${demo.issuer}/${name}`, [['username', 'x']]);
    await page.waitForURL(`${demo.issuer}/${name}`);
    assert.match(await page.getByRole('main').innerText(), /Another site/);
  }
  assert.deepEqual(await context.cookies(origin), []);
  // An app may send its request so, and who is signed in is not asked again.
  const flow = startFlow(await makeClient(closers));
  const [action, query] = flow.url.split('?');
  const fields = [...new URLSearchParams(query)];
  await page.goto(there);
  await sendForm(page, action, fields);
  await signIn(page, makeUser());
  await allow(page);
  assert.ok((await arrive(page, flow)).get('code'));
  await page.goto(there);
  await sendForm(page, action, fields);
  assert.ok((await arrive(page, flow)).get('code'));
});

await test('the form of another tab, as somebody else',
  async ({ context, closers }) => {
    const [alice, bob] = [makeUser(), makeUser()];
    const flows = [startFlow(await makeClient(closers)),
      startFlow(await makeClient(closers))];
    const tabs = [await context.newPage(), await context.newPage()];
    for (const i of [0, 1]) await tabs[i].goto(flows[i].url);
    await signIn(tabs[0], alice);
    await tabs[0].getByRole('button', { name: 'Allow' }).waitFor();
    await signIn(tabs[1], { username: bob.username, password: 'nonsense' });
    await alertOf(tabs[1]).waitFor();
    await signIn(tabs[1], bob);
    assert.match(await tabs[1].getByRole('main').innerText(),
      new RegExp(bob.username));
    // Alice's page is not decided by bob, who is signed in now.
    await allow(tabs[0]);
    await alertOf(tabs[0]).waitFor();
    assert.match(await alertOf(tabs[0]).innerText(), /somebody else/);
    assert.match(await tabs[0].getByRole('main').innerText(),
      new RegExp(bob.username));
    await allow(tabs[0]);
    assert.ok((await arrive(tabs[0], flows[0])).get('code'));
  });

await test('a wrong password', async ({ page, closers }) => {
  const user = makeUser();
  const flow = startFlow(await makeClient(closers));
  await page.goto(flow.url);
  assert.equal(await alertOf(page).count(), 0);
  await signIn(page, { ...user, password: 'not it' });
  await alertOf(page).waitFor();
  assert.match(await alertOf(page).innerText(), /\w+ \w+/);
  assert.match(await page.title(), /not signed in/i);
  assert.equal(await page.getByLabel('Username').inputValue(), user.username);
  assert.equal(await page.getByLabel('Password').inputValue(), '');
  assert.doesNotMatch(await page.content(), /not it/);
  // An unknown name looks the same.
  const said = await alertOf(page).innerText();
  await signIn(page, { username: 'nobody-here', password: 'not it' });
  await page.waitForFunction(() =>
    document.querySelector('[name=username]').value === 'nobody-here');
  assert.equal(await alertOf(page).innerText(), said);
  await signIn(page, user);
  await allow(page);
  assert.ok((await arrive(page, flow)).get('code'));
});

await test('too many wrong passwords', async ({ page, closers }) => {
  const user = makeUser();
  const flow = startFlow(await makeClient(closers));
  await page.goto(flow.url);
  let said = '';
  for (let i = 0; i < 8 && !/wait|later|again in/i.test(said); i++) {
    await signIn(page, { ...user, password: `wrong ${i}` });
    await page.waitForLoadState();
    said = await alertOf(page).innerText();
  }
  assert.match(said, /wait|later|again in/i);
});

await test('consent is remembered, until more is asked',
  async ({ page, closers }) => {
    const client = await makeClient(closers);
    const user = makeUser();
    let flow = startFlow(client);
    await page.goto(flow.url);
    await signIn(page, user);
    await allow(page);
    await arrive(page, flow);

    flow = startFlow(client, { scope: 'read' });
    await page.goto(flow.url);
    const answer = await arrive(page, flow);
    assert.equal(answer.get('state'), flow.state);
    assert.ok(answer.get('code'));

    flow = startFlow(client, { scope: 'profile read write' });
    await page.goto(flow.url);
    await page.getByRole('heading', { name: 'About you', level: 3 }).waitFor();
    const who = page.getByRole('listitem')
      .filter({ hasText: 'See who you are' });
    assert.match(await who.innerText(), /Sensitive/);
    for (const claim of ['preferred username', 'name', 'email'])
      assert.ok(await who.getByRole('listitem')
        .filter({ hasText: new RegExp(`^${claim}$`) }).isVisible(), claim);
    const items = page.getByRole('listitem');
    assert.match(await items.filter({ hasText: 'Read your orders' })
      .innerText(), /already allowed/);
    assert.doesNotMatch(await items.filter({ hasText: 'Create and change' })
      .innerText(), /already allowed/);
    await allow(page);
    assert.ok((await arrive(page, flow)).get('code'));
  });

await test('prompt: login, consent, none', async ({ page, closers }) => {
  const client = await makeClient(closers);
  let flow = startFlow(client, { prompt: 'none' });
  await page.goto(flow.url);
  assert.equal((await arrive(page, flow)).get('error'), 'login_required');

  flow = startFlow(client);
  await page.goto(flow.url);
  await signIn(page);

  flow = startFlow(client, { prompt: 'none' });
  await page.goto(flow.url);
  assert.equal((await arrive(page, flow)).get('error'), 'consent_required');

  flow = startFlow(client);
  await page.goto(flow.url);
  await allow(page);
  await arrive(page, flow);

  flow = startFlow(client, { prompt: 'login' });
  await page.goto(flow.url);
  assert.equal(await heading(page).innerText(), 'Sign in');
  await signIn(page);
  assert.ok((await arrive(page, flow)).get('code'));

  flow = startFlow(client, { prompt: 'consent' });
  await page.goto(flow.url);
  await allow(page);
  assert.ok((await arrive(page, flow)).get('code'));

  flow = startFlow(client, { prompt: 'none' });
  await page.goto(flow.url);
  assert.ok((await arrive(page, flow)).get('code'));
});

await test('login_hint fills in the name', async ({ page, closers }) => {
  const flow = startFlow(await makeClient(closers),
    { login_hint: '<b>"alice"' });
  await page.goto(flow.url);
  assert.equal(await page.getByLabel('Username').inputValue(), '<b>"alice"');
  assert.equal(await page.evaluate(() => document.activeElement.name),
    'password');
});

await test('sign out, and switch account', async ({ page, context, closers }) => {
  const client = await makeClient(closers);
  const other = makeUser();
  let flow = startFlow(client);
  await page.goto(flow.url);
  await signIn(page);
  await page.getByRole('button', { name: /not you/i }).click();
  await page.getByLabel('Username').waitFor();
  await signIn(page, other);
  assert.match(await page.getByRole('main').innerText(),
    new RegExp(other.username));
  await allow(page);
  assert.ok((await arrive(page, flow)).get('code'));

  const before = (await context.cookies(origin))
    .find(({ name }) => name.endsWith('oauth2_session'));
  assert.ok(before);
  await page.goto(`${demo.issuer}/logout`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading(page).filter({ hasText: /signed out/i }).waitFor();
  assert.ok(!(await context.cookies(origin))
    .some(({ name }) => name.endsWith('oauth2_session')));

  // Not even who kept the old cookie is still signed in.
  await context.addCookies([before]);
  flow = startFlow(client);
  await page.goto(flow.url);
  assert.equal(await heading(page).innerText(), 'Sign in');
});

await test('cookies', async ({ page, context, closers }) => {
  const flow = startFlow(await makeClient(closers));
  await page.goto(flow.url);
  const first = await context.cookies(origin);
  await signIn(page);
  await heading(page).filter({ hasText: 'Photo printer' }).waitFor();
  const cookies = await context.cookies(origin);
  const prefix = label === 'https' ? '__Host-' : '';
  assert.deepEqual(cookies.map(({ name }) => name.replace(/_[0-9a-f]$/, ''))
    .sort(), [`${prefix}oauth2_browser`, `${prefix}oauth2_session`]);
  for (const cookie of cookies) {
    assert.equal(cookie.httpOnly, true, cookie.name);
    assert.equal(cookie.sameSite, 'Lax', cookie.name);
    assert.equal(cookie.secure, label === 'https', cookie.name);
  }
  assert.ok(!first.some(({ name }) => name.endsWith('session')));
  assert.equal(await page.evaluate(() => document.cookie), '');
});

await test('the keyboard alone', async ({ page, closers }) => {
  const flow = startFlow(await makeClient(closers));
  const focused = () => page.evaluate(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    return {
      name: element.name || element.innerText,
      value: element.value,
      seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    };
  });
  await page.goto(flow.url);
  assert.equal((await focused()).name, 'username');
  await page.keyboard.type(demo.user.username);
  await page.keyboard.press('Tab');
  assert.equal((await focused()).name, 'password');
  assert.ok((await focused()).seen);
  await page.keyboard.type(demo.user.password);
  await page.keyboard.press('Tab');
  assert.equal((await focused()).name, 'Sign in');
  assert.ok((await focused()).seen);
  await page.keyboard.press('Enter');
  await heading(page).filter({ hasText: 'Photo printer' }).waitFor();
  const seen = [];
  for (let i = 0; i < 10; i++) {
    await page.keyboard.press('Tab');
    const at = await focused();
    seen.push(at.value);
    assert.ok(at.seen, `no outline around ${at.name}`);
    if (at.value === 'allow') break;
  }
  assert.equal(seen.at(-1), 'allow');
  assert.ok(!seen.includes('deny'), 'Allow stands before Deny');
  await page.keyboard.press('Enter');
  assert.ok((await arrive(page, flow)).get('code'));
});

await test('Enter in the password field signs in', async ({ page, closers }) => {
  const flow = startFlow(await makeClient(closers));
  await page.goto(flow.url);
  await page.getByLabel('Username').fill(demo.user.username);
  await page.getByLabel('Password').fill(demo.user.password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Allow' }).waitFor();
});

await test('without JavaScript', async ({ page, closers }) => {
  const flow = startFlow(await makeClient(closers));
  await page.goto(flow.url);
  await signIn(page, { ...demo.user, password: 'wrong' });
  await alertOf(page).waitFor();
  await signIn(page);
  await allow(page);
  assert.ok((await arrive(page, flow)).get('code'));
  await page.goto(`${demo.issuer}/logout`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading(page).filter({ hasText: /signed out/i }).waitFor();
}, { javaScriptEnabled: false });

await test('back after consent', async ({ page, closers }) => {
  const flow = startFlow(await makeClient(closers));
  await page.goto(flow.url);
  await signIn(page);
  await allow(page);
  const code = (await arrive(page, flow)).get('code');
  await page.goBack();
  // The request begins anew, and what came of it before is good.
  await heading(page).filter({ hasText: 'Back' }).waitFor();
  assert.ok((await arrive(page, flow)).get('code'));
  assert.equal((await exchange(flow, code)).status, 200);
});

await test('two tabs with two requests', async ({ page, context, closers }) => {
  const one = startFlow(await makeClient(closers, { name: 'First app' }));
  const two = startFlow(await makeClient(closers, { name: 'Second app' }));
  const tab = await context.newPage();
  await page.goto(one.url);
  await tab.goto(two.url);
  await signIn(page);
  await heading(page).filter({ hasText: 'First app' }).waitFor();
  // The second tab still shows the form from before the login.
  await signIn(tab);
  await heading(tab).filter({ hasText: 'Second app' }).waitFor();
  // The first tab's page is older than the second login.
  await allow(page);
  const first = await arrive(page, one);
  assert.equal(first.get('state'), one.state);
  await allow(tab);
  const second = await arrive(tab, two);
  assert.equal(second.get('state'), two.state);
  for (const [flow, answer] of [[one, first], [two, second]])
    assert.equal((await exchange(flow, answer.get('code'))).status, 200);
});

await test('an invitation, from the link to an app', async ({ page, context,
  closers }) => {
  const slow = await slowly(closers, 500);
  const guest = invite();
  const other = await context.newPage();
  await other.goto(guest.link);
  await page.goto(guest.link.replace(origin, slow));
  // Nobody who looks over the shoulder, or reads the history, has a use for it.
  await choosePassword(page, guest.password, `${guest.password}?`);
  await alertOf(page).filter({ hasText: 'not the same' }).waitFor();
  assert.equal(await page.getByLabel('New password').inputValue(), '');
  assert.ok(!page.url().includes('ticket'));
  await page.getByLabel('New password').fill(guest.password);
  await page.getByLabel('Once more').fill(guest.password);
  await page.getByRole('button', { name: 'Set password' }).dblclick();
  await heading(page).filter({ hasText: 'is set' }).waitFor();
  await page.reload();
  // The other tab, and whoever finds the link, come too late.
  await choosePassword(other, 'another long one of mine');
  await heading(other).filter({ hasText: 'not good any more' }).waitFor();
  const flow = startFlow(await makeClient(closers));
  await page.goto(flow.url);
  await signIn(page, guest);
  await allow(page);
  assert.ok((await arrive(page, flow)).get('code'));
});

await test('a request of another browser cannot be continued',
  async ({ page, context, closers }) => {
    const flow = startFlow(await makeClient(closers));
    await page.goto(flow.url);
    const link = page.url();
    await context.clearCookies();
    const answer = await page.goto(link);
    const flowIsInLink = link !== flow.url;
    assert.ok(flowIsInLink ? answer.status() >= 400 : answer.ok());
    if (flowIsInLink)
      assert.equal(await page.getByLabel('Password').count(), 0);
  });

await test('an unknown client gets no redirect', async ({ page, closers }) => {
  const client = await makeClient(closers);
  let answer = await page.goto(startFlow({ ...client, id: 'nobody' }).url);
  assert.equal(answer.status(), 400);
  assert.ok(page.url().startsWith(origin));
  answer = await page.goto(startFlow(
    { ...client, redirect: `${client.redirect}/other` }).url);
  assert.equal(answer.status(), 400);
  assert.ok(page.url().startsWith(origin));
  assert.equal(answer.headers()['content-type'].split(';')[0], 'text/html');
});

await test('no page can be framed', async ({ page, context, closers }) => {
  const client = await makeClient(closers);
  await page.goto(client.redirect);
  for (const url of [startFlow(client).url, `${demo.issuer}/logout`,
    startFlow({ ...client, id: 'nobody' }).url]) {
    const refused = context.waitForEvent('console', (message) =>
      /frame-ancestors|x-frame-options/i.test(message.text()));
    await page.evaluate((src) => {
      const frame = document.createElement('iframe');
      frame.src = src;
      document.body.replaceChildren(frame);
    }, url);
    await refused;
  }
}, { expectTrouble: true });

await test('the demo: from its start page to an answer of the API',
  async ({ page }) => {
    const { execFileSync } = await import('node:child_process');
    await page.goto(`${origin}/`);
    await page.getByRole('link', { name: /^Let the app/ }).click();
    await signIn(page);
    const button = page.getByRole('button', { name: 'Allow' });
    await button.or(page.getByText('Code received')).first().waitFor();
    if (await button.count()) await button.click();
    await heading(page).filter({ hasText: 'Code received' }).waitFor();
    // What the page says is tried word for word.
    const run = (text) => JSON.parse(execFileSync('/bin/sh', ['-c', text],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    const tokens = run(await page.locator('#exchange').innerText());
    const call = (await page.locator('#call').innerText())
      .replace('ACCESS_TOKEN', tokens.access_token);
    assert.equal(run(call).user, demo.user.username);
    // The button comes too late for this code, and says so.
    const go = page.getByRole('button', { name: 'Call the API' });
    await go.click();
    await page.getByText('Start again.').waitFor();
    assert.match(await page.locator('#tokens').innerText(), /invalid_grant/);
    // The next time it is in time.
    await page.goto(`${origin}/`);
    await page.getByRole('link', { name: /^Let the app/ }).click();
    await go.click();
    await page.getByText('The API\'s answer').waitFor();
    assert.equal(JSON.parse(await page.locator('#orders').innerText()).user,
      demo.user.username);
    await page.goto(`${origin}/demo/callback?code=x&state=y&iss=z`);
    assert.match(await page.locator('#what').innerText(), /do not use it/);
    await page.goto(`${origin}/demo/callback?error=access_denied`);
    assert.equal(await heading(page).innerText(), 'No access');
  });
