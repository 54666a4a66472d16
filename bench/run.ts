/**
 * Measures Gatehouse beside the limits of the runtime and beside its peers, in one run on one machine: `npm run bench`.
 *
 * The server has one core to itself, the load another, which it shares with PostgreSQL, where there are two. In every
 * round each program runs once; figures are medians, claims are ratios taken round by round.
 *
 * Cases are named, all without a name: `npm run bench -- check login`. `-- --help` lists the options, `-- --report
 * results.json` writes `docs/performance.md` from what `--json results.json` kept.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Bench, type Options } from './bench.ts';
import { measureChecks } from './cases/check.ts';
import { measureCold } from './cases/cold.ts';
import { measureCommits } from './cases/commits.ts';
import { measureFloods } from './cases/flood.ts';
import { measureGrowth } from './cases/growth.ts';
import { measureLogins } from './cases/login.ts';
import { measureMemory } from './cases/memory.ts';
import { measureQuestions } from './cases/questions.ts';
import { measureRevocation } from './cases/revocation.ts';
import { measureSizes } from './cases/size.ts';
import { measureStarts } from './cases/start.ts';
import { measureWorkers } from './cases/workers.ts';
import { measureWrites } from './cases/writes.ts';
import { machine } from './machine.ts';
import { tell, writePage } from './page/page.ts';
import { endAll } from './processes.ts';
import type { Results } from './results.ts';

/** In the order of a run; what takes longest comes last. */
const cases: Readonly<Record<string, readonly [about: string, measure: (bench: Bench) => Promise<void>]>> = {
  size: ['size of an installation', measureSizes],
  start: ['cold start, second start, memory at rest', measureStarts],
  check: ['steady session checks, among 1 to 100,000 sessions', measureChecks],
  cold: ['cold checks: the first check of each session after a start', measureCold],
  workers: ['session checks by two worker processes', measureWorkers],
  writes: ['session checks by two worker processes while sessions begin and end', measureWrites],
  questions: ['questions to PostgreSQL in a minute of checks', measureQuestions],
  login: ['logins', measureLogins],
  commits: ['registrations and logouts', measureCommits],
  flood: ['session checks in a login flood', measureFloods],
  memory: ['memory of a million sessions, in the store and in the process', measureMemory],
  revocation: ['how soon a logout holds on other nodes', measureRevocation],
  growth: ['session checks among ten thousand and ten million sessions', measureGrowth],
};

/** Options with a value; its default, and its meaning. */
const table = {
  rounds: ['3', 'rounds in which each program runs once'],
  seconds: ['5', 'seconds of every turn; logins and registrations take four times as long'],
  connections: ['64', 'connections of the checks'],
  sessions: ['1,1000,100000', 'live sessions that checks choose from'],
  flooding: ['0,16,256', 'clients that log in without pause'],
  'at-once': ['1,16,64', 'logouts at once'],
  'memory-sessions': ['1000000', 'live sessions whose memory is measured'],
  samples: ['200', 'logouts of which is timed when other nodes refuse the session'],
  'scale-sessions': ['10000000', 'live sessions the store grows to; they take 13 GB of disk for a while'],
  only: ['', 'parts of the names of those to measure, for example `gatehouse,bare`'],
  folder: [tmpdir(), 'where databases are made; it should be on the disk that is meant'],
  json: ['', 'a file to keep the figures in'],
  report: ['', 'a file they were kept in: measures nothing, and writes the page from it'],
  docs: ['docs', 'the folder of the page'],
} as const;

const options = Object.fromEntries(
  Object.entries(table).map(([name, [fallback]]) => [name, { type: 'string', default: fallback } as const]),
) as Record<keyof typeof table, { type: 'string'; default: string }>;
const { values, positionals } = parseArgs({
  options: { ...options, help: { type: 'boolean' } },
  allowPositionals: true,
});
const [report, docs, json] = [values.report, values.docs, values.json].map((path) => path && resolve(path));
// Programs are named from there.
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const unknown = positionals.filter((name) => !(name in cases));
if (unknown.length > 0)
  stop(`There is no case ${unknown.join(', ')}. There are ${Object.keys(cases).join(', ')}.`);
if (values.help) console.log(help());
else if (report) writePage(report, docs ?? 'docs');
else await run();

async function run(): Promise<void> {
  const folder = mkdtempSync(join(values.folder, 'gatehouse-bench-'));
  const bench = new Bench(read(), folder);
  const date = new Date().toISOString();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      clear();
      process.exit(1);
    });
  // PostgreSQL has a keeper, which notices by itself.
  const clear = () => {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  };
  const keep = (): Results => {
    const { options, figures, notes } = bench;
    const words = process.argv.slice(2).map((word) => (word === values.json ? 'results.json' : word));
    const command = ['npm run bench --', ...words].join(' ');
    const results = { date, command, machine: machine(folder), options, notes, figures: figures.list };
    if (json) writeFileSync(json, `${JSON.stringify(results, undefined, 1)}\n`);
    return results;
  };
  try {
    for (const [name, [about, measure]] of Object.entries(cases)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      bench.tell(`${name}: ${about}`);
      // A run takes long: what is there already is kept, and what fails does not stop the others.
      await measure(bench).catch((error: Error) => {
        process.exitCode = 1;
        bench.note(`Failed, ${about}: ${error.message}`);
      });
      keep();
    }
    console.log(`\n${tell(keep())}\n`);
  } finally {
    await bench.close();
    clear();
  }
}

function read(): Options {
  const number = (name: keyof typeof table): number => {
    const value = Number(values[name]);
    return Number.isInteger(value) && value > 0 ? value : stop(`--${name} needs a whole number.`);
  };
  const numbers = (name: keyof typeof table): number[] => {
    const all = values[name].split(',').map(Number);
    return all.every((value) => Number.isInteger(value) && value >= 0)
      ? all
      : stop(`--${name} needs whole numbers, separated by commas.`);
  };
  return {
    rounds: number('rounds'),
    seconds: number('seconds'),
    connections: number('connections'),
    sessions: numbers('sessions'),
    flooding: numbers('flooding'),
    atOnce: numbers('at-once'),
    memorySessions: number('memory-sessions'),
    samples: number('samples'),
    scaleSessions: number('scale-sessions'),
    only: values.only.split(',').filter(Boolean),
  };
}

function help(): string {
  const line = (name: string, about: string) => `  ${name.padEnd(24)} ${about}`;
  return [
    'npm run bench -- [case …] [--option value …]',
    '\nCases; all of them if none is named:',
    ...Object.entries(cases).map(([name, [about]]) => line(name, about)),
    '\nOptions:',
    ...Object.entries(table).map(([name, [fallback, about]]) =>
      line(`--${name}`, fallback ? `${about} (${fallback})` : about),
    ),
  ].join('\n');
}

function stop(reason: string): never {
  console.error(reason);
  process.exit(2);
}
