/** A server that is measured: the real program with little memory, and a probe in it. */

import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, startProcess, type TestProcess } from '../process.ts';
import { type Probed, socketVariable } from './probe.ts';

/** What the heap of a server that is measured may hold, in megabytes. */
export const heapMegabytes = 256;

export interface Measured {
  readonly process: TestProcess;
  /** What the probe has seen since it was asked last. */
  probe(): Promise<Probed>;
  /** The same once all garbage is collected. */
  atRest(): Promise<Probed>;
}

export interface MeasuredOptions {
  /** The address of a PostgreSQL database, or nothing for a SQLite file. */
  readonly database: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly atEnd: (clean: () => Promise<void>) => void;
}

export async function startMeasured({ database, settings, atEnd }: MeasuredOptions): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'));
  atEnd(async () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const socket = join(folder, 'probe');
  const program = pathToFileURL(join(root, 'test/support/soak/probe.ts'));
  const started = await startProcess(
    {
      NODE_OPTIONS: `--max-old-space-size=${heapMegabytes} --expose-gc --import ${program}`,
      [socketVariable]: socket,
      DATABASE_URL: database ?? `file:${join(folder, 'gatehouse.db')}`,
      GATEHOUSE_MAIL_OUTBOX: join(folder, 'outbox'),
      GATEHOUSE_PUBLIC_URL: 'https://app.example.com',
      ...settings,
    },
    { file: join(folder, 'gatehouse.db'), stdout: nowhere(atEnd), atEnd },
  );
  return { process: started, probe: () => ask(socket, 'look'), atRest: () => ask(socket, 'collect') };
}

/** The log of an attack is long, and read by no test. */
function nowhere(atEnd: MeasuredOptions['atEnd']): number {
  const fd = openSync('/dev/null', 'w');
  atEnd(async () => closeSync(fd));
  return fd;
}

function ask(path: string, what: 'look' | 'collect'): Promise<Probed> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path, () => socket.write(what));
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.on('error', reject).on('end', () => resolve(JSON.parse(text)));
  });
}
