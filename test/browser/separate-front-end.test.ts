/** A front end on another port, as docs/recipes.md shows: Vite serves the page, which calls Gatehouse or lets Vite pass the calls on. */

import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { type AtEnd, launch, newPage, program, shared, where } from '../support/browser/chromium.ts';
import { newAccount, password } from '../support/browser/gatehouse.ts';
import { ask, post } from '../support/browser/page.ts';
import { blocks, root } from '../support/docs.ts';
import { embedded } from '../support/embedded.ts';
import { freePort } from '../support/port.ts';
import { gather, startProcess, type TestProcess, until } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

/** The program of the page that holds some words, with its addresses replaced. */
function programOf(words: string, changes: Readonly<Record<string, string>>): string {
  const text = blocks('docs/recipes.md', 'js').find((js) => js.includes(words)) ?? '';
  return Object.entries(changes).reduce((changed, [from, to]) => {
    expect(changed).toContain(from);
    return changed.replaceAll(from, to);
  }, text);
}

/** Starts the development server of a front end that has one page, with the configuration of the recipe. */
async function startVite(port: number, target: string, atEnd: AtEnd): Promise<string> {
  const folder = temporaryFolder(atEnd);
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Front end</title>');
  const config = programOf('export default', { '127.0.0.1:3000': new URL(target).host });
  writeFileSync(join(folder, 'vite.config.js'), config);
  const args = [join(root, 'node_modules/vite/bin/vite.js'), '--port', String(port), '--strictPort'];
  const env = { PATH: process.env['PATH'], NO_COLOR: '1' };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const vite = gather(child, atEnd);
  const address = () => (vite.stdout.includes('Local:') ? `http://localhost:${port}` : undefined);
  return until(address, `Vite: ${vite.stderr}`, vite.exited);
}

async function start(atEnd: AtEnd) {
  const port = await freePort();
  const allowed = { GATEHOUSE_ALLOWED_ORIGINS: `http://localhost:${port}` };
  const passedTo = await startProcess({}, { atEnd });
  return {
    passedTo,
    called: await startProcess(allowed, { atEnd }),
    debug: await startProcess({ ...allowed, GATEHOUSE_DEBUG: 'true' }, { atEnd }),
    front: await startVite(port, passedTo.url, atEnd),
    browser: await launch(atEnd),
  };
}

const portOf = ({ url }: TestProcess) => new URL(url).port;

describe.skipIf(program === undefined)(where, () => {
  const ground = shared(start);

  async function open(): Promise<Page> {
    const page = await newPage(ground().browser);
    await page.goto(ground().front);
    return page;
  }

  /** Runs the command of the page that shows whether a recipe works, which names a port; returns what it prints. */
  async function shown(address: string, changes: Readonly<Record<string, string>>): Promise<string> {
    const command =
      blocks('docs/recipes.md', 'sh').find((text) => text.startsWith(`curl -si ${address}`)) ?? '';
    const own = Object.entries(changes).reduce((text, [from, to]) => text.replaceAll(from, to), command);
    return (await promisify(execFile)('sh', ['-c', own])).stdout;
  }

  /** Runs the call of the page in a script of the front end; the result is the status. */
  function logIn(page: Page, call: string, email: string): Promise<unknown> {
    const body = `return (async () => { ${call}; return answer.status; })()`;
    return page.evaluate(
      ([body, email, password]) => new Function('email', 'password', body)(email, password),
      [body, email, password] as const,
    );
  }

  test.each([
    ['with the cookie as it is', 'called', true],
    ['with GATEHOUSE_DEBUG, for browsers that drop the Secure cookie', 'debug', false],
  ] as const)('the page calls Gatehouse on another port, %s', async (_how, name, secure) => {
    const node = ground()[name];
    const email = 'user@example.com';
    expect(await node.post('/auth/register', { email, password })).toMatchObject({ status: 201 });
    const [front, own] = [ground().front, `http://localhost:${portOf(node)}`];
    const changes = { 'http://localhost:3000': own, 'http://localhost:5173': front };
    expect(await shown('http://localhost:3000', changes)).toContain(
      `access-control-allow-origin: ${front}\r`,
    );
    const page = await open();
    const call = (host: string) =>
      programOf("credentials: 'include'", { 'http://localhost:3000': `http://${host}:${portOf(node)}` });
    const check = (host: string) =>
      ask(page, `http://${host}:${portOf(node)}/auth/session`, { credentials: 'include' });

    expect(await logIn(page, call('localhost'), email)).toBe(200);
    expect(await check('localhost')).toMatchObject({ status: 200 });
    expect(await page.context().cookies()).toContainEqual(
      expect.objectContaining({ name: 'session_id', domain: 'localhost', secure, httpOnly: true }),
    );
    // 127.0.0.1 is another site: the login is answered, and the cookie does not come back.
    expect(await logIn(page, call('127.0.0.1'), email)).toBe(200);
    expect(await check('127.0.0.1')).toMatchObject({ status: 401 });
  });

  test('Vite passes exactly the paths of Gatehouse on, and Gatehouse needs no setting', async () => {
    const { passedTo, front } = ground();
    expect(await shown('http://localhost:5173', { 'http://localhost:5173': front })).toMatch(
      /^HTTP\/1.1 401.*application\/problem\+json/s,
    );
    const username = await newAccount(passedTo);
    const page = await open();
    expect(await post(page, '/login.json', { username, password })).toMatchObject({ status: 200 });
    const ours = { requestId: expect.any(String) };
    expect(await ask(page, '/auth/session')).toMatchObject({ status: 200, ...ours });
    for (const path of (await embedded()).paths)
      expect(await ask(page, path.replace(':handle', 'abc')), path).toMatchObject(ours);
    const session = (await page.context().cookies()).find(({ name }) => name === 'session_id');
    const logout = `/logout.json?s=${session?.value}`;
    expect(await ask(page, logout, { method: 'POST' })).toMatchObject({ status: 200, ...ours });
    for (const path of ['/auth/vault-key', '/auth/login/', '/auth/loginx', '/other.json', '/healthz'])
      expect(await ask(page, path), path).toMatchObject({ requestId: null });
  });
});
