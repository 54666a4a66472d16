/** The figures of several workers as those of one service. */

import type { Buckets, Figure, Sample } from '../storage/port/port.ts';

type Histogram = Extract<Figure, { kind: 'histogram' }>;

/** What one worker says of itself. */
export interface Reading {
  readonly worker: number;
  readonly figures: readonly Figure[];
}

/**
 * Adds up counters, histograms and those gauges that can be; the samples of the others tell the worker they are from.
 * `before` holds counters of workers that are no more.
 */
export function sumOf(readings: readonly Reading[], before: readonly Figure[] = []): Figure[] {
  const sums = new Map<string, Figure>();
  const all = readings.flatMap(({ worker, figures }) => figures.map((figure) => marked(figure, worker)));
  for (const figure of [...all, ...before]) {
    const sum = sums.get(figure.name);
    sums.set(figure.name, sum ? added(sum, figure) : figure);
  }
  return [...sums.values()];
}

/** What does not go back when a worker dies: a service whose counters shrank would seem to have started anew. */
export function countersIn(figures: readonly Figure[]): Figure[] {
  return figures.filter(({ kind }) => kind !== 'gauge');
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

function marked(figure: Figure, worker: number): Figure {
  if (figure.kind !== 'gauge' || !figure.isOfOne) return figure;
  const samples = figure.samples.map(({ labels, value }) => ({
    labels: { ...labels, worker: String(worker) },
    value,
  }));
  return { ...figure, samples };
}

/** Adds up two figures of one name, and so of one kind. */
function added(one: Figure, other: Figure): Figure {
  if (one.kind === 'histogram') return { ...one, buckets: bucketsOf(one, other) };
  const samples = new Map<string, Sample>();
  for (const sample of [one, other].flatMap((figure) =>
    figure.kind === 'histogram' ? [] : figure.samples,
  )) {
    const key = JSON.stringify(sample.labels ?? {});
    samples.set(key, { ...sample, value: (samples.get(key)?.value ?? 0) + sample.value });
  }
  return { ...one, samples: [...samples.values()] };
}

function bucketsOf({ buckets }: Histogram, other: Figure): Buckets {
  if (other.kind !== 'histogram') return buckets;
  const counts = buckets.counts.map((count, i) => count + (other.buckets.counts[i] ?? 0));
  return { bounds: buckets.bounds, counts, sum: buckets.sum + other.buckets.sum };
}
