/** The sections of the page: the measurement of each case, and which of its figures are drawn. */

import { coldChecks } from '../cases/cold.ts';
import { groupOf as commitsOf } from '../cases/commits.ts';
import type { Figure, Figures } from '../figures.ts';
import { median } from '../report.ts';
import { limit } from '../targets.ts';
import type { Plot, Row } from './plot.ts';

export interface Section {
  readonly case: string;
  readonly title: string;
  readonly about: string;
  /** Plots by their names. */
  readonly plots: (figures: Figures) => readonly NamedPlot[];
}

export type NamedPlot = readonly [name: string, plot: Plot];

/** The plot that the page opens with, and that the README shows. */
export const mainPlot = 'checks-1000';

const none = () => [];

export const sections: readonly Section[] = [
  {
    case: 'check',
    title: 'Session checks',
    about:
      '`GET /auth/session`, and its equivalent in other programs, over connections that stay open and never pause. Nine of ' +
      'ten requests present a live session, chosen at random; the others one that has ended. Sessions were written into ' +
      'each store beforehand. These checks are steady: immediately before each turn every session, live or ended, is ' +
      'checked once. A program that keeps sessions in memory has read them by then. Gatehouse reads a session again ' +
      'once a minute, and a turn is shorter. Gatehouse sends all of its headers, logs and counts; it runs without its throttle, ' +
      'better-auth without its own. CPU is the processor time of the server for each check, without that of other ' +
      'processes. The limit is `node:http` with a `Map` of hashed ids, and the same headers. ' +
      'PostgreSQL runs on the core of the load.',
    plots: plotsOfChecks,
  },
  {
    case: coldChecks,
    title: 'Cold checks',
    about:
      'The first check of each live session, in random order, by a server that has just been started: no session is in ' +
      'its memory, and its code is not compiled yet. The turn ends when every session was checked once, or after as many ' +
      'seconds as other turns take. The database has the sessions in its own memory, because it has just written them.',
    plots: none,
  },
  {
    case: 'writes',
    title: 'Checks while sessions begin and end',
    about:
      'Steady checks on SQLite by two worker processes, without writes and while twenty people a second log in and twenty ' +
      'log out. The logins use 1,000 iterations, so that their hashes take a hundredth of a core and the figure shows the ' +
      'effect of the writes.',
    plots: none,
  },
  {
    case: 'questions',
    title: 'Questions to PostgreSQL',
    about:
      'The statements that a node sends to PostgreSQL in a minute of steady checks, about 20,000 a second, counted by the ' +
      'server (`pg_stat_statements`) without `SET`, which travels with the statement that it is for. Every session was ' +
      'checked once immediately before. A node reads each session again ' +
      'about once a minute, so that the minute holds one such read of each. Look-ups are the statements that read sessions. ' +
      'Only live sessions are checked, so the rows that look-ups return are the sessions read. The share of the look-ups ' +
      'that one read of each session accounts for is the refresh; all other statements remain.',
    plots: none,
  },
  {
    case: 'revocation',
    title: 'A logout on the other nodes',
    about:
      'From `npm run bench:revocation`. One node ends sessions; others check them again and again, and the time from the ' +
      'answer to the logout until the first refusal was received is measured. A node without notifications is behind a ' +
      'proxy that drops them, so that it knows only when it asks. One logout is measured at a time. Where three are, some ' +
      'follow one another so closely that they wait for the next of the eight reads that a node makes in a second because of ' +
      'notifications. On SQLite two processes share the file.',
    plots: none,
  },
  {
    case: 'login',
    title: 'Logins',
    about:
      'Logins with the right password of one account. The limit is `crypto.pbkdf2` with the parameters of a login and ' +
      'nothing around it, at the priority of the hashing threads of Gatehouse. They step back behind the event loop, so ' +
      'a neighbour on the core slows them down more than it slows down hashes of full priority: that, and not the work ' +
      'around a hash, made the ratio 0.93 before both had the same priority. Four clients keep the one hashing thread of ' +
      'the core busy. In a run by itself the thread was idle for 0.5 percent of the time, because the next hash begins ' +
      'before the login of the last one is committed. The load has another core. CPU is the processor time of a login, and ' +
      'of it CPU beside the hash is what the hashing threads did not take. A busy machine changes the share of the two ' +
      'little: in five rounds on one, the hash took 97.1 percent of the processor time (96.6 – 97.6). So 0.97 is what a ' +
      'login on the same core as its hash can reach, and no single part of the rest stands out. Half of it runs and ' +
      'compiles JavaScript, a sixth each is SQLite and the system, which writes to the disk and to the sockets. The rest is ' +
      'less than half as much where thousands of logins with cheap hashes have had their code compiled. better-auth hashes with scrypt (N=16384, r=16, p=1): its figure shows what its users get, not how ' +
      'well it is made.',
    plots: (figures) =>
      [...figures.groups('login').values()].map((list) => ['logins', plotOf('Logins', list, ['logins/s'])]),
  },
  {
    case: 'flood',
    title: 'Login floods',
    about:
      'Checks of a thousand sessions while clients log in again and again, without a pause and whatever the answer is: ' +
      'none of them follows `Retry-After`. Logins are counted as accepted, shed (429, 503) or failed. ' +
      'Checks are sent as fast as possible, and then at a thousand a second, where a check does not wait for other ' +
      'checks. If no check was answered at all, the latency is the duration of the run.',
    plots: (figures) =>
      [...figures.groups('flood')].map(([group, list], i) => [
        `flood-${i + 1}`,
        {
          ...plotOf(`Checks in a login flood, ${group}`, list, ['p50, ms', 'p99, ms', 'p99.9, ms']),
          isLogarithmic: true,
        },
      ]),
  },
  {
    case: 'commits',
    title: 'Registrations and logouts',
    about:
      'Both are answered when they are on disk. Registrations hash with as many iterations as in production, so the hash ' +
      'takes nearly all of their time; bare hashes on the same core have a row of their own. So has the bound that a hash ' +
      'and a share of a commit set if they never overlap. More registrations at once than a few only wait. ' +
      'The limits are bare commits of the same rows with `synchronous=FULL` and a write-ahead log, one by one and with ' +
      'as many in one commit as there are clients. Every program begins with a copy of the same file.',
    plots: (figures) =>
      [...figures.groups('commits')]
        .filter(([group]) => group === commitsOf('logout', 64))
        .map(([, list]) => ['logouts', plotOf('Logouts, 64 at once', list, ['per second'])]),
  },
  {
    case: 'start',
    title: 'Starts and memory at rest',
    about:
      'As npm installs it: from the start of the process to the first answer of a check, first without and then with a ' +
      'database, and the resident memory two seconds later. better-auth migrates its database in its first start.',
    plots: none,
  },
  {
    case: 'memory',
    title: 'Memory of sessions',
    about:
      'The size of live sessions in the store, in tables and indexes, without the accounts; and the memory of the ' +
      'process, without mapped files, at rest and without garbage, after a quarter of the sessions were checked once and ' +
      'after all were. The growth between the two is what a remembered session takes: an answer of 344 bytes, a key of ' +
      '80, an entry of 72 and its place in the map, alike on both engines. A process at rest has garbage too, and more of ' +
      'it on PostgreSQL, where a check waits for an answer and what it needs meanwhile becomes old. Here `GATEHOUSE_CHECK_MEMORY_MB` leaves room for ' +
      'every session. It bounds the cache of checks: beyond that it does not grow with the sessions.',
    plots: none,
  },
  {
    case: 'size',
    title: 'Size of an installation',
    about: 'The files of the package and of all its dependencies.',
    plots: none,
  },
  {
    case: 'growth',
    title: 'Growth',
    about:
      'Checks among few sessions and among many, from `npm run bench:scale`, with the sizes of the databases.',
    plots: none,
  },
  {
    case: 'workers',
    title: 'Two cores',
    about:
      'The check of one session by one worker process and by two. On a machine with two cores the load uses part ' +
      'of both of them. So the checks for each second of processor time say more than the checks for each second.',
    plots: none,
  },
];

/** The fastest comes first. */
export function plotsOfChecks(figures: Figures): NamedPlot[] {
  return [...figures.groups('check')].map(([group, list]) => {
    const { rows, ...plot } = plotOf(`Session checks per second, ${group}`, list, ['checks/s']);
    const speed = ({ values: [first] }: Row) => median(first?.[1] ?? []);
    const name = `checks-${Number.parseInt(group.replaceAll(',', ''), 10)}`;
    const named = rows
      .toSorted((a, b) => speed(b) - speed(a))
      .map((row) => (row.label === limit ? { ...row, label: `${limit}, the limit`, isLimit: true } : row));
    return [name, { ...plot, rows: named }];
  });
}

function plotOf(title: string, list: readonly Figure[], units: readonly string[]): Plot {
  const people = [...new Set(list.map(({ who }) => who))];
  const valuesOf = (who: string) =>
    units.flatMap((unit) => {
      const values = list.find((figure) => figure.who === who && figure.unit === unit)?.values;
      return values ? [[unit, values] as const] : [];
    });
  return {
    title,
    unit: units.length === 1 ? (units[0] ?? '') : 'ms',
    rows: people
      .map((who) => ({ label: who, isOwn: who.startsWith('Gatehouse'), values: valuesOf(who) }))
      .filter(({ values }) => values.length > 0),
  };
}
