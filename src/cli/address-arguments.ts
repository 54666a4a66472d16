/** Addresses on the command line, which never hold a password: the shell and the list of processes keep what stands there. */

import { readPostgresUrl } from '../settings/database/postgres-url.ts';
import { table } from '../settings/option-table.ts';
import { complaint } from '../settings/read-settings.ts';
import { exits, Failure } from './exit-codes.ts';

/** An address in the environment, such as `env:POSTGRES_URL`. */
const inEnvironment = /^env:([A-Za-z_]\w*)$/;

/**
 * The address of a database, written as `DATABASE_URL` is, or the name of the environment variable that holds it.
 *
 * @throws {Failure} that never repeats the address: it may hold a password.
 */
export function databaseAddress(written: string, option: string): string {
  const name = inEnvironment.exec(written)?.[1];
  const text = name === undefined ? written : process.env[name]?.trim();
  if (!text)
    throw new Failure(
      exits.usage,
      name === undefined
        ? `${option} is empty.`
        : `${option} names ${name}, which the environment does not have.`,
    );
  const { read, expects, hint } = table.databaseUrl;
  const address = read(text);
  if (address === undefined) {
    const either = `${expects}, or the name of an environment variable such as \`env:POSTGRES_URL\` that holds one`;
    throw new Failure(exits.usage, complaint(option, table.databaseUrl, '', either, hint?.(text)));
  }
  if (name === undefined && holdsPassword(address))
    throw new Failure(
      exits.usage,
      `${option} holds a password, which the shell and the list of processes have kept now: change it. Put the address ` +
        `into an environment variable and name that, as in \`${option} env:POSTGRES_URL\`; or leave the password out of the ` +
        'address, and put it into PGPASSWORD or ~/.pgpass.',
    );
  return address;
}

/** The address of a web server. */
export function webAddress(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Failure(exits.usage, `${what} is an address that begins with http:// or https://.`);
  if (url.username === '' && url.password === '') return url;
  throw new Failure(
    exits.usage,
    `${what} must not hold a user or a password: the shell and the list of processes have kept it now. Change the password.`,
  );
}

/** Whether an address holds a password, in its place or in its query. */
function holdsPassword(address: string): boolean {
  const read = readPostgresUrl(address);
  return 'password' in read && read.password !== '';
}
