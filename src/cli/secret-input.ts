/** Reads secrets from standard input: shells and process lists store arguments. */

import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandError, exitCodes } from './exit-codes.ts';

/** The longest input for a password, and for headers with a session id, in bytes. */
const maxLineBytes = 16_384;
const maxSecretBytes = 65_536;

/** The longest input for headers of a response, possibly with its body, in bytes. */
const maxBytes = 1_048_576;

const notUtf8 = 'It must be UTF-8: set the terminal, or the program that writes it, to UTF-8.';

/** All of standard input; on a terminal one hidden line. */
export async function readSecret(prompt: string): Promise<string> {
  if (process.stdin.isTTY) return readHidden(prompt);
  return (await readBytes(maxSecretBytes, '64 KiB')).toString();
}

/**
 * A password: exactly one line on standard input, without its final LF or CRLF.
 *
 * Refuses input that its owner could not type at a login: bytes that are not UTF-8, a byte order mark, a second line, and
 * an empty line.
 */
export async function readPassword(prompt: string): Promise<string> {
  const line = process.stdin.isTTY
    ? await readHidden(prompt)
    : oneLine(await readBytes(maxLineBytes, '16 KiB'));
  // A terminal with another encoding sends bytes that are decoded to this character.
  if (line.includes('\ufffd')) throw unusable('The password', notUtf8);
  if (line === '')
    throw new CommandError(exitCodes.usage, 'Standard input holds no password: its first line is empty.');
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

function unusable(what: string, why: string): CommandError {
  return new CommandError(exitCodes.usage, `${what} cannot be used. ${why}`);
}

/** All of standard input; visible on a terminal. */
export async function readAll(prompt: string): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(`${prompt}\n`);
  return (await readBytes(maxBytes, '1 MiB')).toString();
}

async function readBytes(limit: number, saidAs: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > limit) throw unusable('Standard input', `It is longer than ${saidAs}.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Asks the user to type a word; `false` if they type another one. */
export async function confirmed(question: string, word: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return (await readAnswer(terminal, `${question} `)) === word;
}

async function readHidden(prompt: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, next) => next() });
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
  process.stderr.write(`${prompt} `);
  try {
    return await readAnswer(terminal, '');
  } finally {
    process.stderr.write('\n');
  }
}

/** One line from a terminal; Ctrl-C and Ctrl-D end the command. */
async function readAnswer(terminal: Interface, question: string): Promise<string> {
  const interrupted = () => new CommandError(exitCodes.interrupted, 'Interrupted. Nothing was changed.');
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
