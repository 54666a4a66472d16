/** The text that scrapers read: what goes in comes out, whatever it is. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prometheusText } from '../../src/metrics/prometheus-text.ts';
import type { Metric } from '../../src/storage/port/port.ts';
import { parse } from '../support/metrics.ts';

test('each kind is written as the format wants it', () => {
  const text = prometheusText([
    { kind: 'counter', name: 'a_total', help: 'How often.', samples: [{ value: 3 }] },
    {
      kind: 'gauge',
      name: 'b',
      help: 'A \\ and\na line.',
      samples: [
        { labels: { x: '1', y: '"\\\n' }, value: 0.5 },
        { labels: { x: '2' }, value: Number.NEGATIVE_INFINITY },
      ],
    },
    {
      kind: 'histogram',
      name: 'c_seconds',
      help: 'How long.',
      buckets: { bounds: [0.005, 1], counts: [2, 0, 1], sum: 7.25 },
    },
  ]);
  expect(text).toBe(
    [
      '# HELP a_total How often.',
      '# TYPE a_total counter',
      'a_total 3',
      '',
      '# HELP b A \\\\ and\\na line.',
      '# TYPE b gauge',
      'b{x="1",y="\\"\\\\\\n"} 0.5',
      'b{x="2"} -Inf',
      '',
      '# HELP c_seconds How long.',
      '# TYPE c_seconds histogram',
      'c_seconds_bucket{le="0.005"} 2',
      'c_seconds_bucket{le="1"} 2',
      'c_seconds_bucket{le="+Inf"} 3',
      'c_seconds_sum 7.25',
      'c_seconds_count 3',
      '',
    ].join('\n'),
  );
});

test('no label and no help text can add a line', () => {
  const text = fc.string({ minLength: 1, unit: fc.constantFrom('"', '\\', '\n', 'n', '}', ' ', '#', 'ü') });
  fc.assert(
    fc.property(text, text, fc.double({ noNaN: false }), (help, label, value) => {
      const metric: Metric = { kind: 'gauge', name: 'a', help, samples: [{ labels: { x: label }, value }] };
      const { metrics } = parse(prometheusText([metric]));
      expect(metrics.get('a')?.help).toBe(help);
      expect(metrics.get('a')?.samples).toEqual([
        { name: 'a', labels: { x: label }, value: Object.is(value, -0) ? 0 : value },
      ]);
    }),
  );
});
