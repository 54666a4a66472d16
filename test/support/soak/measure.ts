/** Measures what another person's checks take while a server is attacked, and what that costs the server. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Attack, Scene } from './attack.ts';
import type { Checked, Checking } from './checker.ts';
import { runLoops, type Statuses } from './hostile.ts';
import type { Probed } from './probe.ts';
import type { Measured } from './server.ts';

/** What one span of time was like. */
export interface Span {
  readonly name: string;
  readonly seconds: number;
  readonly checks: Figures;
  readonly turns: Pick<Probed, 'cpuMs' | 'busyMs' | 'clockMs' | 'collectorMs' | 'spentMs'>;
  /** What the attacker was answered. */
  readonly answers: Statuses;
}

export interface Figures {
  readonly count: number;
  readonly failed: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Checks a hundred times a second. */
const everyMs = 10;

/** The shortest span: enough checks to tell which is the middle one. */
const minMs = 1_200;

export class Meter {
  readonly #server: Measured;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #checker = new Worker(new URL('./checker.ts', import.meta.url));

  /** @param headers of the person whose checks are timed. */
  constructor(server: Measured, headers: Readonly<Record<string, string>>) {
    this.#server = server;
    this.#headers = headers;
  }

  /** Times checks for as long as something takes. */
  async during(name: string, work: () => Promise<Statuses>): Promise<Span> {
    await this.#server.probe();
    const checking: Checking = { url: this.#server.process.url, headers: this.#headers, everyMs };
    this.#checker.postMessage(checking);
    const startedAt = performance.now();
    const [answers] = await Promise.all([work(), sleep(minMs)]);
    const seconds = (performance.now() - startedAt) / 1_000;
    const checked = new Promise<Checked>((resolve) => void this.#checker.once('message', resolve));
    this.#checker.postMessage('end');
    return { name, seconds, checks: figuresOf(await checked), turns: await this.#server.probe(), answers };
  }

  /** Times checks while an attack goes on. */
  async attack(attack: Attack, scene: Scene): Promise<Span> {
    const loops: (() => Promise<number>)[] = [];
    for (let loop = 0; loop < attack.loops; loop += 1) loops.push(await attack.begin(scene, loop));
    return this.during(attack.name, () => runLoops(loops, attack.seconds));
  }

  async close(): Promise<void> {
    await this.#checker.terminate();
  }
}

function figuresOf({ tookMs, statuses }: Checked): Figures {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    count: sorted.length,
    failed: sorted.length - (statuses[200] ?? 0),
    medianMs: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
  };
}

/** A span in one line. */
export function lineOf({ name, seconds, checks, turns, answers }: Span, idle: Span): string {
  const ms = (value: number) => value.toFixed(value < 10 ? 2 : 0);
  const times = (checks.medianMs / idle.checks.medianMs).toFixed(1);
  const asked = checks.count + Object.values(answers).reduce((sum, count) => sum + count, 0);
  const said = Object.entries(answers).map(([status, count]) => `${count}×${status}`);
  return (
    `${name.padEnd(54)} ${seconds.toFixed(1).padStart(5)} s  checks ${checks.count} (${checks.failed} failed), ` +
    `median ${ms(checks.medianMs)} ms (${times}×), p99 ${ms(checks.p99Ms)}, longest ${ms(checks.maxMs)}  ` +
    `turn ${ms(turns.cpuMs)} cpu, ${ms(turns.busyMs)} busy, ${ms(turns.clockMs)} clock, ${ms(turns.collectorMs)} collector  ${(turns.spentMs / asked).toFixed(2)} each  ${said.join(' ')}`
  );
}

/** Bars: how many times longer the middle check may take than while nothing else happens, and the longest turn. */
const maxTimes = 4;
const maxTurnMs = 50;

/** What is said of a turn that took too long. */
export const turnMissed = 'a turn of the event loop took';

/** The bars that a span misses, in sentences. */
export function missed({ name, checks, turns, answers }: Span, idle: Span, attack?: Attack): string[] {
  const times = checks.medianMs / idle.checks.medianMs;
  const known = [...(attack?.answers ?? []), ...(attack?.besides ?? [])];
  const lacking = attack?.answers.filter((status) => !answers[status]) ?? [];
  const strange = Object.keys(answers).filter((status) => !known.includes(Number(status)));
  return [
    ...(checks.failed > 0 ? [`${checks.failed} checks failed`] : []),
    ...(times > maxTimes ? [`the middle check took ${times.toFixed(1)} times as long`] : []),
    ...(turns.cpuMs > maxTurnMs ? [`${turnMissed} ${turns.cpuMs.toFixed(0)} ms`] : []),
    ...lacking.map((status) => `no answer was ${status}`),
    ...strange.map((status) => `${answers[Number(status)]} answers were ${status}`),
  ].map((what) => `${name}: ${what}`);
}
