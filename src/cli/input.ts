/** Reads what must not stand on a command line, where the shell and the list of processes would keep it. */

import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { exits, Failure } from './exit.ts';

/** More than this is no password, no session id and no set of headers. */
const mostCharacters = 65_536;

/** Everything on standard input, or one line that is typed unseen where a person sits there. */
export async function readSecret(prompt: string): Promise<string> {
  if (process.stdin.isTTY) return typedUnseen(prompt);
  const input = await text(process.stdin);
  if (input.length > mostCharacters) throw new Failure(exits.usage, 'Standard input is too long.');
  return input;
}

/** One line on standard input, without what ends it. */
export async function readLine(prompt: string): Promise<string> {
  const [first = '', ...more] = (await readSecret(prompt)).replace(/\r?\n$/, '').split(/\r?\n/);
  if (more.length > 0) throw new Failure(exits.usage, 'Standard input has more than one line.');
  return first;
}

/** Everything on standard input, seen while it is typed. */
export async function readAll(prompt: string): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(`${prompt}\n`);
  return text(process.stdin);
}

/** Asks a person to type a word; `false` if they typed another one. */
export async function confirmed(question: string, word: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return (await typedInto(terminal, `${question} `)) === word;
}

async function typedUnseen(prompt: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, next) => next() });
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
  process.stderr.write(`${prompt} `);
  try {
    return await typedInto(terminal, '');
  } finally {
    process.stderr.write('\n');
  }
}

/** One line that a person types; Ctrl-C and Ctrl-D end the command. */
async function typedInto(terminal: Interface, question: string): Promise<string> {
  const interrupted = () => new Failure(exits.interrupted, 'Interrupted. Nothing was changed.');
  const closed = new Promise<never>((_resolve, reject) =>
    terminal.once('close', () => reject(interrupted())),
  );
  try {
    return await Promise.race([terminal.question(question), closed]);
  } catch {
    throw interrupted();
  } finally {
    closed.catch(() => {});
    terminal.close();
  }
}
