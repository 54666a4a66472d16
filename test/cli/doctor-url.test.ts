/** `gatehouse doctor --url`: what shows only from outside of a server. */

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { commandsOver } from '../support/command.ts';
import { calm, doctor, trouble, withUser } from '../support/doctor.ts';
import { startProcess } from '../support/process.ts';
import { startServer } from '../support/server.ts';

/** A proxy that hands everything on under a host of its choosing. */
async function startProxy(target: string, host?: string): Promise<string> {
  const proxy = createServer((incoming, outgoing) => {
    const { method = 'GET', url: path = '/' } = incoming;
    const headers = { ...incoming.headers, ...(host !== undefined && { host }) };
    const onward = request(target, { method, path, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

test('a server that trusts the X-Forwarded-For of clients is detected', async () => {
  const server = await startProcess({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8' });
  const said = await doctor(server.file, {}, '--url', server.url);
  expect(trouble(said)).toEqual([expect.stringContaining('A forged X-Forwarded-For was believed')]);
  const entries = (await commandsOver(server.file)('audit tail --json --lines 1')).json;
  expect(entries).toMatchObject([{ event: 'login', outcome: 'unknown_account', network: '192.0.2.77' }]);
});

test('a server that trusts the Forwarded of clients is detected', async () => {
  const settings = { GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8', GATEHOUSE_FORWARDED_HEADER: 'forwarded' };
  const server = await startProcess(settings);
  const said = await doctor(server.file, settings, '--url', server.url);
  expect(trouble(said)).toEqual([expect.stringContaining('A forged Forwarded was believed')]);
  expect(said.json).toContainEqual(
    expect.objectContaining({ says: 'Forwarded is believed from the trusted proxies alone.' }),
  );
  const entries = (await commandsOver(server.file)('audit tail --json --lines 1')).json;
  expect(entries).toMatchObject([{ outcome: 'unknown_account', network: '192.0.2.77' }]);
});

test.each(['envelope', 'dotjson'])(
  'a server that serves only %s is checked through that contract',
  async (contract) => {
    const environment = { GATEHOUSE_CONTRACTS: contract };
    const server = await startProcess({ ...calm, ...environment });
    const said = await doctor(server.file, environment, '--url', server.url);
    expect(trouble(said)).toEqual([]);
    const entries = (await commandsOver(server.file)('audit tail --json --lines 1')).json;
    expect(entries).toMatchObject([{ event: 'login', outcome: 'unknown_account', contract }]);
  },
);

test('a server on another database is detected', async () => {
  const server = await startServer();
  const said = await doctor(await withUser(), {}, '--url', server.url);
  expect(trouble(said)).toEqual([expect.stringContaining('uses another database than DATABASE_URL')]);
});

test('W4: a proxy that replaces the Host header is detected', async () => {
  const server = await startProcess(calm);
  const ask = async (url: string) => trouble(await doctor(server.file, {}, '--url', url));
  expect(await ask(await startProxy(server.url))).toEqual([]);
  const url = await startProxy(server.url, 'gatehouse:3000');
  expect(await ask(url)).toEqual([
    expect.stringMatching(
      `^origin: Pages of ${url} are refused with 403: the proxy replaces the Host header.*GATEHOUSE_ALLOWED_ORIGINS`,
    ),
  ]);
});

test('W6: a server below a base path is checked there', async () => {
  const server = await startProcess({ ...calm, GATEHOUSE_BASE_PATH: '/id' });
  for (const path of ['/id', '/id/'])
    expect(trouble(await doctor(server.file, {}, '--url', `${server.url}${path}`))).toEqual([]);
});

test('a server that does not answer is a problem', async () => {
  const file = await withUser();
  for (const url of ['http://127.0.0.1:1/', 'http://nowhere.invalid/']) {
    const said = await doctor(file, {}, '--url', url);
    expect(said.code).toBe(1);
    expect(trouble(said)).toEqual([expect.stringContaining('does not answer')]);
  }
  for (const url of ['localhost:3000', 'ftp://example.com/', '']) {
    expect((await doctor(file, {}, '--url', url)).code).toBe(2);
  }
});
