/** Gatehouse as a function from `Request` to `Response`. */

import ipaddr from 'ipaddr.js';
import { expect, onTestFinished, test } from 'vitest';
import { createGatehouse, type Gatehouse } from '../../src/gatehouse.ts';
import { maxBodyBytes } from '../../src/http/request/body.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { temporaryFolder } from '../support/server.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

async function open(settings = {}): Promise<{ gatehouse: Gatehouse; errors: string[]; networks: unknown[] }> {
  const errors: string[] = [];
  const networks: unknown[] = [];
  const gatehouse = await createGatehouse({
    settings: {
      ...readSettings({
        DATABASE_URL: `file:${temporaryFolder()}/gatehouse.db`,
        GATEHOUSE_PBKDF2_ITERATIONS: '1000',
      }),
      ...settings,
    },
    log: {
      info: (entry) => void networks.push((entry as { audit?: { network: string } }).audit?.network),
      error: (entry) => void errors.push(String((entry as { err: unknown }).err)),
    },
  });
  onTestFinished(() => gatehouse.close());
  return { gatehouse, errors, networks };
}

function posted(path: string, body: RequestInit['body'], headers = {}): Request {
  const all = { 'content-type': 'application/json', ...headers };
  return new Request(`http://app.example${path}`, {
    method: 'POST',
    headers: all,
    body,
    duplex: 'half',
  } as RequestInit);
}

/** A body that comes in pieces and does not say how long it is. */
function stream(bytes: number): ReadableStream<Uint8Array> {
  const piece = new Uint8Array(1_024).fill(0x20);
  return new ReadableStream({
    start(controller) {
      for (let left = bytes; left > 0; left -= piece.length) controller.enqueue(piece.slice(0, left));
      controller.close();
    },
  });
}

test('a login sets both cookies, and HEAD is answered as GET but for the body', async () => {
  const { gatehouse } = await open();
  const registered = await gatehouse.fetch(posted('/auth/register', JSON.stringify(person)));
  expect(registered.status).toBe(201);
  const [session = '', device = '', ...others] = registered.headers.getSetCookie();
  expect([session.split('=')[0], device.split('=')[0], others]).toEqual([
    'session_id',
    '__Host-gatehouse_device',
    [],
  ]);
  const cookie = session.split(';')[0] ?? '';
  const check = (method: string) =>
    gatehouse.fetch(new Request('http://app.example/auth/session', { method, headers: { cookie } }));
  const [got, head] = [await check('GET'), await check('HEAD')];
  expect([got.status, head.status]).toEqual([200, 200]);
  const names = (response: Response) => [...response.headers.keys()];
  expect(names(head)).toEqual(names(got));
  expect([(await got.text()).length > 0, await head.text()]).toEqual([true, '']);
});

test('a body of unknown length is refused one byte over the limit, and read up to it', async () => {
  const { gatehouse } = await open();
  const statusOf = async (bytes: number) =>
    (await gatehouse.fetch(posted('/auth/login', stream(bytes)))).status;
  expect([await statusOf(maxBodyBytes), await statusOf(maxBodyBytes + 1)]).toEqual([400, 413]);
});

test('a body that was read before is 500, and the log says what to do', async () => {
  const { gatehouse, errors } = await open();
  const request = posted('/auth/login', JSON.stringify(person));
  await request.text();
  expect((await gatehouse.fetch(request)).status).toBe(500);
  expect(errors).toEqual([expect.stringContaining('mount Gatehouse in front of it')]);
});

test('a body that breaks off is not reported as a defect', async () => {
  const { gatehouse, errors } = await open();
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
  expect((await gatehouse.fetch(posted('/auth/login', broken))).status).toBe(503);
  expect(errors).toEqual([]);
});

/** The network under which a request with a forged header is counted that comes from a peer. */
async function networkOf(settings: Partial<Settings>, remoteAddress: string | undefined): Promise<unknown> {
  const { gatehouse, networks } = await open(settings);
  const headers = { 'x-forwarded-for': '203.0.113.7' };
  const login = posted('/auth/login', JSON.stringify(person), headers);
  expect((await gatehouse.fetch(login, { remoteAddress })).status).toBe(401);
  return networks.at(-1);
}

const trusting = (trustedProxies: string) => readSettings({ GATEHOUSE_TRUSTED_PROXIES: trustedProxies });

test.each([
  ['unix', 'unix', '203.0.113.7'],
  ['', 'unix', 'unknown'],
  ['10.0.0.0/8, ::/0', 'unix', 'unknown'],
  ['unix', undefined, 'unknown'],
  ['unix', '', 'unknown'],
  ['unix', 'UNIX', 'unknown'],
  ['unix', '/run/app.sock', 'unknown'],
  ['unix', '127.0.0.1', '127.0.0.1'],
  ['10.0.0.0/8', '10.0.0.1', '203.0.113.7'],
  ['10.0.0.0/8', '::ffff:10.0.0.1', '203.0.113.7'],
  ['10.0.0.0/8', '64:ff9b::10.0.0.1', '203.0.113.7'],
  ['10.0.0.0/8', '10.0.0.1:51234', '203.0.113.7'],
  ['10.0.0.0/8', '[2001:db8::1]:51234', '2001:db8::/64'],
  ['fe80::/10', 'fe80::1%eth0', '203.0.113.7'],
])('G16: with %j trusted, remoteAddress %j means %s', async (trusted, remoteAddress, network) => {
  const { trustedProxies } = trusting(trusted);
  expect(await networkOf({ trustedProxies }, remoteAddress)).toBe(network);
});

test('G16: a network that a program built itself is compared correctly', async () => {
  const trustedProxies = [ipaddr.parseCIDR('::ffff:10.0.0.0/104')];
  expect(await networkOf({ trustedProxies }, '10.0.0.1')).toBe('203.0.113.7');
  expect(await networkOf({ trustedProxies }, '11.0.0.1')).toBe('11.0.0.1');
});

test('fetch always returns a promise, also where the answer is known at once', async () => {
  const { gatehouse } = await open();
  for (const path of ['/healthz', '/auth/session', '/nowhere']) {
    const answered = gatehouse.fetch(new Request(`http://app.example${path}`));
    expect(answered).toBeInstanceOf(Promise);
    expect((await answered).headers.get('x-request-id')).toBeTruthy();
  }
});

test('close may be called again and at the same time: it closes once, and each call waits for it', async () => {
  const { gatehouse } = await open();
  await gatehouse.fetch(posted('/auth/register', JSON.stringify(person)));
  await Promise.all([gatehouse.close(), gatehouse.close()]);
  await gatehouse.close();
});
