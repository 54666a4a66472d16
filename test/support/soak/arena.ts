/** A server with accounts that are far too large, an attacker, and another person whose checks are timed. */

import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { password } from '../person.ts';
import { startPostgres } from '../postgres.ts';
import { type Account, type Attack, type Scene, sceneOf } from './attack.ts';
import { enrolMost } from './factors.ts';
import { fill } from './fill.ts';
import { openHostile } from './hostile.ts';
import { lineOf, Meter, missed, type Span, turnMissed } from './measure.ts';
import { type Measured, startMeasured } from './server.ts';

export const engines = ['sqlite', 'postgres'] as const;

export type Engine = (typeof engines)[number];

/** How large the accounts are made, by their names. */
export type Sizes = Readonly<
  Partial<Record<keyof Scene['accounts'] | 'most', { readonly sessions: number; readonly entries?: number }>>
>;

export interface Arena {
  readonly server: Measured;
  readonly scene: Scene;
  /** Gives an account more sessions, whose ids begin with another word. */
  addSessions(account: Account, name: string, sessions: number): Promise<void>;
  /**
   * Attacks, says in a line what was measured, and notes which bars were missed: in the last of three tries, of which the
   * first that misses none is enough. What ends the sessions of an account meets another one in each.
   */
  attack(attack: Attack): Promise<void>;
  /** The same of anything else that goes on in the server. */
  during(name: string, work: () => Promise<void>): Promise<void>;
  /** The same of a command beside the server; the turns of the server are only said. */
  command(name: string, work: () => Promise<void>): Promise<void>;
  /** What was missed so far. */
  readonly missed: readonly string[];
}

/** Checks are timed for so long while nothing else happens. */
const idleMs = 5_000;

/** How often an attack is measured until it misses no bar. */
const maxTries = 3;

/** Of a server that holds a million rows. */
const postgres = { shared_buffers: '256MB', max_wal_size: '4GB' };

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Opens it, attacks a little so that everything is in place, and measures what checks take while nothing happens. */
export async function openArena(
  engine: Engine,
  settings: Readonly<Record<string, string>>,
  sizes: Sizes,
  warming: readonly Attack[],
): Promise<Arena & { readonly atRest: Awaited<ReturnType<Measured['atRest']>> }> {
  const database =
    engine === 'postgres' ? await (await startPostgres({ settings: postgres })).createDatabase() : undefined;
  const server = await startMeasured({ database, settings, atEnd: onTestFinished });
  const { process: running } = server;
  const hostile = openHostile(running.url);
  onTestFinished(() => hostile.close());
  const addSessions: Arena['addSessions'] = ({ userId }, name, sessions) =>
    fill(running.database, { name, userId, sessions, entries: 0 });
  const make = async (size: keyof Sizes, name: string = size): Promise<Account> => {
    const { sessions = 0, entries = 0 } = sizes[size] ?? {};
    const email = `${name}@example.com`;
    const id = await registered(server, email);
    const { json } = await running.send({ path: '/auth/session', headers: { 'x-session-id': id } });
    const { id: userId } = json['user'] as { id: string };
    await fill(running.database, { name, userId, sessions, entries });
    return { email, userId, name, sessions };
  };
  const most = sizes.most && (await enrolMost(hostile, running.database, await make('most')));
  const accounts = {
    many: await make('many'),
    gone: await make('gone'),
    word: await make('word'),
    last: await make('last'),
  };
  const scene = sceneOf(hostile, accounts, most);
  const meter = new Meter(server, { cookie: `session_id=${await registered(server, 'ada@example.com')}` });
  onTestFinished(() => meter.close());
  for (const attack of warming) await meter.attack({ ...attack, seconds: 0.3 }, scene);
  const atRest = await server.atRest();
  const bars: string[] = [];
  const quietly = async (work: () => Promise<unknown>) => {
    await work();
    return {};
  };
  const measureIdle = async () => {
    const span = await meter.during('nothing else', () => quietly(() => sleep(idleMs)));
    say(`${engine.padEnd(9)} ${lineOf(span, span)}`);
    return span;
  };
  let idle = await measureIdle();
  const missedBy = (span: Span, attack?: Attack) => {
    say(`${engine.padEnd(9)} ${lineOf(span, idle)}`);
    return missed(span, idle, attack);
  };

  /** A bar that an attack misses is measured again: another program may have had the machine for a moment. */
  async function attackWith(attack: Attack): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const span = await meter.attack(attack, scene);
      const misses = missedBy(span, attack);
      if (misses.length === 0) return;
      if (tries === maxTries || span.checks.failed > 0) {
        bars.push(...misses);
        return;
      }
      const { ends } = attack;
      if (ends) accounts[ends] = await make(ends, `${ends}${'x'.repeat(tries)}`);
      idle = await measureIdle();
    }
  }

  return {
    server,
    scene,
    atRest,
    addSessions,
    missed: bars,
    attack: attackWith,
    during: async (name, work) => {
      bars.push(...missedBy(await meter.during(name, () => quietly(work))));
    },
    command: async (name, work) => {
      const span = await meter.during(name, () => quietly(work));
      bars.push(...missedBy(span).filter((what) => !what.includes(turnMissed)));
    },
  };
}

async function registered({ process: running }: Measured, email: string): Promise<string> {
  const { json } = await running.post('/auth/register', { email, password });
  return String(json['session_id']);
}

/** Says what the server holds before and after, and which bar that misses. */
export async function memoryMissed({ server, atRest: before }: Awaited<ReturnType<typeof openArena>>) {
  const after = await server.atRest();
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  const [heap, resident] = [
    after.heapUsedBytes - before.heapUsedBytes,
    after.residentBytes - before.residentBytes,
  ];
  say(
    `at rest: heap ${megabytes(before.heapUsedBytes)} → ${megabytes(after.heapUsedBytes)} MB, ` +
      `resident ${megabytes(before.residentBytes)} → ${megabytes(after.residentBytes)} MB`,
  );
  return [
    ...(heap > maxHeapBytes ? [`The heap has grown by ${megabytes(heap)} MB`] : []),
    ...(resident > maxResidentBytes ? [`The process has grown by ${megabytes(resident)} MB`] : []),
  ];
}

/** What may be left of all attacks: rows that checks cache, within their bound, and pages that the system may reclaim. */
const maxHeapBytes = 32_000_000;
const maxResidentBytes = 128_000_000;
