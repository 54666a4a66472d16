/** Zones by name, and the zone of a process: what is found can be written, always. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timeZone, zonedDateTime, zoneOfProcess } from '../../src/settings/time-zone.ts';

test('a zone has a name in any case, or is an offset', () => {
  for (const text of ['UTC', 'Europe/Berlin', 'America/New_York', 'Etc/GMT-3', '+02:00']) {
    expect(timeZone(text)).toBe(text);
  }
  expect(timeZone('europe/berlin')).toBe('Europe/Berlin');
  expect(timeZone('+02')).toBe('+02:00');
});

test('anything else is none, also what the runtime knows elsewhere, and a whole date', () => {
  const others = [
    '',
    ' ',
    'Mars/Olympus',
    'Berlin',
    'local',
    '../etc',
    'Europe/Berlin ',
    'PST',
    'IST',
    'JST',
    'MSK',
  ];
  for (const text of [
    ...others,
    'UTC+2',
    'GMT-3',
    'Z',
    'Etc/Unknown',
    '2026-01-01T00:00Z',
    '2026-01-01T00:00[UTC]',
  ]) {
    expect(timeZone(text), text).toBeUndefined();
  }
});

test('every zone that Intl lists is one', () => {
  const listed = Intl.supportedValuesOf('timeZone');
  expect(listed.length).toBeGreaterThan(300);
  expect(listed.filter((zone) => timeZone(zone) === undefined)).toEqual([]);
});

test('whatever TZ is, an instant can be written in the zone of the process', () => {
  const pieces = fc.array(
    fc.constantFrom(
      ':',
      'posix/',
      'right/',
      '/usr/share/zoneinfo/',
      'UTC',
      'CET',
      '-1',
      '+02:00',
      'Europe/',
      'Berlin',
      ',M3.5.0',
      ' ',
      '\0',
    ),
    { maxLength: 5 },
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    pieces.map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }), (tz, at) => {
      const { zone, isKnown } = zoneOfProcess(tz);
      if (!isKnown) expect(zone).toBe('UTC');
      if (Math.abs(at) < 8_639_000_000_000_000) expect(zonedDateTime(at, zone)).toContain(`[${zone}]`);
    }),
  );
});
