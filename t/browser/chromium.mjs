// SPDX-License-Identifier: Apache-2.0
//
// chromium.mjs - one Chromium, one test after another, each in a profile of its
// own.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { atEnd, report } from './report.mjs';
import { demo, origin } from './site.mjs';

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
atEnd(() => browser.close());

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
  await report(name, async (closers) => {
    closers.push(() => context.close());
    await body({ context, closers, page: await context.newPage() });
    if (troubles.length && !expectTrouble)
      throw new Error(`the browser complained:\n${troubles.join('\n')}`);
  }, async () => {
    for (const page of context.pages())
      console.log(`#   at ${page.url().split('?')[0]}: ${
        await page.title().catch(() => '(gone)')}`);
  });
}

export async function choosePassword(page, password, again = password) {
  await page.getByLabel('New password').fill(password);
  await page.getByLabel('Once more').fill(again);
  await page.getByRole('button', { name: 'Set password' }).click();
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
