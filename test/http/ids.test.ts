/** Session ids: their format, their storage as hashes only, and that no client can choose one (ruling G6). */

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  check,
  contracts,
  isAlive,
  joe,
  newSession,
  register,
  rest,
  type WireContract,
} from '../support/contracts.ts';
import { bytesOnDisk, rowsOf } from '../support/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

const proposal = 'aaaaaaaaaaaaaaaaaaaaaaaaaa';
const uuidProposal = '11111111-1111-4111-8111-111111111111';

test.each(contracts)('G6: $name has its own id format, and every id is new', async (contract) => {
  const server = await startServer({ GATEHOUSE_THROTTLE: 'off' });
  await register(server, joe.username, joe.password);
  const ids = new Set<string>();
  for (let i = 0; i < 30; i += 1) ids.add(await newSession(server, contract));
  expect(ids.size).toBe(30);
  for (const id of ids) expect(id).toMatch(contract.idSpelling);
});

test('G6: ids do not depend on the clock: two of one instant share no long prefix', async () => {
  const server = await startServer();
  server.freeze(1_700_000_000_000);
  await register(server, joe.username, joe.password);
  for (const contract of contracts) {
    const [a, b] = [await newSession(server, contract), await newSession(server, contract)];
    expect(a.slice(0, 8)).not.toBe(b.slice(0, 8));
    expect(a.slice(-8)).not.toBe(b.slice(-8));
  }
});

test('G6: the store holds the SHA-256 of an id and, on the whole disk, not the id', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const ids: string[] = [];
  for (const contract of contracts) ids.push(await newSession(server, contract));
  for (const id of ids) expect(await isAlive(server, id)).toBe(true);

  const kept = (await rowsOf(server, 'sessions')).map((row) => row['id_hash']);
  const hashes = ids.map((id) => createHash('sha256').update(id).digest('hex'));
  expect(kept.toSorted()).toEqual(hashes.toSorted());

  const bytes = await bytesOnDisk(server);
  expect(bytes.includes(Buffer.from(String(hashes[0]), 'hex'))).toBe(true);
  for (const id of ids) expect(bytes.includes(id)).toBe(false);
  const uuids = ids.filter((id) => rest.idSpelling.test(id));
  expect(uuids).toHaveLength(1);
  for (const id of uuids) expect(bytes.includes(Buffer.from(id.replaceAll('-', ''), 'hex'))).toBe(false);
});

test('G6: the hash of an id is not accepted as an id', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  const id = await newSession(server, rest);
  const hash = createHash('sha256').update(id).digest();
  for (const text of [
    hash.toString('hex'),
    hash.toString('base64url'),
    hash.toString('latin1').slice(0, 26),
  ]) {
    const answer = await server.send({
      path: '/auth/session',
      headers: { authorization: `Bearer ${text.replaceAll(/[^\x21-\x7E]/g, '')}` },
    });
    expect(answer.status).toBe(401);
  }
});

test('G6: the public handle is not the id, and is not accepted as one', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  for (const contract of contracts) {
    const id = await newSession(server, contract);
    const { handle } = (await check(server, id)).json['session'] as { handle: string };
    expect(id).not.toContain(handle);
    expect(await isAlive(server, handle)).toBe(false);
    for (const other of contracts) expect((await other.logout(server, handle)).status).toBe(other.notEnded);
    expect(await isAlive(server, id)).toBe(true);
  }
});

test('G6: an id is exact: another case, a space or a character more or less makes it another', async () => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  for (const contract of contracts) {
    const id = await newSession(server, contract);
    for (const other of [
      id.toUpperCase(),
      id.slice(1),
      id.slice(0, -1),
      `${id}a`,
      `${id}-`,
      id.replaceAll('-', ''),
    ]) {
      if (other !== id) expect(await isAlive(server, other)).toBe(false);
    }
    expect(await isAlive(server, id)).toBe(true);
  }
});

/** Logs in, or registers, with an id proposed in every place an id could be read from. */
function propose(server: TestServer, path: string, fields: object, id: string) {
  return server.post(
    `${path}?s=${id}&session_id=${id}`,
    { ...fields, id, session: id, session_id: id, s: id, token: id },
    { cookie: `session_id=${id}`, 'x-session-id': id, authorization: `Bearer ${id}` },
  );
}

async function expectNotAdopted(server: TestServer, contract: WireContract, id: string): Promise<void> {
  const fields = { [contract.field]: joe.username, password: joe.password };
  const answer = await propose(server, contract.loginPath, fields, id);
  expect(answer.status).toBe(200);
  expect(contract.idIn(answer)).not.toBe(id);
  expect(contract.idIn(answer)).toMatch(contract.idSpelling);
  expect(await isAlive(server, contract.idIn(answer))).toBe(true);
  expect(await isAlive(server, id)).toBe(false);
}

test.each(contracts)('G6: an id that a client proposes at $name is not adopted', async (contract) => {
  const server = await startServer();
  await register(server, joe.username, joe.password);
  await expectNotAdopted(server, contract, proposal);
  await expectNotAdopted(server, contract, uuidProposal);
});

test('G6: an id proposed at a registration of dotjson begins no session', async () => {
  const server = await startServer();
  expect((await propose(server, '/register.json', joe, proposal)).status).toBe(200);
  expect(await isAlive(server, proposal)).toBe(false);
});
