// SPDX-License-Identifier: Apache-2.0
//
// openid-client.mjs DEMO.JSON - npm's openid-client, version 6, as a plain
// OAuth 2 client of the demo.  One line a test: "ok - what", "not ok - what".
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import * as oauth from 'openid-client';
import { Person } from './person.mjs';


const demo = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const execute = demo.issuer.startsWith('http:')
  ? [oauth.allowInsecureRequests] : [];
const [orders, customers] = demo.resources;
const scope = `${orders.scope} ${customers.scope}`;
let failed = 0;

async function test(name, body) {
  try {
    await body();
    console.log(`ok - openid-client: ${name}`);
  } catch (error) {
    failed++;
    const why = [error.stack ?? error, error.cause && `cause: ${
      error.cause.stack ?? JSON.stringify(error.cause)}`].filter(Boolean);
    console.log(`not ok - openid-client: ${name}`);
    console.log(why.join('\n').replace(/^/gm, '#   '));
  }
}

function discover(algorithm, client, authentication) {
  return oauth.discovery(new URL(demo.issuer), client.client_id,
    client.client_secret, authentication, { algorithm, execute });
}

async function codeFlow(config, client, options = {}) {
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  const start = oauth.buildAuthorizationUrl(config, {
    redirect_uri: client.redirect_uri,
    scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...options.parameters,
  });
  const person = options.person ?? new Person(demo.user);
  const back = await person.authorize(start, client.redirect_uri,
    options.decision);
  return oauth.authorizationCodeGrant(config, back, {
    pkceCodeVerifier: verifier, expectedState: state,
  });
}

function call(config, token, resource) {
  return oauth.fetchProtectedResource(config, token, new URL(resource.url),
    'GET');
}

const refused = (error) => /401|invalid_token/.test(
  `${error.code} ${error.message} ${error.status} ${
    JSON.stringify(error.cause ?? '')}`);

const clients = [
  ['client_secret_basic', demo.confidential_client,
    () => oauth.ClientSecretBasic(demo.confidential_client.client_secret)],
  ['client_secret_post', demo.confidential_client,
    () => oauth.ClientSecretPost(demo.confidential_client.client_secret)],
  ['public', demo.public_client, () => oauth.None()],
];

await test('discovery', async () => {
  const config = await discover('oauth2', demo.public_client, oauth.None());
  const metadata = config.serverMetadata();
  assert.equal(metadata.issuer, demo.issuer);
  assert.ok(metadata.supportsPKCE());
  assert.equal(metadata.authorization_response_iss_parameter_supported, true);
});

await test('discovery: no OpenID Connect', async () => {
  await assert.rejects(discover('oidc', demo.public_client, oauth.None()));
});

for (const [name, client, authentication] of clients) {
  let config;
  let tokens;

  await test(`${name}: code flow with PKCE`, async () => {
    config = await discover('oauth2', client, authentication());
    tokens = await codeFlow(config, client);
    assert.equal(tokens.token_type, 'bearer');
    assert.ok(tokens.access_token);
    assert.ok(tokens.refresh_token);
    assert.ok(tokens.expiresIn() > 0);
    assert.deepEqual(tokens.scope.split(' ').sort(), scope.split(' ').sort());
  });

  for (const resource of demo.resources)
    await test(`${name}: the API ${new URL(resource.url).pathname}`,
      async () => {
        const answer = await call(config, tokens.access_token, resource);
        assert.equal(answer.status, 200);
        const body = await answer.json();
        assert.equal(body.user, demo.user.username);
        assert.equal(body.client, client.client_id);
      });

  await test(`${name}: refresh`, async () => {
    const before = tokens;
    tokens = await oauth.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(tokens.access_token, before.access_token);
    assert.notEqual(tokens.refresh_token, before.refresh_token);
    assert.equal((await call(config, tokens.access_token, orders)).status, 200);
  });

  await test(`${name}: refresh with less scope`, async () => {
    const less = await oauth.refreshTokenGrant(config, tokens.refresh_token,
      { scope: orders.scope });
    assert.equal(less.scope, orders.scope);
    tokens = less;
    await assert.rejects(call(config, less.access_token, customers), (error) =>
      error.status === 403
      && error.cause[0].parameters.error === 'insufficient_scope');
  });

  if (client.client_secret)
    await test(`${name}: introspection`, async () => {
      const answer = await oauth.tokenIntrospection(config,
        tokens.access_token);
      assert.equal(answer.active, true);
      assert.equal(answer.client_id, client.client_id);
      assert.equal(answer.username, demo.user.username);
      const made = await oauth.tokenIntrospection(config, 'made-up');
      assert.deepEqual({ ...made }, { active: false });
    });

  await test(`${name}: revocation`, async () => {
    await oauth.tokenRevocation(config, tokens.refresh_token,
      { token_type_hint: 'refresh_token' });
    await assert.rejects(call(config, tokens.access_token, orders), refused);
    await assert.rejects(oauth.refreshTokenGrant(config, tokens.refresh_token),
      { error: 'invalid_grant' });
  });

  await test(`${name}: the person says no`, async () => {
    // What was allowed before is remembered: have it asked again.
    await assert.rejects(codeFlow(config, client,
      { decision: 'deny', parameters: { prompt: 'consent' } }),
    { error: 'access_denied' });
  });
}

await test('an unknown scope comes back as an error', async () => {
  const config = await discover('oauth2', demo.public_client, oauth.None());
  await assert.rejects(codeFlow(config, demo.public_client,
    { parameters: { scope: 'no-such-scope' } }), { error: 'invalid_scope' });
});

await test('prompt=none without a login', async () => {
  const config = await discover('oauth2', demo.public_client, oauth.None());
  await assert.rejects(codeFlow(config, demo.public_client,
    { parameters: { prompt: 'none' } }), { error: 'login_required' });
});

await test('prompt=none after a login', async () => {
  const config = await discover('oauth2', demo.public_client, oauth.None());
  const person = new Person(demo.user);
  await codeFlow(config, demo.public_client, { person });
  const tokens = await codeFlow(config, demo.public_client,
    { person, parameters: { prompt: 'none' } });
  assert.ok(tokens.access_token);
});

await test('client credentials', async () => {
  const client = demo.confidential_client;
  const config = await discover('oauth2', client,
    oauth.ClientSecretBasic(client.client_secret));
  const tokens = await oauth.clientCredentialsGrant(config,
    { scope: orders.scope });
  assert.equal(tokens.scope, orders.scope);
  assert.equal(tokens.refresh_token, undefined);
  const answer = await call(config, tokens.access_token, orders);
  assert.equal((await answer.json()).client, client.client_id);
});

await test('client credentials for one resource (RFC 8707)', async () => {
  const client = demo.confidential_client;
  const config = await discover('oauth2', client,
    oauth.ClientSecretPost(client.client_secret));
  const tokens = await oauth.clientCredentialsGrant(config,
    { scope, resource: orders.url });
  assert.equal((await call(config, tokens.access_token, orders)).status, 200);
  await assert.rejects(call(config, tokens.access_token, customers), refused);
});

await test('a wrong secret', async () => {
  const config = await discover('oauth2', demo.confidential_client,
    oauth.ClientSecretBasic('wrong'));
  await assert.rejects(oauth.clientCredentialsGrant(config), (error) =>
    error.status === 401 && (error.error === 'invalid_client'
      || error.cause[0]?.scheme === 'basic'));
});

process.exitCode = failed ? 1 : 0;
