/** The kit finds nothing in a server that keeps the contracts, and every fault in one that does not (G1 to G14, E, R, D). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, test } from 'vitest';
import { casesFor, outcomeOf, type Report, runConformance } from '../../src/conformance/conformance.ts';
import { certificates } from '../support/reverse-proxies.ts';
import { faults } from './faults/all-faults.ts';
import { right } from './right-behaviour.ts';
import { startRight, startRightOverTls } from './right-server.ts';

const failed = ({ results }: Report) =>
  results.filter(({ verdict }) => verdict === 'failed').map(({ id }) => id);

test('nothing fails against a server that keeps the contracts, within the bounds of a run', async () => {
  const report = await runConformance({ url: await startRight() });
  expect(failed(report)).toEqual([]);
  // The cookie of a known browser is not part of the contract.
  const others = report.results.filter(({ verdict }) => verdict !== 'passed').map(({ id }) => id);
  expect(others).toEqual(['rest.cookie.device']);
  expect(report.requests).toBeLessThanOrEqual(450);
  expect(report.attempts).toBeLessThanOrEqual(80);
  expect(report.sessionsLeft).toBe(0);
  expect(outcomeOf(report, true)).toBe('conforms');
});

test('every fault has a name of its own, and breaks something', () => {
  expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  expect(faults.length).toBeGreaterThanOrEqual(160);
  for (const { name, breaks } of faults) expect(breaks, name).not.toEqual([]);
});

test('every case fails for a fault; of cases that the contracts share, one of the three does', () => {
  const found = new Set(faults.flatMap(({ breaks }) => breaks));
  const shared =
    /^\w+\.(?=(?:id|answer|refusal|headers|body|path|method|cross-site|cors|hostile|concurrent)\.)/;
  const foundAnywhere = new Set(
    [...found].filter((id) => shared.test(id)).map((id) => id.replace(shared, '')),
  );
  const ids = casesFor(['envelope', 'rest', 'dotjson']).map(({ id }) => id);
  expect(ids.filter((id) => !found.has(id) && !foundAnywhere.has(id.replace(shared, '')))).toEqual([]);
});

test.each(faults)('finds this and nothing else: $name ($contract)', async (one) => {
  const { contract, beside, fault, breaks, secondOrigin } = one;
  const contracts = beside === undefined ? [contract] : [contract, beside];
  const origin = secondOrigin === undefined ? {} : { secondOrigin };
  const report = await runConformance({ url: await startRight(fault), contracts, ...origin });
  expect(failed(report).toSorted()).toEqual(breaks.toSorted());
  expect(outcomeOf(report, true)).toBe('failed');
});

test('over TLS a cookie without Secure fails', async () => {
  const authority = readFileSync(join(certificates, 'authority.pem'), 'utf8');
  setDefaultCACertificates([...getCACertificates('default'), authority]);
  const contracts = ['rest'] as const;
  const insecure = (id: string) => right.cookie(id).replace('; Secure', '');
  expect(failed(await runConformance({ url: await startRightOverTls(), contracts }))).toEqual([]);
  const report = await runConformance({ url: await startRightOverTls({ cookie: insecure }), contracts });
  expect(failed(report)).toEqual(['rest.cookie.secure', 'rest.logout.clears.attributes']);
  expect(outcomeOf(report)).toBe('failed');
});

test('without a session check that knows new sessions, the cases that need it are inconclusive', async () => {
  // Every path below /auth that is no route is answered with 401 here, as a gateway may do.
  const report = await runConformance({
    url: await startRight({
      alter: (reply, { path }) => (path === '/auth/session' ? { ...reply, status: 401 } : reply),
    }),
    contracts: ['rest'],
  });
  expect(failed(report)).toEqual([]);
  const undecided = report.results.filter(({ verdict }) => verdict === 'inconclusive');
  expect(undecided.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['rest.login.concurrent', 'rest.logout.cookie.ends', 'rest.logout.header.ends']),
  );
  expect(undecided[0]?.reason).toMatch(/GET \/auth\/session answers 401 to a new session/);
});
