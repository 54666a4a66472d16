/** Metrics of several workers add up where a sum says something, and tell whose they are where it does not. */

import { expect, test } from 'vitest';
import { aggregate, countersOf, mergeTexts } from '../../src/metrics/aggregate.ts';
import { prometheusText } from '../../src/metrics/prometheus-text.ts';
import type { Metric } from '../../src/storage/port/port.ts';
import { parse } from '../support/metrics.ts';

const help = 'Some of it.';

/** What a worker might say of itself. */
function metricsOf(n: number): Metric[] {
  return [
    {
      kind: 'gauge',
      name: 'a_version',
      help,
      samples: [{ labels: { version: '1' }, value: 1 }],
      isOfOne: true,
    },
    { kind: 'gauge', name: 'a_threads', help, samples: [{ value: n }] },
    {
      kind: 'counter',
      name: 'a_logins_total',
      help,
      samples: [
        { labels: { outcome: 'ok' }, value: n },
        { labels: { outcome: `own ${n}` }, value: 1 },
      ],
    },
    {
      kind: 'histogram',
      name: 'a_seconds',
      help,
      buckets: { bounds: [1, 2], counts: [n, 0, 1], sum: n / 2 },
    },
  ];
}

const two = [
  { worker: 1, metrics: metricsOf(10) },
  { worker: 2, metrics: metricsOf(5) },
];

test('counters, histograms and gauges are added up, label by label', () => {
  const { value, metrics } = parse(prometheusText(aggregate(two)));
  expect(value('a_threads')).toBe(15);
  expect(value('a_logins_total', { outcome: 'ok' })).toBe(15);
  expect(value('a_logins_total', { outcome: 'own 10' })).toBe(1);
  expect(value('a_logins_total', { outcome: 'own 5' })).toBe(1);
  expect(metrics.get('a_seconds')?.samples.map((sample) => sample.value)).toEqual([15, 15, 17, 7.5, 17]);
});

test('a metric of one process has its number', () => {
  const { value } = parse(prometheusText(aggregate(two)));
  for (const worker of ['1', '2']) expect(value('a_version', { version: '1', worker })).toBe(1);
});

test('counters of dead workers stay, and their gauges do not', () => {
  const before = aggregate([], countersOf(metricsOf(7)));
  const { value, metrics } = parse(prometheusText(aggregate(two, [...before, ...countersOf(metricsOf(2))])));
  expect(value('a_logins_total', { outcome: 'ok' })).toBe(24);
  expect(value('a_threads')).toBe(15);
  expect(metrics.get('a_seconds')?.samples.at(-1)?.value).toBe(28);
});

test('texts about the same metrics become one that describes each of them once', () => {
  const text = (worker: number) =>
    `# HELP b Bytes.\n# TYPE b gauge\nb{worker="${worker}"} ${worker}\n\n# HELP c_total None.\n# TYPE c_total counter\n`;
  const { metrics, value } = parse(mergeTexts([text(1), text(2)]));
  expect([...metrics.keys()]).toEqual(['b', 'c_total']);
  expect([value('b', { worker: '1' }), value('b', { worker: '2' })]).toEqual([1, 2]);
  expect(mergeTexts([])).toBe('');
});
