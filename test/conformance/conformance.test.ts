/** The kit finds nothing in a server that keeps the contracts, and every fault in one that does not (G1 to G14, E, R, D). */

import { expect, test } from 'vitest';
import { outcomeOf, runConformance } from '../../src/conformance/conformance.ts';
import { faults } from './faults.ts';
import { startRight } from './right-server.ts';

const broken = (report: Awaited<ReturnType<typeof runConformance>>) =>
  report.results.filter(({ verdict }) => verdict === 'broken').map(({ id }) => id);

test('nothing is broken in a server that keeps the contracts, within the bounds of a run', async () => {
  const report = await runConformance({ url: await startRight() });
  expect(broken(report)).toEqual([]);
  // Only the cookie that is beside the contracts is not there.
  const rest = report.results.filter(({ verdict }) => verdict !== 'held').map(({ id }) => id);
  expect(rest).toEqual(['rest.cookie.device']);
  expect(report.requests).toBeLessThanOrEqual(400);
  expect(report.attempts).toBeLessThanOrEqual(80);
  expect(report.sessionsLeft).toBe(0);
  expect(outcomeOf(report, true)).toBe('kept');
});

test('there are at least 45 faults, each with a name of its own', () => {
  expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  expect(faults.length).toBeGreaterThanOrEqual(45);
  for (const { name, breaks } of faults) expect(breaks, name).not.toEqual([]);
});

test.each(faults)('finds this and nothing else: $name ($contract)', async (one) => {
  const { contract, beside, fault, breaks, secondOrigin } = one;
  const contracts = beside === undefined ? [contract] : [contract, beside];
  const origin = secondOrigin === undefined ? {} : { secondOrigin };
  const report = await runConformance({ url: await startRight(fault), contracts, ...origin });
  expect(broken(report).toSorted()).toEqual(breaks.toSorted());
  expect(outcomeOf(report, true)).toBe('broken');
});
