/** The time zone of the process: whatever `TZ` holds, `dotjson` answers (ruling D2), and the start warns of what is no zone. */

import { expect, test } from 'vitest';
import { command } from '../support/command.ts';
import { joe } from '../support/contracts.ts';
import { spread } from '../support/length.ts';
import { failToStart, startProcess, type TestProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';
import { onLinux } from '../support/workers.ts';

/** The zone a registration and a login are written in, once both were answered. */
async function zoneOf(server: TestProcess): Promise<string> {
  const registered = await server.post('/register.json', joe);
  const loggedIn = await server.post('/login.json', joe);
  expect([registered.status, loggedIn.status]).toEqual([200, 200]);
  const zones = [registered, loggedIn].map(
    ({ json }) => /^\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d\[(.+)\]$/.exec(String(json['created']))?.[1],
  );
  expect(zones[0]).toBe(zones[1]);
  return String(zones[0]);
}

const warnings = ({ log }: TestProcess) =>
  log.filter(({ level, msg }) => level === 40 && /\bTZ\b/.test(msg)).map(({ msg }) => msg);

const zones = [
  ['Europe/Berlin', 'Europe/Berlin'],
  [':Europe/Berlin', 'Europe/Berlin'],
  ['posix/Asia/Kathmandu', 'Asia/Kathmandu'],
  ['/usr/share/zoneinfo/America/New_York', 'America/New_York'],
  ['europe/berlin', 'Europe/Berlin'],
  ['Etc/GMT-3', 'Etc/GMT-3'],
  ['UTC', 'UTC'],
  [' Europe/Berlin ', 'Europe/Berlin'],
] as const;

test.each(spread(zones, 4))('TZ=%j is the zone %s, without a warning', async (TZ, zone) => {
  const server = await startProcess({ TZ });
  expect(await zoneOf(server)).toBe(zone);
  expect(warnings(server)).toEqual([]);
});

test.each(['', ' '])('TZ=%j is as if it were not set', async (TZ) => {
  const [server, without] = [await startProcess({ TZ }), await startProcess()];
  expect(await zoneOf(server)).toBe(await zoneOf(without));
  expect(warnings(server)).toEqual([]);
});

const noZones = [
  'Foo/Bar',
  'MSK',
  'PST',
  'UTC+2',
  'GMT-3',
  'JST-9',
  'CET-1CEST',
  'CET-1CEST,M3.5.0,M10.5.0/3',
  '<+03>-3',
  '+02:00',
  ':/etc/localtime',
  'localtime',
  'Etc/Unknown',
  'Factory',
  'Z',
  ':',
  'a\u001b[31mb',
  'x'.repeat(10_000),
];

test.each(spread(noZones, 7))('TZ=%j is UTC, with a warning that names TZ', async (TZ) => {
  const server = await startProcess({ TZ });
  expect(await zoneOf(server)).toBe('UTC');
  expect(warnings(server)).toEqual([expect.stringMatching(/^TZ is ".*", which is not an IANA time zone\b/)]);
  expect(server.stderr).toContain(`Warning: ${warnings(server)[0]}\n`);
  expect(server.stderr).not.toContain('\u001b');
  expect(server.stderr.length).toBeLessThan(2_000);
});

test('GATEHOUSE_TIME_ZONE outranks TZ', async () => {
  const server = await startProcess({ TZ: 'Foo/Bar', GATEHOUSE_TIME_ZONE: 'Asia/Tokyo' });
  expect(await zoneOf(server)).toBe('Asia/Tokyo');
  expect(warnings(server)).toEqual([]);
});

// The runtime formats the first three in one way and not in the other.
const noSettings = [
  'PST',
  'IST',
  'JST',
  'MSK',
  'UTC+2',
  ':Europe/Berlin',
  'Etc/Unknown',
  '2026-01-01T00:00Z',
];

test.each(spread(noSettings, 4))('GATEHOUSE_TIME_ZONE=%s stops the start', async (zone) => {
  const ended = await failToStart({ GATEHOUSE_TIME_ZONE: zone });
  expect([ended.code, ended.stderr]).toEqual([
    1,
    expect.stringContaining(
      `GATEHOUSE_TIME_ZONE is "${zone}"; expected an IANA time zone such as \`Europe/Berlin\`.`,
    ),
  ]);
});

onLinux.each([
  ['', undefined],
  ['UTC+2', 'UTC'],
  [':Europe/Berlin', 'Europe/Berlin'],
])('workers write TZ=%j as one process does, and the warning is logged once', async (TZ, zone) => {
  const server = await startProcess({ TZ, GATEHOUSE_WORKERS: '2' });
  const seen = await zoneOf(server);
  expect(seen).toBe(zone ?? (await zoneOf(await startProcess())));
  expect(warnings(server)).toHaveLength(zone === 'UTC' ? 1 : 0);
});

test('the doctor reports a TZ that is not a zone', async () => {
  const file = `${temporaryFolder()}/gatehouse.db`;
  const { json } = await command(['doctor', '--json'], { file, environment: { TZ: 'MSK' } });
  expect(json).toContainEqual({
    check: 'settings',
    verdict: 'warning',
    says: expect.stringMatching(/^TZ is "MSK"/),
  });
});
