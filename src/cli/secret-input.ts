/** Reads what must not stand on a command line, where the shell and the list of processes would keep it. */

import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { exits, Failure } from './exit-codes.ts';

/** More than this is no password and no set of headers with a session id. */
const maxLineBytes = 16_384;
const maxSecretBytes = 65_536;

/** Headers of an answer, and a page behind them that was not cut off. */
const maxBytes = 1_048_576;

const notUtf8 = 'It must be UTF-8: set the terminal, or the program that writes it, to UTF-8.';

/** Everything on standard input, or one line that is typed unseen where a person sits there. */
export async function readSecret(prompt: string): Promise<string> {
  if (process.stdin.isTTY) return typedUnseen(prompt);
  return (await bytesOfInput(maxSecretBytes, '64 KiB')).toString();
}

/**
 * A password: exactly one line on standard input, without the LF or CRLF that ends it.
 *
 * What would be stored as something else than its owner types, or may not be a password at all, is refused: other bytes
 * than UTF-8, a byte order mark, a second line, no line.
 */
export async function readPassword(prompt: string): Promise<string> {
  const line = process.stdin.isTTY
    ? await typedUnseen(prompt)
    : oneLine(await bytesOfInput(maxLineBytes, '16 KiB'));
  // What a terminal sends in another encoding is replaced before it arrives here.
  if (line.includes('\ufffd')) throw unusable('The password', notUtf8);
  if (line === '')
    throw new Failure(exits.usage, 'Standard input holds no password: its first line is empty.');
  return line;
}

function oneLine(bytes: Buffer): string {
  const text = strictUtf8(bytes);
  if (text.startsWith('\ufeff'))
    throw unusable('Standard input', 'It begins with a byte order mark: write it as UTF-8 without one.');
  const line = text.replace(/\r?\n$/, '');
  if (/[\r\n]/.test(line))
    throw unusable('Standard input', 'It holds more than one line: give the password alone, on one line.');
  return line;
}

function strictUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unusable('Standard input', notUtf8);
  }
}

function unusable(what: string, why: string): Failure {
  return new Failure(exits.usage, `${what} cannot be used. ${why}`);
}

/** Everything on standard input, seen while it is typed. */
export async function readAll(prompt: string): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(`${prompt}\n`);
  return (await bytesOfInput(maxBytes, '1 MiB')).toString();
}

/** Reads no further than it has to, to know that there is too much. */
async function bytesOfInput(limit: number, saidAs: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > limit) throw unusable('Standard input', `It is longer than ${saidAs}.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
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
