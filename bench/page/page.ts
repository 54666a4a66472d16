/** Writes `docs/performance.md` and its plots from the results of a run, and shows the same on the terminal. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupOf } from '../cases/check.ts';
import { Figures, type Name } from '../figures.ts';
import type { Machine } from '../machine.ts';
import type { Results } from '../results.ts';
import { betterAuth, limit, onPostgres, onSqlite } from '../targets.ts';
import type { Bar } from './bar.ts';
import { barsOf, tableOfBars } from './bars.ts';
import { svg } from './plot.ts';
import { mainPlot, type NamedPlot, plotsOfChecks, sections } from './sections.ts';
import { settingsOfPeers } from './settings.ts';
import { markdown, shown, tablesOf } from './tables.ts';

/** Writes the page into a folder, and the plots and the results into one below it. */
export function writePage(file: string, folder: string): void {
  const kept = readFileSync(file, 'utf8');
  const results = JSON.parse(kept) as Results;
  const figures = new Figures([...results.figures]);
  const plots = join(folder, 'performance');
  rmSync(plots, { recursive: true, force: true });
  mkdirSync(plots, { recursive: true });
  writeFileSync(join(plots, 'results.json'), kept);
  const image = ([name, plot]: NamedPlot) => {
    writeFileSync(join(plots, `${name}.svg`), svg(plot));
    return `![${plot.title}](performance/${name}.svg)`;
  };
  const parts = sections.flatMap(({ case: of, title, about, plots: plotsOf }) => {
    const tables = tablesOf(figures, of);
    if (tables.length === 0) return [];
    // The first plot of the page is not shown twice.
    const images = plotsOf(figures).filter(([name]) => name !== mainPlot);
    const texts = tables.map((table) => `### ${capital(table.title)}\n\n${markdown(table)}`);
    return [`## ${title}`, wrapped(about), ...images.map(image), ...texts];
  });
  const first = plotsOfChecks(figures).filter(([name]) => name === mainPlot);
  const page = [
    '# Performance',
    ...first.map(image),
    wrapped(opening(figures)),
    '## Targets',
    ...targets(barsOf(figures)),
    '## The run',
    introduction(results),
    ...parts,
    '## Programs measured',
    markdown(settingsOfPeers(results.machine.versions)),
    ...(results.notes.length > 0 ? ['## Left out', results.notes.map((note) => `- ${note}`).join('\n')] : []),
  ];
  writeFileSync(join(folder, 'performance.md'), `${page.join('\n\n')}\n`);
}

/** What the first plot shows, in one sentence for each engine, as far as it was measured. */
function opening(figures: Figures): string {
  const of = (who: string): Name => ({ case: 'check', group: groupOf(1_000), who, unit: 'checks/s' });
  const sentences = [onSqlite, onPostgres].flatMap((who) => {
    const perSecond = figures.median(of(who));
    const [share, times] = [figures.ratio(of(who), of(limit)), figures.ratio(of(who), of(betterAuth))];
    if (perSecond === undefined || !share || !times) return [];
    return [
      `${who} answers ${shown(perSecond)} session checks a second with 1,000 people signed in: ${shown(share.median)} of ` +
        `bare \`node:http\` with a \`Map\`, ${shown(times.median)} times as many as better-auth.`,
    ];
  });
  const place =
    'All programs had the same core of the same machine, one after the other. [The run](#the-run) says which.';
  return [...sentences, place].join(' ');
}

/** Counted, and in a table for each verdict; the misses come first. */
function targets(bars: readonly Bar[]): string[] {
  const parts = verdicts.flatMap(([verdict, title]) => {
    const some = bars.filter((bar) => bar.verdict === verdict);
    return some.length === 0 ? [] : [`### ${title}`, markdown(tableOfBars(some))];
  });
  return [summary(bars), ...parts];
}

const verdicts = [
  ['missed', 'Missed'],
  ['met', 'Met'],
  ['not measured', 'Not measured'],
  ['reported', 'Reported without a target'],
] as const;

function introduction({ command, date, machine, options }: Results): string {
  const { rounds, seconds, connections } = options;
  const about =
    `Each program runs once in each of ${rounds} rounds, for ${seconds} s after a warm-up; checks use ${connections} ` +
    'connections. Figures are medians. Ratios are taken round by round, with the minimum and the maximum in brackets. ' +
    'Absolute figures depend on the machine: compare the ratios.';
  return `Everything on this page comes from one run on one machine, on ${date.slice(0, 10)}:

\`\`\`sh
${command}
npm run bench -- --report results.json
\`\`\`

All figures of all rounds are in [results.json](performance/results.json).

${wrapped(placeOf(machine))}

${wrapped(about)}`;
}

/** At most 120 characters to a line, as the other pages. */
function wrapped(text: string): string {
  return text.replace(/(?=.{121})(.{1,120}) /g, '$1\n');
}

function placeOf({ processor, cores, memoryGB, system, isPinned, isDisk, versions }: Machine): string {
  const pinned = isPinned
    ? 'the server has the first core and the load the second'
    : 'server and load share them';
  const disk = isDisk ? '' : ' Databases were in memory, so the figures of commits have no meaning.';
  const named = [
    'Gatehouse',
    'Node.js',
    'OpenSSL',
    'SQLite (node:sqlite)',
    'PostgreSQL',
    'wrk',
    'autocannon',
  ];
  const known = named.filter((name) => versions[name]).map((name) => `${name} ${versions[name]}`);
  return `${processor}, ${cores} cores, of which ${pinned}; ${memoryGB} GB, ${system}.${disk} ${known.join(', ')}.`;
}

function summary(bars: readonly Bar[]): string {
  const count = (verdict: Bar['verdict']) => bars.filter((bar) => bar.verdict === verdict).length;
  const judgedBars = bars.length - count('reported');
  const unmeasured = count('not measured');
  const rest = unmeasured === 0 ? '' : ` ${unmeasured} were not measured in this run.`;
  return `Of ${judgedBars} targets ${count('met')} are met and ${count('missed')} are missed.${rest}`;
}

/** The text of the page, for a terminal. */
export function tell(results: Results): string {
  const figures = new Figures([...results.figures]);
  const tables = sections.flatMap(({ case: of, title }) =>
    tablesOf(figures, of).map((table) => `${title}: ${table.title}\n\n${markdown(table)}`),
  );
  const { rounds, seconds } = results.options;
  const head = `${placeOf(results.machine)}\n${rounds} rounds of ${seconds} s, medians`;
  const measured = barsOf(figures).filter(({ verdict }) => verdict !== 'not measured');
  return [head, ...tables, ...(measured.length > 0 ? ['Targets', ...targets(measured)] : [])].join('\n\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
