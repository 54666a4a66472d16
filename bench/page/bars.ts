/** The targets, and the verdicts of one run. */

import { commitsBeside, groupOf, hashAndCommit, type Kind, registrationsAtOnce } from '../cases/commits.ts';
import { barePbkdf2 } from '../cases/login.ts';
import { atRest, secondStart, group as starts } from '../cases/start.ts';
import type { Figures, Name } from '../figures.ts';
import { onSqlite } from '../targets.ts';
import { type Bar, judged } from './bar.ts';
import { barsOfChecks } from './bars-of-checks.ts';
import type { Table } from './tables.ts';

export function barsOf(figures: Figures): Bar[] {
  return [...barsOfChecks(figures), ...logins(figures), ...commits(figures), ...starting(figures)];
}

export function tableOfBars(bars: readonly Bar[]): Table {
  const rows = bars.map(({ what, bar, figure }) => [what, bar, figure]);
  return { title: 'Targets', head: ['figure', 'target', 'measured'], rows };
}

function logins(figures: Figures): Bar[] {
  const [[group = ''] = []] = [...figures.groups('login')];
  const of = (who: string): Name => ({ case: 'login', group, who, unit: 'logins/s' });
  return [judged('logins / bare PBKDF2', '≥', 0.97, figures.ratio(of(onSqlite), of(barePbkdf2)))];
}

function commits(figures: Figures): Bar[] {
  const of = (kind: Kind, atOnce: number, who: string): Name => ({
    case: 'commits',
    group: groupOf(kind, atOnce),
    who,
    unit: 'per second',
  });
  const atOnceOf = (kind: Kind, usual: readonly number[]) => {
    const groups = [...figures.groups('commits').keys()].filter((group) => group.startsWith(kind));
    return groups.length > 0 ? groups.map((group) => Number(/, (\d+) at once$/.exec(group)?.[1])) : usual;
  };
  const bar = (kind: Kind, atOnce: number, who: string, to: string, bound: number) =>
    judged(
      `${groupOf(kind, atOnce)} / ${to}`,
      '≥',
      bound,
      figures.ratio(of(kind, atOnce, onSqlite), of(kind, atOnce, who)),
    );
  return [
    ...atOnceOf('registration', registrationsAtOnce).map((atOnce) =>
      bar('registration', atOnce, hashAndCommit, 'bare hash and share of a commit', 0.97),
    ),
    ...atOnceOf('logout', [1]).flatMap((atOnce) =>
      commitsBeside(atOnce).map((who) => bar('logout', atOnce, who, who, 0.8)),
    ),
  ];
}

function starting(figures: Figures): Bar[] {
  const of = (unit: string) => figures.median({ case: 'start', group: starts, who: onSqlite, unit });
  return [
    judged('second start to the first answer', '≤', 300, of(secondStart), ' ms'),
    judged('resident memory at rest', '≤', 90, of(atRest), ' MB'),
  ];
}
