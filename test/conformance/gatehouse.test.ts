/** What the options of the kit are for, with a Gatehouse that needs them; `deployments/` has the cases themselves. */

import { expect, test } from 'vitest';
import { outcomeOf, runConformance } from '../../src/conformance/conformance.ts';
import { startServer } from '../support/server.ts';

test('a base path, an account that exists, status 200 for refusals and no registration are options of the kit', async () => {
  const server = await startServer({
    GATEHOUSE_BASE_PATH: '/id',
    GATEHOUSE_ENVELOPE_STATUS: 'ok',
    GATEHOUSE_DOTJSON_STATUS: 'ok',
  });
  const user = { name: 'joe', password: 'supersecure' };
  const made = await fetch(`${server.url}/id/register.json`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: user.name, password: user.password }),
  });
  expect(made.status).toBe(200);
  const report = await runConformance({
    url: `${server.url}/id`,
    contracts: ['envelope', 'dotjson'],
    user,
    status: 'ok',
  });
  expect(report.results.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
  expect(report.counts.passed).toBeGreaterThan(150);
});

test('a debug mode over plain http is a note, and changes no exit code', async () => {
  const server = await startServer({ GATEHOUSE_DEBUG: 'true' });
  const only = ['rest.cookie.secure', 'rest.cookie.http-only'];
  const report = await runConformance({ url: server.url, contracts: ['rest'], only });
  expect(report.results.map(({ verdict }) => verdict).toSorted()).toEqual(['noted', 'passed']);
  expect(outcomeOf(report, true)).toBe('conforms');
});

test('a 429 makes a case inconclusive, never failed (G16)', async () => {
  const server = await startServer({
    GATEHOUSE_THROTTLE_ACCOUNT: '1/15m',
    GATEHOUSE_THROTTLE_CLIENT: '3/15m',
  });
  const report = await runConformance({ url: server.url, contracts: ['rest'] });
  expect(report.counts.failed).toBe(0);
  expect(report.counts.inconclusive).toBeGreaterThan(10);
});
