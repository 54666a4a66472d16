/** The page docs/deploy/monitoring.md: every metric and label of the dashboard and of the alerts exists, and Prometheus reads the rules. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsOf, blocks, read, root, rows } from '../support/docs.ts';
import { metricsUrl, scrape } from '../support/metrics.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const page = 'docs/deploy/monitoring.md';
const rules = read('deploy/prometheus/alerts.yml');

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number };
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const dashboard = JSON.parse(read('deploy/grafana/gatehouse.json')) as Dashboard;

/** Labels that Prometheus itself adds. */
const ofPrometheus = ['job', 'instance'];

/** The names of metrics, with their labels and the values that stand in the documentation. */
async function served(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const labels = new Map<string, Set<string>>([['up', new Set()]]);
  const places = [{}, { DATABASE_URL: await (await sharedPostgres()).createDatabase() }];
  for (const place of places) {
    const server = await startProcess({ GATEHOUSE_METRICS_PORT: '0', ...place });
    await server.post('/auth/register', { email: 'ada@example.com', password: 'supersecure' });
    for (const [, { samples }] of (await scrape(await metricsUrl(server))).metrics)
      for (const sample of samples)
        labels.set(sample.name, new Set([...(labels.get(sample.name) ?? []), ...Object.keys(sample.labels)]));
  }
  return labels;
}

/** The expressions of the rules, with those that are folded over several lines. */
const ruleExpressions = [...rules.matchAll(/^ +expr: (?:>-\n((?: {10}.*\n)+)|(.*)\n)/gm)].map(
  ([, folded, plain]) => folded ?? plain ?? '',
);
const panelExpressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const definitions = dashboard.templating.list.flatMap(({ definition }) => definition ?? []);

/** The metrics in an expression, each with the labels that select its samples and their values. */
const selected = (expression: string) =>
  [...expression.matchAll(/\b((?:gatehouse|process|nodejs)_\w+|up\b)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', inside = '']) => ({
      name,
      selectors: [...inside.matchAll(/(\w+)=~?"([^"]*)"/g)].map(([, label = '', values = '']) => ({
        label,
        values: values.split('|'),
      })),
    }),
  );

test('every metric in the rules and in the dashboard exists, with every label and value', async () => {
  const labels = await served();
  const documented = rows(read('docs/metrics.md'));
  const about = (name: string) =>
    documented.find(([first]) => first?.replaceAll('`', '') === name)?.join(' ') ?? '';
  const all = [...ruleExpressions, ...panelExpressions, ...definitions];
  expect([ruleExpressions.length, panelExpressions.length]).toEqual([
    rules.match(/- alert:/g)?.length,
    dashboard.panels.flatMap(({ targets }) => targets).length,
  ]);
  expect(panelExpressions.length).toBeGreaterThan(15);
  for (const expression of all) {
    const found = selected(expression);
    expect(found.length, expression).toBeGreaterThan(0);
    for (const { name, selectors } of found) {
      expect([...labels.keys()], expression).toContain(name);
      for (const { label, values } of selectors.filter((one) => !ofPrometheus.includes(one.label))) {
        expect([...(labels.get(name) ?? [])], expression).toContain(label);
        // An event is documented as a word of the audit.
        const words = label === 'event' ? read('docs/operating.md') : about(name);
        for (const value of values) expect(words, `${name} ${label}`).toContain(`\`${value}\``);
      }
    }
    const own = new Set([...ofPrometheus, ...found.flatMap(({ name }) => [...(labels.get(name) ?? [])])]);
    for (const [, names = ''] of expression.matchAll(/\bby \(([^)]*)\)/g))
      for (const label of names.split(', ')) expect([...own], expression).toContain(label);
  }
});

test('a legend of the dashboard shows only labels that its expression keeps, and no panel covers another', () => {
  for (const { targets } of dashboard.panels)
    for (const { expr, legendFormat } of targets) {
      const kept = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(', '));
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(kept, expr).toContain(label);
    }
  const places = dashboard.panels.map(({ gridPos: { x, y } }) => `${x}, ${y}`);
  expect(new Set(places).size).toBe(places.length);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(places.length);
});

test('the page explains every alert, and no other', () => {
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  const explained = [...read(page).matchAll(/^\| `(Gatehouse\w+)` \|/gm)].map(([, name]) => name);
  expect(explained).toEqual(alerts);
});

test('every alert has a severity, says what happened and what it means, and names a part of the documentation', () => {
  const [, ...alerts] = rules.split(/^ +- alert: /m);
  for (const alert of alerts) {
    expect(alert).toMatch(/^ +labels: \{ severity: (?:critical|warning) \}$/m);
    for (const name of ['summary', 'description'])
      expect(alert).toMatch(new RegExp(`^ +${name}: .{20}`, 'm'));
    const [, file = '', anchor] = /^ +runbook: (docs\/[\w-]+\.md)#([\w-]+)$/m.exec(alert) ?? [];
    expect(anchorsOf(file), alert).toContain(anchor);
  }
});

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

test.skipIf(!hasPromtool)(
  `Prometheus reads the rules, its configuration on the page and every query of the dashboard${hasPromtool ? '' : ' (skipped: apt-get install prometheus)'}`,
  () => {
    const folder = temporaryFolder();
    const [config = ''] = blocks(page, 'yaml');
    writeFileSync(join(folder, 'prometheus.yml'), config);
    const [commands = ''] = blocks(page, 'sh').filter((text) => text.includes('promtool'));
    const said = execFileSync('sh', ['-ec', commands.replace('cp deploy/', `cp ${root}/deploy/`)], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(said).toContain('SUCCESS');
    // Grafana fills in its variables: with values, every query is one of a rule that Prometheus accepts.
    const queries = panelExpressions.map((expr, n) => {
      const filled = expr
        .replaceAll('$__rate_interval', '1m')
        .replaceAll('$job', 'gatehouse')
        .replaceAll('$instance', '.*');
      return `      - record: query_${n}\n        expr: ${JSON.stringify(filled)}\n`;
    });
    mkdirSync(join(folder, 'dashboard'));
    const file = join(folder, 'dashboard', 'queries.yml');
    writeFileSync(file, `groups:\n  - name: dashboard\n    rules:\n${queries.join('')}`);
    const checked = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
    expect([checked.status, checked.stderr]).toEqual([0, '']);
  },
);
