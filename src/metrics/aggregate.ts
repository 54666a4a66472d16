/** Aggregates the metrics of several workers into those of one service. */

import type { Buckets, Metric, Sample } from '../storage/port/port.ts';

/** The metrics of one worker. */
export interface WorkerMetrics {
  readonly worker: number;
  readonly metrics: readonly Metric[];
}

/**
 * Sums counters, histograms and additive gauges; the samples of other gauges get the label of their worker. `retired` holds
 * the counters of workers that have ended.
 */
export function aggregate(workers: readonly WorkerMetrics[], retired: readonly Metric[] = []): Metric[] {
  const sums = new Map<string, Metric>();
  const all = workers.flatMap(({ worker, metrics }) => metrics.map((metric) => labelled(metric, worker)));
  for (const metric of [...all, ...retired]) {
    const sum = sums.get(metric.name);
    sums.set(metric.name, sum ? added(sum, metric) : metric);
  }
  return [...sums.values()];
}

/** Metrics that must not decrease when a worker ends: a counter that decreases looks like a restart of the service. */
export function countersOf(metrics: readonly Metric[]): Metric[] {
  return metrics.filter(({ kind }) => kind !== 'gauge');
}

/** Merges texts in the format of Prometheus, so that each metric is described once. */
export function mergeTexts(texts: readonly string[]): string {
  const metrics = new Map<string, string>();
  for (const block of texts.flatMap((text) => text.split(/^(?=# HELP )/m))) {
    const [head] = /^# HELP .*\n# TYPE .*\n/.exec(block) ?? [];
    if (head === undefined) continue;
    metrics.set(head, `${metrics.get(head) ?? head}${block.slice(head.length).replace(/\n+$/, '\n')}`);
  }
  return [...metrics.values()].join('\n');
}

function labelled(metric: Metric, worker: number): Metric {
  if (metric.kind !== 'gauge' || !metric.isOfOne) return metric;
  const samples = metric.samples.map(({ labels, value }) => ({
    labels: { ...labels, worker: String(worker) },
    value,
  }));
  return { ...metric, samples };
}

/** The sum of two metrics of the same name and kind. */
function added(one: Metric, other: Metric): Metric {
  if (one.kind === 'histogram')
    return other.kind === 'histogram' ? { ...one, buckets: addedBuckets(one.buckets, other.buckets) } : one;
  const samples = new Map<string, Sample>();
  for (const sample of [...one.samples, ...(other.kind === 'histogram' ? [] : other.samples)]) {
    const key = JSON.stringify(sample.labels ?? {});
    samples.set(key, { ...sample, value: (samples.get(key)?.value ?? 0) + sample.value });
  }
  return { ...one, samples: [...samples.values()] };
}

function addedBuckets(one: Buckets, other: Buckets): Buckets {
  const counts = one.counts.map((count, i) => count + (other.counts[i] ?? 0));
  return { bounds: one.bounds, counts, sum: one.sum + other.sum };
}
