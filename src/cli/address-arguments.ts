/** Addresses as arguments, without passwords: shells and process lists store arguments. */

import { readPostgresUrl } from '../settings/database/postgres-url.ts';
import { writtenValue } from '../settings/environment/secret-files.ts';
import { table } from '../settings/option-table.ts';
import { invalidValue } from '../settings/read-settings.ts';
import { CommandError, exitCodes } from './exit-codes.ts';

/** An address in the environment, such as `env:POSTGRES_URL`. */
const inEnvironment = /^env:([A-Za-z_]\w*)$/;

/**
 * The address of a database, in the form of `DATABASE_URL`, or the environment variable that contains it; as for a setting,
 * the variable with `_FILE` behind its name may name a file in its place.
 *
 * @throws {CommandError} that never repeats the address: it may contain a password.
 */
export function databaseAddress(written: string, option: string): string {
  const name = inEnvironment.exec(written)?.[1];
  const found = name === undefined ? { text: written } : writtenValue(process.env, name, `${name}_FILE`);
  if ('problem' in found) throw new CommandError(exitCodes.usage, `${option}: ${found.problem}`);
  const { text } = found;
  if (text === '')
    throw new CommandError(
      exitCodes.usage,
      name === undefined
        ? `${option} is empty.`
        : `${option} names the environment variable ${name}, which is not set.`,
    );
  const { read, expects, hint } = table.databaseUrl;
  const address = read(text);
  if (address === undefined) {
    const either = `${expects}, or the name of an environment variable such as \`env:POSTGRES_URL\` that holds one`;
    throw new CommandError(
      exitCodes.usage,
      invalidValue(option, table.databaseUrl, '', either, hint?.(text)),
    );
  }
  if (name === undefined && holdsPassword(address))
    throw new CommandError(
      exitCodes.usage,
      `${option} contains a password, and shells and process lists store arguments: change it. Put the address ` +
        `into an environment variable and name it, as in \`${option} env:POSTGRES_URL\`; or leave the password out of the ` +
        'address, and put it into PGPASSWORD or ~/.pgpass.',
    );
  return address;
}

/** The address of a web server. */
export function webAddress(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new CommandError(exitCodes.usage, `${what} must begin with http:// or https://.`);
  if (url.username === '' && url.password === '') return url;
  throw new CommandError(
    exitCodes.usage,
    `${what} must not contain a user or a password: shells and process lists store arguments. Change the password.`,
  );
}

/** Whether an address contains a password, in its login or its query. */
function holdsPassword(address: string): boolean {
  const read = readPostgresUrl(address);
  return 'password' in read && read.password !== '';
}
