/** Runs another program of the bench as a part of a run, and reads the tables that it keeps. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import type { Row } from './report.ts';

export type RowsByName = Readonly<Record<string, Row>>;

/** Its tables; `undefined`, with a note, if it failed. */
export async function tablesOfBench(
  bench: Bench,
  program: string,
  options: Readonly<Record<string, string | number>>,
): Promise<readonly RowsByName[] | undefined> {
  const json = join(bench.folder, `${program}.json`);
  const words = Object.entries({ ...options, json }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const file = `bench/${program}.ts`;
  const child = spawn(process.execPath, [file, ...words], { stdio: ['ignore', 'ignore', 2] });
  const [code] = await once(child, 'exit');
  if (code === 0) return JSON.parse(readFileSync(json, 'utf8')).tables;
  bench.note(`Not available, as ${file} exited with ${code}.`);
  return undefined;
}

/** A median comes with the least and the most, of which it is the median. */
export function numbersIn(cell: string | number): number[] {
  return (
    String(cell)
      .replaceAll(',', '')
      .match(/\d+(?:\.\d+)?/g) ?? []
  ).map(Number);
}
