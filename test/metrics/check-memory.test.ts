/** The metrics of the cache of session checks: what it answered, what it knew as dead, and what it holds. */

import { expect, test } from 'vitest';
import { metricsUrl, scrape } from '../support/metrics.ts';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const joe = { username: 'joe', password: 'supersecure' };

test.for([
  ['by default', {}, { hit: 2, dead: 2, miss: 2 }, { live: 0, dead: 1 }],
  [
    'with GATEHOUSE_CHECK_TRUST_MS=0, which turns it off',
    { GATEHOUSE_CHECK_TRUST_MS: '0' },
    { hit: 0, dead: 0, miss: 6 },
    { live: 0, dead: 0 },
  ],
] as const)(
  'checks are counted by what the cache knew, %s',
  async ([_how, environment, lookups, entries]) => {
    const server = await startProcess(
      { GATEHOUSE_METRICS_PORT: '0', ...environment },
      { cwd: temporaryFolder() },
    );
    const url = await metricsUrl(server);
    await server.post('/register.json', joe);
    const id = String((await server.post('/login.json', joe)).json['id']);
    const check = async () =>
      (await server.send({ path: '/auth/session', headers: { 'x-session-id': id } })).status;
    const statuses = [await check(), await check(), await check()];
    const full = await scrape(url);
    await server.post(`/logout.json?s=${id}`, {});
    statuses.push(await check(), await check(), await check());
    expect(statuses).toEqual([200, 200, 200, 401, 401, 401]);
    const after = await scrape(url);
    for (const [answer, count] of Object.entries(lookups))
      expect(after.value('gatehouse_check_memory_lookups_total', { answer }), answer).toBe(count);
    for (const [kind, count] of Object.entries(entries))
      expect(after.value('gatehouse_check_memory_entries', { kind }), kind).toBe(count);
    const isOn = lookups.hit > 0;
    expect(full.value('gatehouse_check_memory_entries', { kind: 'live' })).toBe(isOn ? 1 : 0);
    expect(full.value('gatehouse_check_memory_bytes', {}) > 400).toBe(isOn);
    expect(after.value('gatehouse_check_memory_bytes', {})).toBe(isOn ? 200 : 0);
  },
);
