/** Reads metrics like a scraper that forgives nothing: the text format of Prometheus, by the letter. */

import { strictEqual } from 'node:assert';
import { type TestProcess, until } from './process.ts';

export interface Metric {
  readonly kind: string;
  readonly help: string;
  readonly samples: readonly { name: string; labels: Readonly<Record<string, string>>; value: number }[];
}

export interface Scraped {
  readonly text: string;
  readonly metrics: ReadonlyMap<string, Metric>;
  /** The value of the one sample of this name with all of these labels; 0 if there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number;
}

/** Where a process serves its metrics, once it does. */
export async function metricsUrl(server: TestProcess): Promise<string> {
  const line = () => server.log.find(({ msg }) => msg === 'serving metrics')?.['url'];
  return String(await until(line, 'the address of the metrics', server.exited));
}

export async function scrape(url: string): Promise<Scraped> {
  const answer = await fetch(url);
  strictEqual(answer.status, 200);
  strictEqual(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  return parse(await answer.text());
}

/** Takes a text apart; throws at the first line that is not as it should be. */
export function parse(text: string): Scraped {
  const metrics = new Map<string, Metric & { samples: Metric['samples'][number][] }>();
  let current = '';
  let help = '';
  const seen = new Set<string>();
  if (!text.endsWith('\n')) throw new Error('The last line has no end.');
  for (const line of text.split('\n').filter(Boolean)) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment) {
      const [, what, name = '', said = ''] = comment;
      if (what === 'HELP') [current, help] = [name, unescaped(said)];
      else {
        if (name !== current || metrics.has(name)) throw new Error(`Out of place: ${line}`);
        if (!/^(?:counter|gauge|histogram)$/.test(said)) throw new Error(`Of no kind: ${line}`);
        metrics.set(name, { kind: said, help, samples: [] });
      }
      continue;
    }
    const sample = sampleIn(line);
    const metric = metrics.get(current);
    const names = metric?.kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    if (!metric || !names.some((end) => sample.name === current + end)) throw new Error(`Stray: ${line}`);
    const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (seen.has(key)) throw new Error(`Twice: ${line}`);
    seen.add(key);
    metric.samples.push(sample);
  }
  return {
    text,
    metrics,
    value(name, labels = {}) {
      const found = metrics
        .get(name)
        ?.samples.filter((sample) =>
          Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
        );
      if (found && found.length > 1) throw new Error(`${name} has ${found.length} samples with these labels`);
      return found?.[0]?.value ?? 0;
    },
  };
}

function sampleIn(line: string): Metric['samples'][number] {
  const pair = String.raw`([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"`;
  const [, name, pairs = '', written = ''] =
    new RegExp(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(${pair}(?:,${pair})*)\\})? (\\S+)$`)
      .exec(line)
      ?.flatMap((part, i) => (i < 3 || i === 7 ? [part] : [])) ?? [];
  if (name === undefined || !/^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]\d+)?|Inf)|NaN|Nan)$/.test(written))
    throw new Error(`Not a sample: ${line}`);
  const labels = [...pairs.matchAll(new RegExp(pair, 'g'))].map(([, label = '', text = '']) => [
    label,
    unescaped(text),
  ]);
  const value = Number(written.replace('Inf', 'Infinity').replace('Nan', 'NaN'));
  return { name, labels: Object.fromEntries(labels), value };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_match, letter: string) => (letter === 'n' ? '\n' : letter));
}
