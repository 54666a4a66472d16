/** Writes `docs/performance.md` and its plots from the results of a run, and shows the same on the terminal. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Figures } from '../figures.ts';
import type { Machine } from '../machine.ts';
import type { Results } from '../results.ts';
import { barsOf, tableOfBars } from './bars.ts';
import { svg } from './plot.ts';
import { sections } from './sections.ts';
import { settingsOfPeers } from './settings.ts';
import { markdown, tablesOf } from './tables.ts';

/** Writes the page into a folder, and the plots and the results into one below it. */
export function writePage(file: string, folder: string): void {
  const kept = readFileSync(file, 'utf8');
  const results = JSON.parse(kept) as Results;
  const figures = new Figures([...results.figures]);
  const plots = join(folder, 'performance');
  rmSync(plots, { recursive: true, force: true });
  mkdirSync(plots, { recursive: true });
  writeFileSync(join(plots, 'results.json'), kept);
  const parts = sections.flatMap(({ case: of, title, about, plots: plotsOf }) => {
    const tables = tablesOf(figures, of);
    if (tables.length === 0) return [];
    const images = plotsOf(figures).map(([name, plot]) => {
      writeFileSync(join(plots, `${name}.svg`), svg(plot));
      return `![${plot.title}](performance/${name}.svg)`;
    });
    const texts = tables.map((table) => `### ${capital(table.title)}\n\n${markdown(table)}`);
    return [`## ${title}`, wrapped(about), ...images, ...texts];
  });
  const page = [
    '# Performance',
    introduction(results),
    '## Targets',
    `The targets of Gatehouse and the results of one run: ${summary(figures)}`,
    markdown(tableOfBars(figures)),
    ...parts,
    '## Programs measured',
    markdown(settingsOfPeers(results.machine.versions)),
    ...(results.notes.length > 0 ? ['## Left out', results.notes.map((note) => `- ${note}`).join('\n')] : []),
  ];
  writeFileSync(join(folder, 'performance.md'), `${page.join('\n\n')}\n`);
}

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

function summary(figures: Figures): string {
  const bars = barsOf(figures);
  const count = (verdict: string) => bars.filter((bar) => bar.verdict === verdict).length;
  return `${count('met')} met, ${count('missed')} missed, ${count('not measured')} not measured.`;
}

/** The text of the page, for a terminal. */
export function tell(results: Results): string {
  const figures = new Figures([...results.figures]);
  const tables = sections.flatMap(({ case: of, title }) =>
    tablesOf(figures, of).map((table) => `${title}: ${table.title}\n\n${markdown(table)}`),
  );
  const { rounds, seconds } = results.options;
  const head = `${placeOf(results.machine)}\n${rounds} rounds of ${seconds} s, medians`;
  return [head, ...tables, `The targets\n\n${markdown(tableOfBars(figures))}`].join('\n\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
