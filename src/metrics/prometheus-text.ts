/** Writes metrics in the text format of Prometheus, version 0.0.4. */

import type { Buckets, Metric, Sample } from '../storage/port/port.ts';

/** The text of some metrics. It ends in a newline, so that a text with other names may follow it. */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics.map(metricText).join('\n');
}

function metricText(metric: Metric): string {
  const { name, help, kind } = metric;
  const lines = kind === 'histogram' ? bucketLines(name, metric.buckets) : sampleLines(name, metric.samples);
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${kind}\n${lines.join('\n')}\n`;
}

function sampleLines(name: string, samples: readonly Sample[]): string[] {
  return samples.map(({ labels = {}, value }) => line(name, labels, value));
}

/** Buckets are cumulative in the text: each includes the counts of those before it. */
function bucketLines(name: string, { bounds, counts, sum }: Buckets): string[] {
  let below = 0;
  const buckets = counts.map((count, i) => {
    below += count;
    return line(`${name}_bucket`, { le: number(bounds[i] ?? Number.POSITIVE_INFINITY) }, below);
  });
  return [...buckets, line(`${name}_sum`, {}, sum), line(`${name}_count`, {}, below)];
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(
    ([label, text]) => `${label}="${escaped(text).replaceAll('"', '\\"')}"`,
  );
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${number(value)}`;
}

function number(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
