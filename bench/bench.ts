/** What every case of a run is handed: how long and how often to measure, where to write, and where to note figures. */

import { clearHome } from '../test/support/postgres/home.ts';
import type { PostgresServer } from '../test/support/postgres/server.ts';
import { Figures } from './figures.ts';
import { startPostgres } from './postgres.ts';

export interface Options {
  readonly rounds: number;
  readonly seconds: number;
  /** Connections of the checks. */
  readonly connections: number;
  /** Live sessions that checks choose from. */
  readonly sessions: readonly number[];
  /** Clients that log in without pause. */
  readonly flooding: readonly number[];
  /** Logouts at once. */
  readonly atOnce: readonly number[];
  /** Sessions whose memory is measured. */
  readonly memorySessions: number;
  /** Logouts whose effect elsewhere is timed. */
  readonly samples: number;
  /** Sessions that the store grows to. */
  readonly scaleSessions: number;
  /** A part of the name of those that are measured; all without one. */
  readonly only: readonly string[];
}

/** A run: its options, its figures, and what its cases share. */
export class Bench {
  readonly options: Options;
  readonly folder: string;
  readonly figures = new Figures();
  /** What was left out, and why. */
  readonly notes: string[] = [];
  #postgres: Promise<PostgresServer> | undefined;

  /** Everything is written below the folder. */
  constructor(options: Options, folder: string) {
    this.options = options;
    this.folder = folder;
  }

  /** Whether a program is to be measured. */
  wants(who: string): boolean {
    const { only } = this.options;
    return only.length === 0 || only.some((part) => who.toLowerCase().includes(part.toLowerCase()));
  }

  tell(text: string): void {
    console.error(text);
  }

  note(text: string): void {
    this.notes.push(text);
    console.error(text);
  }

  /** Runs every program once in every round. */
  async inTurns<One>(all: readonly One[], turn: (one: One) => Promise<void>): Promise<void> {
    for (let round = 1; round <= this.options.rounds; round += 1) {
      this.tell(`  round ${round} of ${this.options.rounds}`);
      for (const one of all) await turn(one);
    }
  }

  /** One PostgreSQL for all cases. */
  postgres(): Promise<PostgresServer> {
    this.#postgres ??= startPostgres();
    return this.#postgres;
  }

  close(): Promise<void> {
    return clearHome();
  }
}
