/** The targets of one run, the results, and the verdicts. */

import { commitsBeside, groupOf, hashAndCommit, type Kind, registrationsAtOnce } from '../cases/commits.ts';
import { paces, whoOf } from '../cases/flood.ts';
import { isCost } from '../cases/growth.ts';
import { barePbkdf2 } from '../cases/login.ts';
import { atRest, secondStart, group as starts } from '../cases/start.ts';
import { group as cores, perComputed, whoOf as processes } from '../cases/workers.ts';
import type { Figures, Name, Ratio } from '../figures.ts';
import { betterAuth, betterAuthCached, fastifySession, limit, onPostgres, onSqlite } from '../targets.ts';
import { shown, shownRatio, type Table } from './tables.ts';

export interface Bar {
  readonly what: string;
  readonly bar: string;
  readonly figure: string;
  readonly verdict: 'met' | 'missed' | 'not measured';
}

type Measured = Ratio | number | undefined;

function judged(what: string, sign: '≥' | '≤', bound: number, measured: Measured, unit = ''): Bar {
  const value = typeof measured === 'object' ? measured.median : measured;
  const isKnown = value !== undefined && !Number.isNaN(value);
  const isMet = isKnown && (sign === '≥' ? value >= bound : value <= bound);
  const figure = typeof measured === 'object' ? shownRatio(measured) : isKnown ? shown(value) : '';
  return {
    what,
    bar: `${sign} ${bound}${unit}`,
    figure: isKnown ? `${figure}${unit}` : '–',
    verdict: isKnown ? (isMet ? 'met' : 'missed') : 'not measured',
  };
}

export function barsOf(figures: Figures): Bar[] {
  return [
    ...checks(figures),
    ...logins(figures),
    ...floods(figures),
    ...workers(figures),
    ...commits(figures),
    ...starting(figures),
    ...growth(figures),
  ];
}

export function tableOfBars(figures: Figures): Table {
  const rows = barsOf(figures).map(({ what, bar, figure, verdict }) => [what, bar, figure, verdict]);
  return { title: 'Targets', head: ['figure', 'target', 'measured', 'verdict'], rows };
}

/** The groups of a case that were measured; at least one, so that no target is left out. */
function groupsOf(figures: Figures, of: string): string[] {
  const groups = [...figures.groups(of).keys()];
  return groups.length > 0 ? groups : [''];
}

const among = (group: string) => (group === '' ? '' : `, ${group}`);

function checks(figures: Figures): Bar[] {
  const pairs = [
    [onSqlite, limit, 0.75],
    [onPostgres, limit, 0.75],
    [onSqlite, betterAuth, 20],
    [onSqlite, betterAuthCached, 20],
    [onSqlite, fastifySession, 1.2],
  ] as const;
  return pairs.flatMap(([own, other, bound]) =>
    groupsOf(figures, 'check').map((group) => {
      const of = (who: string): Name => ({ case: 'check', group, who, unit: 'checks/s' });
      const ratio = figures.ratio(of(own), of(other));
      return judged(`checks, ${own} / ${other}${among(group)}`, '≥', bound, ratio);
    }),
  );
}

function logins(figures: Figures): Bar[] {
  const [group = ''] = groupsOf(figures, 'login');
  const of = (who: string): Name => ({ case: 'login', group, who, unit: 'logins/s' });
  return [judged('logins / bare PBKDF2', '≥', 0.97, figures.ratio(of(onSqlite), of(barePbkdf2)))];
}

function floods(figures: Figures): Bar[] {
  return Object.keys(paces).flatMap((pace) => {
    const of = (clients: number, unit: string): Name => ({
      case: 'flood',
      group: pace,
      who: whoOf(onSqlite, clients),
      unit,
    });
    const failed = figures.values(of(256, 'checks failed'))?.reduce((sum, one) => sum + one, 0);
    return [
      judged(
        `p99 of checks with 256 clients logging in / without logins, ${pace}`,
        '≤',
        3,
        figures.ratio(of(256, 'p99, ms'), of(0, 'p99, ms')),
      ),
      judged(`checks that failed with 256 clients logging in, ${pace}`, '≤', 0, failed),
    ];
  });
}

function workers(figures: Figures): Bar[] {
  const of = (count: number, unit: string): Name => ({
    case: 'workers',
    group: cores,
    who: processes(count),
    unit,
  });
  const ratio = (unit: string) => figures.ratio(of(2, unit), of(1, unit));
  const computed = ratio(perComputed);
  const doubled = computed && {
    median: 2 * computed.median,
    least: 2 * computed.least,
    most: 2 * computed.most,
  };
  return [
    judged('two worker processes / one', '≥', 1.8, ratio('checks/s')),
    judged('the same, if both had a core to themselves', '≥', 1.8, doubled),
  ];
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

/** Checks of as many sessions in both databases, and of all: of many sessions fewer are cached than of few. */
function growth(figures: Figures): Bar[] {
  const costs = figures.list.filter((figure) => figure.case === 'growth' && isCost(figure.unit));
  if (costs.length === 0)
    return [judged('check among ten million sessions / ten thousand', '≤', 1.15, undefined)];
  return costs.map((figure) => {
    const [middle = Number.NaN, least = middle, most = middle] = figure.values;
    return judged(`check, ${figure.who}, ${figure.unit}`, '≤', 1.15, { median: middle, least, most });
  });
}
