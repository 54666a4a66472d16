/** The targets of session checks: their speed, their memory, and how they grow. */

import { groupOf } from '../cases/check.ts';
import { paces, whoOf } from '../cases/flood.ts';
import { isCost, ofBareLoop } from '../cases/growth.ts';
import { perSession } from '../cases/memory.ts';
import { besidesRefresh } from '../cases/questions.ts';
import { group as delays } from '../cases/revocation.ts';
import { group as cores, perComputed, whoOf as processes } from '../cases/workers.ts';
import { withoutWrites, withWrites, group as writesGroup } from '../cases/writes.ts';
import type { Figure, Figures, Name, Ratio } from '../figures.ts';
import { betterAuth, betterAuthCached, fastifySession, limit, onPostgres, onSqlite } from '../targets.ts';
import { type Bar, judged, reported } from './bar.ts';

export function barsOfChecks(figures: Figures): Bar[] {
  return [checks, writes, questions, memory, floods, workers, growth, revocation].flatMap((bars) =>
    bars(figures),
  );
}

/** One program by another, among as many sessions, at least so many times. */
type Pair = readonly [own: string, other: string, bounds: Readonly<Record<number, number>>];

const pairs: readonly Pair[] = [
  [onSqlite, limit, { 1: 0.85, 1000: 0.85, 100000: 0.65 }],
  [onPostgres, limit, { 1: 0.85, 1000: 0.85, 100000: 0.65 }],
  [onSqlite, betterAuth, { 1: 30, 1000: 30, 100000: 30 }],
  [onPostgres, betterAuth, { 1: 30, 1000: 30, 100000: 30 }],
  [onSqlite, betterAuthCached, { 1: 20, 1000: 20, 100000: 20 }],
  [onSqlite, fastifySession, { 1: 1.2, 1000: 1.2, 100000: 1.2 }],
];

function checks(figures: Figures): Bar[] {
  return pairs.flatMap(([own, other, bounds]) =>
    Object.entries(bounds).map(([sessions, bound]) => {
      const group = groupOf(Number(sessions));
      const of = (who: string): Name => ({ case: 'check', group, who, unit: 'checks/s' });
      return judged(`checks, ${own} / ${other}, ${group}`, '≥', bound, figures.ratio(of(own), of(other)));
    }),
  );
}

function writes(figures: Figures): Bar[] {
  const of = (who: string): Name => ({ case: 'writes', group: writesGroup, who, unit: 'checks/s' });
  const ratio = figures.ratio(of(withWrites), of(withoutWrites));
  return [judged(`checks, SQLite with two processes, ${withWrites} / ${withoutWrites}`, '≥', 0.9, ratio)];
}

function questions(figures: Figures): Bar[] {
  const name = { case: 'questions', group: groupOf(100_000), who: onPostgres, unit: besidesRefresh };
  const what = 'questions to PostgreSQL per second, besides the first read and the refresh of each minute';
  return [judged(what, '≤', 10, figures.median(name))];
}

function memory(figures: Figures): Bar[] {
  const [[group = ''] = []] = [...figures.groups('memory')];
  return [onSqlite, onPostgres].map((who) => {
    const measured = figures.median({ case: 'memory', group, who, unit: perSession });
    return judged(`memory of a remembered session, ${who}`, '≤', 0.7, measured, ' kB');
  });
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
    judged('two worker processes / one, if both had a core to themselves', '≥', 1.8, doubled),
  ];
}

/**
 * Checks of as many sessions in both databases: at most 1.15 times as long. Checks of all sessions read from the store:
 * their times are reported, and a bare loop of their statement is the limit.
 */
function growth(figures: Figures): Bar[] {
  const list = figures.list.filter((figure) => figure.case === 'growth');
  const costs = list.filter(({ unit }) => isCost(unit));
  const loops = list.filter(({ unit }) => unit === ofBareLoop);
  return [
    ...(costs.length === 0
      ? [judged('check among ten million sessions / ten thousand', '≤', 1.15, undefined)]
      : costs.map((figure) => {
          const what = `check, ${figure.who}, ${figure.unit}`;
          return figure.who.includes('all sessions')
            ? reported(what, ratioIn(figure))
            : judged(what, '≤', 1.15, ratioIn(figure));
        })),
    ...(loops.length === 0
      ? [judged('check among all of ten million sessions / bare loop of its statement', '≥', 0.5, undefined)]
      : loops.map((figure) => judged(`check, ${figure.who}, ${figure.unit}`, '≥', 0.5, ratioIn(figure)))),
  ];
}

/** A median that comes with the least and the most. */
function ratioIn({ values: [median = Number.NaN, least = median, most = median] }: Figure): Ratio {
  return { median, least, most };
}

/** From the answer to a logout until it holds elsewhere: usually, and at most where a node hears of nothing. */
function revocation(figures: Figures): Bar[] {
  const of = (who: string, unit: string) => figures.median({ case: 'revocation', group: delays, who, unit });
  const what = (who: string, of: string) => `${of} from a logout to its refusal elsewhere, ${who}`;
  const [usual, silent] = [
    ['two nodes, with notifications', 'three nodes, with notifications', 'SQLite, two processes'],
    ['two nodes, without notifications', 'three nodes, without notifications', 'SQLite, two processes'],
  ];
  return [
    ...usual.map((who) => judged(what(who, 'median'), '≤', 5, of(who, 'p50'), ' ms')),
    ...silent.map((who) => judged(what(who, 'maximum'), '<', 1_000, of(who, 'max'), ' ms')),
  ];
}
