// SPDX-License-Identifier: Apache-2.0
//
// app.mjs - an app that lives in the browser, at another origin than the
// server and the API: everything by fetch(), so CORS has to be right.
import assert from 'node:assert/strict';
import { allow, signIn, test } from './chromium.mjs';
import { demo, oauth2ctl, orders, serve } from './site.mjs';

const html = `<!DOCTYPE html><title>app</title>
<link rel="icon" href="data:,"><h1>App</h1><script>
async function metadata(issuer) {
  const url = new URL(issuer);
  return (await fetch(url.origin + '/.well-known/oauth-authorization-server'
    + url.pathname)).json();
}
function text(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=/g, '');
}
async function begin(issuer, client, scope) {
  const verifier = text(crypto.getRandomValues(new Uint8Array(32)));
  sessionStorage.verifier = verifier;
  const hash = await crypto.subtle.digest('SHA-256',
    new TextEncoder().encode(verifier));
  const start = new URL((await metadata(issuer)).authorization_endpoint);
  start.search = new URLSearchParams({ response_type: 'code',
    client_id: client, redirect_uri: location.origin + '/app', scope,
    state: 's', code_challenge: text(hash), code_challenge_method: 'S256' });
  location = start;
}
async function send(url, form) {
  const answer = await fetch(url, { method: 'POST',
    body: new URLSearchParams(form) });
  const body = await answer.text();
  return { status: answer.status, body: body ? JSON.parse(body) : null };
}
async function call(url, token, options) {
  const answer = await fetch(url, { ...options,
    headers: token ? { authorization: 'Bearer ' + token } : {} });
  return { status: answer.status,
    challenge: answer.headers.get('www-authenticate'),
    body: answer.ok ? await answer.json() : null };
}
</script>`;

async function start(closers, register) {
  const at = await serve(closers, (request, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.end(html);
  });
  const id = `app-${process.pid}-${new URL(at).port}`;
  if (register)
    oauth2ctl(['client', 'add', id, '--name', 'Browser app', '--public',
      '--redirect-uri', `${at}/app`, '--scope', 'read write customers']);
  return { at, id };
}

await test('an app in the browser at another origin',
  async ({ page, closers }) => {
    const app = await start(closers, true);
    await page.goto(`${app.at}/app`);
    await page.evaluate(([issuer, id]) => begin(issuer, id, 'read'),
      [demo.issuer, app.id]).catch(() => {});    // the page goes away
    await signIn(page);
    await allow(page);
    await page.waitForURL((url) => url.origin === app.at);

    const tokens = await page.evaluate(async ([issuer, id]) => {
      const { token_endpoint: url } = await metadata(issuer);
      return send(url, { grant_type: 'authorization_code', client_id: id,
        redirect_uri: `${location.origin}/app`,
        code: new URLSearchParams(location.search).get('code'),
        code_verifier: sessionStorage.verifier });
    }, [demo.issuer, app.id]);
    assert.equal(tokens.status, 200);

    const call = (token, options) => page.evaluate(
      ([url, word, more]) => window.call(url, word, more),
      [orders.url, token, options]);
    let answer = await call(tokens.body.access_token);
    assert.equal(answer.status, 200);
    assert.equal(answer.body.client, app.id);
    answer = await call(tokens.body.access_token, { method: 'POST' });
    assert.equal(answer.status, 403);
    assert.match(answer.challenge, /insufficient_scope/);
    answer = await call(null);
    assert.equal(answer.status, 401);
    assert.match(answer.challenge, /^Bearer /);

    const fresh = await page.evaluate(async ([issuer, id, token]) =>
      send((await metadata(issuer)).token_endpoint,
        { grant_type: 'refresh_token', client_id: id, refresh_token: token }),
    [demo.issuer, app.id, tokens.body.refresh_token]);
    assert.equal(fresh.status, 200);

    const gone = await page.evaluate(async ([issuer, id, token]) =>
      send((await metadata(issuer)).revocation_endpoint,
        { client_id: id, token }),
    [demo.issuer, app.id, fresh.body.refresh_token]);
    assert.equal(gone.status, 200);
    answer = await call(fresh.body.access_token);
    assert.equal(answer.status, 401);
    assert.match(answer.challenge, /invalid_token/);

    // What is wrong can be read too, with its status.
    const wrong = await page.evaluate(async ([issuer, id]) =>
      send((await metadata(issuer)).token_endpoint,
        { grant_type: 'refresh_token', client_id: id, refresh_token: 'x' }),
    [demo.issuer, app.id]);
    assert.equal(wrong.status, 400);
    assert.equal(wrong.body.error, 'invalid_grant');
  });

await test('an origin that no client has', async ({ page, closers }) => {
  const app = await start(closers, false);
  await page.goto(`${app.at}/app`);
  const answer = await page.evaluate(async (issuer) => {
    const { token_endpoint: url } = await metadata(issuer);
    return send(url, { grant_type: 'refresh_token', client_id: 'x',
      refresh_token: 'x' }).catch((error) => error.name);
  }, demo.issuer);
  assert.equal(answer, 'TypeError');
}, { expectTrouble: true });

await test('nobody can be signed in or asked by fetch()',
  async ({ page, closers }) => {
    const app = await start(closers, true);
    await page.goto(`${app.at}/app`);
    const answer = await page.evaluate((url) => fetch(url,
      { credentials: 'include' }).catch((error) => error.name),
    `${demo.issuer}/logout`);
    assert.equal(answer, 'TypeError');
  }, { expectTrouble: true });
