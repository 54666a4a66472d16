/** Turns a line of the log, which is JSON, into text for people. */

import type { styleText } from 'node:util';

/** Adds colour to a text, or does not. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

type Fields = Readonly<Record<string, unknown>>;

const levels: Readonly<Record<number, readonly [name: string, style: Parameters<Paint>[0]]>> = {
  30: ['info', 'green'],
  40: ['warn', 'yellow'],
  50: ['error', 'red'],
};

/**
 * The time, the level, the message and the fields, as in `12:04:31 warn  no answer  retry=3`; below it, indented, the
 * stack of an error. Nothing in a line can begin another one, or control a terminal (ruling G18).
 */
export function logText(line: string, paint: Paint): string {
  const entry = parsed(line);
  if (!entry) return `${printable(line)}\n`;
  const { level, time, msg, err, ...others } = entry;
  const [name, style] = levels[Number(level)] ?? [String(level), 'dim' as const];
  const { stack, ...about } = isFields(err) ? err : { err };
  const fields = Object.entries({ ...others, ...(stack === undefined && about) }).flatMap(([key, value]) =>
    fieldsOf(key, value, msg),
  );
  const parts = [
    `${paint('dim', clockTime(time))} ${paint(style, printable(name).padEnd(5))} ${printable(String(msg ?? ''))}`,
    ...(fields.length > 0 ? [paint('dim', fields.join(' '))] : []),
  ];
  return `${parts.join('  ')}\n${stack === undefined ? '' : stackText(String(stack), paint)}`;
}

/**
 * A text without characters that control a terminal, break a line, reorder text or are invisible: each becomes its number
 * in hexadecimal, as in `\u001b`.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

function parsed(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `key=value`; of an audit entry its fields, except for the event that the message names already. */
function fieldsOf(key: string, value: unknown, msg: unknown): string[] {
  if (value === undefined) return [];
  if (key === 'audit' && isFields(value))
    return Object.entries(value).flatMap(([name, part]) =>
      name === 'event' && part === msg ? [] : fieldsOf(name, part, msg),
    );
  return [`${printable(key)}=${shown(value)}`];
}

/** A word as it is; anything else as JSON, so that its end is certain. */
function shown(value: unknown): string {
  const isWord = typeof value === 'string' && /^[^\s"=]+$/.test(value);
  return printable(isWord ? value : JSON.stringify(value));
}

/** Every line of it is indented, so that a message with a line break cannot pass for an entry. */
function stackText(stack: string, paint: Paint): string {
  const lines = stack.split('\n').map((line) => `    ${printable(line)}`);
  return `${paint('dim', lines.join('\n'))}\n`;
}

/** The local time of day. */
function clockTime(time: unknown): string {
  const date = new Date(String(time));
  if (Number.isNaN(date.getTime())) return '--:--:--';
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
