/** The page about metrics has all there are, as they are, and no others; the example of embedding runs. */

import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { blocks, part, root, rows, withoutTicks } from '../support/docs.ts';
import { type Metric, metricsUrl, type Scraped, scrape } from '../support/metrics.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

/** The rows of a part of the page: name, kind and labels. */
function documented(heading: string): string[][] {
  return rows(part('docs/metrics.md', heading))
    .filter((cells) => cells.length >= 4 && /^`\w+`$/.test(cells[0] ?? '') && /^[a-z]+$/.test(cells[1] ?? ''))
    .map(([name, kind = '', labels = '']) => [withoutTicks(name), kind, labels.replaceAll(/`|^–$/g, '')]);
}

function described([name, { kind, samples }]: [string, Metric]): string[] {
  const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
  labels.delete('le');
  return [name, kind, [...labels].join(', ')];
}

const engines = {
  SQLite: async () => ({}),
  PostgreSQL: async () => ({ DATABASE_URL: await (await sharedPostgres()).createDatabase() }),
};

/** The metrics of a server on each engine. */
async function servedOn(engine: keyof typeof engines): Promise<Scraped['metrics']> {
  const server = await startProcess({ GATEHOUSE_METRICS_PORT: '0', ...(await engines[engine]()) });
  return (await scrape(await metricsUrl(server))).metrics;
}

const everyEngine = test.each(Object.keys(engines) as (keyof typeof engines)[]);

everyEngine('every metric on %s is in the tables, as it is, and every row is a metric', async (engine) => {
  const served = [...(await servedOn(engine))].map(described);
  const own = documented('## Gatehouse').concat(
    documented(`## ${engine}`),
    documented('## Connections'),
    documented('## Log'),
  );
  expect(served.filter(([name]) => name?.startsWith('gatehouse_'))).toEqual(own);

  // A label shows only where there is a sample: what the runtime does not do at the moment has none.
  const ofProcess = served.filter(([name]) => !name?.startsWith('gatehouse_'));
  const rowsOfProcess = documented('## Process');
  expect(rowsOfProcess.map(([name, kind]) => [name, kind])).toEqual(
    ofProcess.map(([name, kind]) => [name, kind]),
  );
  for (const [i, [name, , labels]] of ofProcess.entries()) {
    if (labels !== '') expect([name, labels]).toEqual([name, rowsOfProcess[i]?.[2]]);
  }
});

everyEngine('names, kinds and sentences on %s follow the customs of Prometheus', async (engine) => {
  for (const [name, { kind, help, samples }] of await servedOn(engine)) {
    if (!name.startsWith('gatehouse_')) continue;
    expect(name).toMatch(/^gatehouse(?:_[a-z]+)+$/);
    expect([name, kind, name.endsWith('_total')]).toEqual([name, kind, kind === 'counter']);
    expect(help, name).toMatch(/^[A-Z0-9][^.]*\.$/);
    expect(samples.length, name).toBeGreaterThan(0);
  }
});

test('the example of embedding serves its metrics behind those of its own registry', async () => {
  const [program = '', ...others] = blocks('docs/embedding.md', 'js').filter((js) =>
    js.includes('gatehouse.prometheusText()'),
  );
  expect(others).toEqual([]);
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(root, 'node_modules/prom-client'), join(folder, 'node_modules/prom-client'));
  const asks = `
    await new Promise((resolve) => metrics.once('listening', resolve));
    const answer = await fetch('http://127.0.0.1:' + metrics.address().port);
    const text = await answer.text();
    const counted = gatehouse.metrics().map(({ name }) => name);
    console.log(answer.headers.get('content-type'), /^process_open_fds \\d+$/m.test(text),
      counted.length > 10 && counted.every((name) => text.includes('# TYPE ' + name + ' ')));
    metrics.close();
    await gatehouse.close();
    process.exit();`;
  const own = program
    .replace("from 'gatehouse-auth'", `from '${join(root, 'src/index.ts')}'`)
    .replace('9464', '0');
  writeFileSync(join(folder, 'program.mjs'), own + asks);
  const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], {
    cwd: folder,
    env: { DATABASE_URL: 'file:./gatehouse.db' },
  });
  expect(stdout.trim()).toBe('text/plain; version=0.0.4; charset=utf-8 true true');
});
