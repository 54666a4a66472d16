/** Validates settings given as values, with the table that reads them from an environment. */

import { table } from './option-table.ts';
import { conflicts, invalidValue, UnusableSettings, unknownNames } from './read-settings.ts';
import type { Setting } from './setting.ts';
import type { AddressBlock, Mailbox, Rate, Settings } from './settings.ts';

/** Every type of a setting. A setting of a new type does not compile before `textOf` handles it. */
type Value = Settings[keyof Settings];

/** Longer values are cut in messages. */
const maxCharacters = 256;

/**
 * Validates settings by their names and adds the missing ones: a setting that is missing or `undefined` takes its default.
 * Nothing is read from an environment.
 *
 * @throws {UnusableSettings} naming every unusable value and every unknown name at once, after the `found` problems.
 */
export function checkSettings(given: unknown, found: readonly string[] = []): Settings {
  if (given !== undefined && !isRecord(given))
    throw new UnusableSettings([...found, 'settings must be an object of options and values.']);
  const own = new Map(Object.entries(given ?? {}));
  const problems = [...found, ...unknownNames([...own.keys()], Object.keys(table))];
  const settings: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table) as [keyof Settings, Setting<Value>][]) {
    const value = own.get(name);
    settings[name] = value === undefined ? defaultOf(setting) : accepted(setting, value);
    if (settings[name] !== undefined) continue;
    // The hint about lists does not help with a string that must become an array.
    const isText = typeof value === 'string' && !Array.isArray(defaultOf(setting));
    const hint = isText ? setting.hint?.(value) : undefined;
    problems.push(invalidValue(name, setting, shown(value), expected(setting), hint));
  }
  for (const conflict of conflicts(settings as Partial<Settings>, (name) => name)) problems.push(conflict);
  if (problems.length > 0) throw new UnusableSettings(problems);
  return settings as unknown as Settings;
}

/** The value that the table reads from a value's text; `undefined` if its type is wrong, or it is unusable. */
function accepted(setting: Setting<Value>, value: unknown): Value | undefined {
  if (value === null) return defaultOf(setting) === null ? null : undefined;
  // Their notation in an environment differs.
  if (typeof value === 'boolean') return isSwitch(setting) ? value : undefined;
  try {
    const text = textOf(value as Exclude<Value, boolean | null>);
    // Only a setting that is unset by default may be empty.
    if (text === undefined || (text.trim() === '' && setting.default !== '')) return undefined;
    const read = setting.read(text);
    return isSameType(value, read) ? read : undefined;
  } catch {
    // A value with a getter may throw.
    return undefined;
  }
}

/** A value in the notation of the environment; `undefined` if there is none. Of an invalid value the result is arbitrary. */
function textOf(value: Exclude<Value, boolean | null>): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (isList(value)) return listText(value);
  if ('limit' in value) return rateText(value);
  return mailboxText(value);
}

function isList(value: object): value is Extract<Value, readonly unknown[]> {
  return Array.isArray(value);
}

function listText(items: readonly (string | AddressBlock)[]): string | undefined {
  const texts = items.map((item) => (typeof item === 'string' ? item : item.map(String).join('/')));
  return texts.some((text) => text.includes(',') || text.trim() === '') ? undefined : texts.join(',');
}

function rateText({ limit, windowMs }: Rate): string {
  return `${limit}/${windowMs / 1_000}s`;
}

function mailboxText({ name, address }: Mailbox): string {
  return name === '' ? address : `${name} <${address}>`;
}

/** Whether two values have the same type at every level. Strings and numbers may differ in notation. */
function isSameType(value: unknown, read: unknown): boolean {
  if (!isObject(value) || !isObject(read)) return read !== null && typeof value === typeof read;
  // A block of IPv4 addresses in IPv6 notation becomes one in IPv4 notation.
  if (isBlock(value) && isBlock(read)) return true;
  if (Array.isArray(value) !== Array.isArray(read)) return false;
  if (Array.isArray(read) && (value as unknown as unknown[]).length !== read.length) return false;
  return Object.entries(read).every(([key, one]) => isSameType(value[key], one));
}

function isBlock(value: object): boolean {
  return Array.isArray(value) && value.length === 2 && isObject(value[0]) && typeof value[1] === 'number';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isRecord(value: unknown): value is object {
  return isObject(value) && !Array.isArray(value);
}

/** The expected form of a value, for a programmer. */
function expected(setting: Setting<Value>): string {
  const expects = isSwitch(setting) ? '`true` or `false`' : setting.expects;
  const example = defaultOf(setting);
  if (typeof example === 'boolean') return expects;
  if (example === null) return `${expects}, or \`null\``;
  if (Array.isArray(example)) return `an array (in the environment: ${expects})`;
  if (isObject(example))
    return `an object such as \`${JSON.stringify(example)}\` (in the environment: ${expects})`;
  return expects;
}

/** Whether a value is a boolean, which the environment writes as one of these words; it may be unset by default. */
function isSwitch(setting: Setting<Value>): boolean {
  return ['true', 'on'].some((word) => typeof setting.read(word, {}) === 'boolean');
}

/** The default value, which also shows the type of a setting. */
function defaultOf(setting: Setting<Value>): Value | undefined {
  return setting.read(setting.default, {});
}

function shown(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > maxCharacters ? `${value.slice(0, maxCharacters)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (isObject(value)) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}
