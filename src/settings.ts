/** The settings: what they are called, in which unit they come, and how they are read from an environment. */

import { table } from './options.ts';
import type { AddressBlock, Mailbox, Rate } from './values.ts';

export type { AddressBlock, Mailbox, Rate };
export { table };

/** Whether a contract shows its errors as HTTP status codes or answers them with 200 (ruling G8). */
export type StatusMode = 'http' | 'ok';

/** All settings, in the unit their name carries. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly debug: boolean;
  readonly allowedOrigins: readonly string[];
  readonly trustedProxies: readonly AddressBlock[];
  readonly sessionIdleSeconds: number;
  readonly sessionLifetimeSeconds: number;
  readonly sessionsPerUser: number;
  readonly sweepSeconds: number;
  readonly passwordMinLength: number;
  readonly pbkdf2Iterations: number;
  readonly throttle: boolean;
  readonly throttleAccount: Rate;
  readonly throttleClient: Rate;
  readonly timeZone: string;
  readonly enumeration: 'contract' | 'hide';
  readonly envelopeStatus: StatusMode;
  readonly dotjsonStatus: StatusMode;
  readonly auditDays: number;
  /** Without a slash at its end; empty if it is not set. */
  readonly publicUrl: string;
  /** Empty if it is not set. */
  readonly smtpUrl: string;
  readonly mailFrom: Mailbox;
  readonly mailOutbox: string;
}

/** One row of the settings table; `docs/settings.md` is checked against it. */
export interface Setting<Value> {
  /** The environment variable. */
  readonly env: string;
  /** The default as it would be written in the environment; empty for a setting that starts out unset. */
  readonly default: string;
  /** What a value must look like, with bounds and unit, as the end of "expected …". */
  readonly expects: string;
  readonly meaning: string;
  /** The value may hold a password and is never repeated in a message. */
  readonly secret?: true;
  /** Reads the written form; `undefined` when it is unusable. */
  readonly read: (text: string) => Value | undefined;
}

/** The settings cannot be used; `problems` holds one sentence for each thing that is wrong. */
export class UnusableSettings extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'UnusableSettings';
    this.problems = problems;
  }
}

/**
 * Reads every setting from an environment. A variable that is missing or empty takes its default.
 *
 * @throws {UnusableSettings} naming every unusable value and every unknown `GATEHOUSE_…` name at once.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const problems = unknownNames(env);
  const settings: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const text = env[setting.env]?.trim() || setting.default;
    settings[name] = setting.read(text);
    if (settings[name] === undefined) problems.push(complaint(setting, text));
  }
  if (problems.length > 0) throw new UnusableSettings(problems);
  return settings as unknown as Settings;
}

function unknownNames(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.values(table).map((setting) => setting.env);
  return Object.keys(env)
    .filter((name) => name.startsWith('GATEHOUSE_') && !known.includes(name))
    .map(
      (name) => `${JSON.stringify(name).slice(1, -1)} is not a setting. See docs/settings.md for the names.`,
    );
}

function complaint(setting: Setting<unknown>, text: string): string {
  const value = setting.secret ? 'has an unusable value' : `is ${JSON.stringify(text)}`;
  return `${setting.env} ${value}; expected ${setting.expects}.`;
}
