/** Runs better-auth itself, over a database of either engine, as an application does. */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../server.ts';

/** Where better-auth keeps its accounts, and the argument that `gatehouse import` takes for it. */
export interface OriginDatabase {
  readonly argument: string;
  /** The driver that better-auth is given. */
  readonly database: unknown;
}

interface Signed {
  /** The session id, which its cookie begins with. */
  readonly token: string;
  readonly user: { readonly id: string };
}

/** The part of its API that an application signs people up and in with. */
export interface BetterAuth {
  readonly api: {
    signUpEmail(request: { readonly body: object }): Promise<Signed>;
    signUpEmail(request: {
      readonly body: object;
      readonly returnHeaders: true;
    }): Promise<{ readonly headers: Headers; readonly response: Signed }>;
    signInEmail(request: { readonly body: object }): Promise<Signed>;
    signOut(request: { readonly headers: Headers }): Promise<unknown>;
  };
}

const require = createRequire(new URL('../../toolchain/package.json', import.meta.url));
const load = (name: string) => import(require.resolve(name));

/** A SQLite file for better-auth. */
export function sqliteOrigin(): OriginDatabase {
  const argument = join(temporaryFolder(), 'better-auth.sqlite');
  const database = new DatabaseSync(argument);
  onTestFinished(() => database.close());
  return { argument, database };
}

/** A PostgreSQL database for better-auth, by its address, which is given to the command as `env:ORIGIN_URL`. */
export async function postgresOrigin(url: string): Promise<OriginDatabase> {
  const { default: pg } = await import('pg');
  const database = new pg.Pool({ connectionString: url, max: 2 });
  onTestFinished(() => database.end());
  return { argument: 'env:ORIGIN_URL', database };
}

/** Makes its tables, and opens it with logins by address and password. */
export async function openBetterAuth({ database }: OriginDatabase): Promise<BetterAuth> {
  const [{ betterAuth }, { getMigrations }] = await Promise.all(
    ['better-auth', 'better-auth/db/migration'].map(load),
  );
  const options = {
    database,
    secret: 'made up for this test, and long enough for it',
    baseURL: 'http://localhost:3000',
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
  };
  await (await getMigrations(options)).runMigrations();
  return betterAuth(options);
}
