// SPDX-License-Identifier: Apache-2.0
//
// site.mjs - the demo that the tests are for, its users, and clients of their
// own at other origins: what is the same whichever browser comes.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';

export const demo = JSON.parse(readFileSync(process.argv[2], 'utf8'));
export const label = new URL(demo.issuer).protocol.slice(0, -1);
export const [orders, customers] = demo.resources;
export const origin = new URL(demo.issuer).origin;

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
