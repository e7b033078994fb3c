// SPDX-License-Identifier: Apache-2.0
//
// lib.mjs - one Chromium, one test after another, each in a profile of its own
// and with a client of its own at another origin.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { connect, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const demo = JSON.parse(readFileSync(process.argv[2], 'utf8'));
export const label = new URL(demo.issuer).protocol.slice(0, -1);
export const [orders, customers] = demo.resources;
export const origin = new URL(demo.issuer).origin;

// A browser that was named, or the one where Debian and others have it.
const executablePath = process.env.OA2_CHROMIUM
  || ['/usr/bin/chromium', '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome'].find((path) => existsSync(path));
if (!executablePath) throw new Error('no Chromium: install chromium');

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update',
    '--disable-sync'],
});

let failed = 0;

// Every page of a test is watched: a violation of a Content-Security-Policy or
// a 5xx fails it, whatever the test itself looks at.
function watch(context, troubles) {
  const csp = /content security policy|refused to/i;
  context.on('console', (message) => {
    if (csp.test(message.text())) troubles.push(message.text());
  });
  context.on('weberror', (error) => troubles.push(String(error.error())));
  context.on('response', (answer) => {
    if (answer.status() >= 500 && answer.url().startsWith(origin))
      troubles.push(`${answer.status()} for ${answer.url().split('?')[0]}`);
  });
}

export async function test(name, body, options = {}) {
  const troubles = [];
  const { expectTrouble, ...contextOptions } = options;
  const context = await browser.newContext({
    ignoreHTTPSErrors: true, reducedMotion: 'reduce', ...contextOptions,
  });
  context.setDefaultTimeout(10000);
  watch(context, troubles);
  await context.exposeBinding('oa2Violation', (_, text) => troubles.push(text));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.oa2Violation(`${event.violatedDirective}: ${event.blockedURI}`);
    });
  });
  const closers = [];
  try {
    await body({ context, closers, page: await context.newPage() });
    if (troubles.length && !expectTrouble)
      throw new Error(`the browser complained:\n${troubles.join('\n')}`);
    console.log(`ok - ${label}: ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok - ${label}: ${name}`);
    console.log(String(error.stack ?? error).replace(/^/gm, '#   '));
    for (const page of context.pages())
      console.log(`#   at ${page.url().split('?')[0]}: ${
        await page.title().catch(() => '(gone)')}`);
  } finally {
    await context.close();
    for (const close of closers) await close();
  }
}

export async function finish() {
  await browser.close();
  process.exitCode = failed ? 1 : 0;
}

export function oauth2ctl(args, input = '') {
  const [command, ...common] = demo.admin;
  return execFileSync(command, [...common, ...args],
    { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}

// A web server at a port of its own, hence at another origin.
export async function serve(closers, handle, host = '127.0.0.1') {
  const server = createServer(handle);
  await new Promise((done, fail) => {
    server.on('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  closers.push(() => new Promise((done) => {
    server.closeAllConnections();
    server.close(done);
  }));
  return `http://${host}:${server.address().port}`;
}

// The server again, at another port of its host: on a line that takes this long
// to bring an answer.
export async function slowly(closers, milliseconds) {
  const { hostname, port, protocol } = new URL(origin);
  const sockets = new Set();
  const server = createTcpServer((browserSide) => {
    const serverSide = connect(
      port || (protocol === 'https:' ? 443 : 80), '127.0.0.1');
    for (const socket of [browserSide, serverSide]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    // What a browser gave up waiting for was asked all the same.
    browserSide.on('data', (bytes) => serverSide.write(bytes));
    browserSide.on('close', () => setTimeout(() => serverSide.end(),
      4 * milliseconds));
    serverSide.on('data', (bytes) => setTimeout(() =>
      browserSide.writable && browserSide.write(bytes), milliseconds));
    serverSide.on('end', () => setTimeout(() => browserSide.end(),
      milliseconds));
  });
  await new Promise((done, fail) => {
    server.on('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  closers.push(() => new Promise((done) => {
    for (const socket of sockets) socket.destroy();
    server.close(done);
  }));
  return `${protocol}//${hostname}:${server.address().port}`;
}

let clients = 0;

// A public client with a redirect target that shows nothing.
export async function makeClient(closers, { host, name } = {}) {
  const at = await serve(closers, (request, answer) => {
    answer.setHeader('content-type', 'text/html');
    // Its icon must not be looked for while the next page loads already.
    answer.end('<!DOCTYPE html><title>client</title>'
      + '<link rel="icon" href="data:,"><h1>Back</h1>');
  }, host);
  const id = `browser-${process.pid}-${++clients}`;
  const redirect = `${at}/callback`;
  oauth2ctl(['client', 'add', id, '--name', name ?? 'Photo printer',
    '--public', '--redirect-uri', redirect,
    '--scope', 'read write customers profile']);
  return { id, redirect };
}

// A user whose consents and failures are this test's only.
export function makeUser() {
  const user = {
    username: `user-${process.pid}-${randomBytes(4).toString('hex')}`,
    password: randomBytes(9).toString('base64url'),
  };
  oauth2ctl(['user', 'add', user.username, '--password-stdin'],
    `${user.password}\n`);
  return user;
}

// Somebody new, and the link by which that one chooses a password.
export function invite() {
  const username = `new-${process.pid}-${randomBytes(4).toString('hex')}`;
  const said = oauth2ctl(['user', 'invite', username]);
  return { username, password: randomBytes(12).toString('base64url'),
    link: said.match(/^https?:\S+$/m)[0] };
}

export async function choosePassword(page, password, again = password) {
  await page.getByLabel('New password').fill(password);
  await page.getByLabel('Once more').fill(again);
  await page.getByRole('button', { name: 'Set password' }).click();
}

export function startFlow(client, parameters = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(9).toString('base64url');
  const url = new URL(`${demo.issuer}/authorize`);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: client.redirect,
    scope: 'read customers',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  });
  return { url: url.href, verifier, state, client };
}

export async function signIn(page, user = demo.user) {
  await page.getByLabel('Username').fill(user.username);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export async function allow(page) {
  await page.getByRole('button', { name: 'Allow' }).click();
}

// Waits until the browser is back at the client; its query.
export async function arrive(page, flow) {
  await page.waitForURL((url) => url.href.startsWith(flow.client.redirect));
  return new URL(page.url()).searchParams;
}

export function exchange(flow, code) {
  return fetchJson(`${demo.issuer}/token`, {
    grant_type: 'authorization_code', client_id: flow.client.id,
    redirect_uri: flow.client.redirect, code_verifier: flow.verifier, code,
  });
}

export async function fetchJson(url, form) {
  const answer = await fetch(url, form
    ? { method: 'POST', body: new URLSearchParams(form) } : {});
  return { status: answer.status, ...await answer.json() };
}

export function shot(name) {
  const where = process.env.OA2_SCREENSHOTS;
  if (!where) return null;
  const directory = join(where, label);
  mkdirSync(directory, { recursive: true });
  return join(directory, `${name}.png`);
}

// --- how a page looks --------------------------------------------------------

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
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
  assert.notEqual(await page.title(), '');
}

export const clothings = {
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
