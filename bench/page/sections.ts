/** The sections of the page: what each case measures and how, and which of its figures are drawn. */

import { groupOf as commitsOf } from '../cases/commits.ts';
import type { Figure, Figures } from '../figures.ts';
import type { Plot } from './plot.ts';

export interface Section {
  readonly case: string;
  readonly title: string;
  readonly about: string;
  /** Plots by their names. */
  readonly plots: (figures: Figures) => readonly (readonly [name: string, plot: Plot])[];
}

const none = () => [];

export const sections: readonly Section[] = [
  {
    case: 'check',
    title: 'Session checks',
    about:
      '`GET /auth/session`, and what it is called elsewhere, over connections that stay open and never pause. Nine of ' +
      'ten requests present a live session, chosen at random; the others one that is gone. Sessions were written into ' +
      'each store beforehand. Gatehouse sends all of its headers, logs and counts; it runs without its throttle, ' +
      'better-auth without its own. CPU is what the process of the server computed for each check, whoever else was busy ' +
      'on the machine. The limit is `node:http` with a `Map` of hashed ids, and the same headers. ' +
      'PostgreSQL runs on the core of the load. Among 100,000 sessions most checks of so short a turn are the first of ' +
      'their session, or nearly so: Gatehouse reads these from the store, and from memory later on.',
    plots: (figures) =>
      [...figures.groups('check')].map(([group, list]) => [
        `checks-${Number.parseInt(group.replaceAll(',', ''), 10)}`,
        plotOf(`Session checks, ${group}`, list, ['checks/s']),
      ]),
  },
  {
    case: 'login',
    title: 'Logins',
    about:
      'Right passwords of one account. The limit is `crypto.pbkdf2` with the parameters of a login and nothing ' +
      'around it. better-auth hashes with scrypt (N=16384, r=16, p=1), so that its figure says what its users get, ' +
      'not how well it is made.',
    plots: (figures) =>
      [...figures.groups('login').values()].map((list) => ['logins', plotOf('Logins', list, ['logins/s'])]),
  },
  {
    case: 'flood',
    title: 'Login floods',
    about:
      'Checks of a thousand sessions while clients log in again and again, without a pause and whatever they are ' +
      'answered: none of them honours `Retry-After`. Logins are counted as accepted, shed (429, 503) or failed. ' +
      'Checks come as fast as they can, and then a thousand a second, where what a check waits for is not another ' +
      'check. Where nobody was answered at all, the time of the turn stands for the latency.',
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
      'Both are answered once they are on the disk. Registrations hash with 1,000 iterations, the fewest there can ' +
      'be, so that commits are measured and not hashes; what is left of hashing, on the same core, is a row of its own, ' +
      'and so is what hashing and a share of a commit allow if neither is done while the other is. ' +
      'The limits are bare commits of the same rows with `synchronous=FULL` and a write-ahead log, one by one and with ' +
      'as many in one commit as there are clients. Everybody begins with a copy of the same file.',
    plots: (figures) =>
      [...figures.groups('commits')]
        .filter(([group]) => group === commitsOf('logout', 64) || group === commitsOf('registration', 64))
        .map(([group, list]) => [
          group.startsWith('logout') ? 'logouts' : 'registrations',
          plotOf(group, list, ['per second']),
        ]),
  },
  {
    case: 'start',
    title: 'Starts and memory at rest',
    about:
      'As npm installs it: from the start of the process to the first answer of a check, with no database yet and ' +
      'then with one, and the resident memory two seconds later. better-auth migrates its database in its first start.',
    plots: none,
  },
  {
    case: 'memory',
    title: 'Memory of sessions',
    about:
      'What live sessions take up in the store, in tables and indexes, without the accounts; and how much larger the ' +
      'process is after every one of them was checked once. What is kept for checks is bounded by ' +
      '`GATEHOUSE_CHECK_MEMORY_MB`: it does not grow with the sessions any further.',
    plots: none,
  },
  {
    case: 'size',
    title: 'Size of an installation',
    about: 'The files of the package and of everything it depends on.',
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
      'The check of one session by one worker process and by two. On a machine with two cores the load takes its part ' +
      'of both of them, so that the checks for each second of computing say more than the checks for each second.',
    plots: none,
  },
];

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
