/** The metrics of several workers as those of one service. */

import type { Buckets, Metric, Sample } from '../storage/port/port.ts';

type Histogram = Extract<Metric, { kind: 'histogram' }>;

/** What one worker says of itself. */
export interface Reading {
  readonly worker: number;
  readonly metrics: readonly Metric[];
}

/**
 * Adds up counters, histograms and those gauges that can be; the samples of the others tell the worker they are from.
 * `before` holds counters of workers that are no more.
 */
export function sumOf(readings: readonly Reading[], before: readonly Metric[] = []): Metric[] {
  const sums = new Map<string, Metric>();
  const all = readings.flatMap(({ worker, metrics }) => metrics.map((metric) => marked(metric, worker)));
  for (const metric of [...all, ...before]) {
    const sum = sums.get(metric.name);
    sums.set(metric.name, sum ? added(sum, metric) : metric);
  }
  return [...sums.values()];
}

/** What does not go back when a worker dies: a service whose counters shrank would seem to have started anew. */
export function countersIn(metrics: readonly Metric[]): Metric[] {
  return metrics.filter(({ kind }) => kind !== 'gauge');
}

/** Puts texts in the exposition format together that tell of the same metrics: each is described once. */
export function together(texts: readonly string[]): string {
  const metrics = new Map<string, string>();
  for (const block of texts.flatMap((text) => text.split(/^(?=# HELP )/m))) {
    const [head] = /^# HELP .*\n# TYPE .*\n/.exec(block) ?? [];
    if (head === undefined) continue;
    metrics.set(head, `${metrics.get(head) ?? head}${block.slice(head.length).replace(/\n+$/, '\n')}`);
  }
  return [...metrics.values()].join('\n');
}

function marked(metric: Metric, worker: number): Metric {
  if (metric.kind !== 'gauge' || !metric.isOfOne) return metric;
  const samples = metric.samples.map(({ labels, value }) => ({
    labels: { ...labels, worker: String(worker) },
    value,
  }));
  return { ...metric, samples };
}

/** Adds up two metrics of one name, and so of one kind. */
function added(one: Metric, other: Metric): Metric {
  if (one.kind === 'histogram') return { ...one, buckets: bucketsOf(one, other) };
  const samples = new Map<string, Sample>();
  for (const sample of [one, other].flatMap((metric) =>
    metric.kind === 'histogram' ? [] : metric.samples,
  )) {
    const key = JSON.stringify(sample.labels ?? {});
    samples.set(key, { ...sample, value: (samples.get(key)?.value ?? 0) + sample.value });
  }
  return { ...one, samples: [...samples.values()] };
}

function bucketsOf({ buckets }: Histogram, other: Metric): Buckets {
  if (other.kind !== 'histogram') return buckets;
  const counts = buckets.counts.map((count, i) => count + (other.buckets.counts[i] ?? 0));
  return { bounds: buckets.bounds, counts, sum: buckets.sum + other.buckets.sum };
}
