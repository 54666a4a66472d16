/** Codes of authenticator apps (TOTP, RFC 6238): SHA-1, six digits, 30 seconds, one step of drift. */

import { randomSecret } from '../../crypto/factor-secrets.ts';

/** One time step, in milliseconds. */
export const stepMs = 30_000;

/** Steps before and after the present one whose codes count, for clocks that are not exact. */
const drift = 1;

/** The bytes of a secret: those of SHA-1 (RFC 4226, section 4). */
const secretBytes = 20;

/** What an app has to know. */
export interface TotpKey {
  /** The secret in base32, as apps take it when it is typed. */
  readonly secret: string;
  /** The address in the QR code (`otpauth:`). */
  readonly uri: string;
}

/** The library is loaded with the first secret. */
const library = () => import('otpauth');

const parameters = { algorithm: 'SHA1', digits: 6, period: stepMs / 1_000 } as const;

export async function newTotpSecret(): Promise<string> {
  const { Secret } = await library();
  return new Secret({ buffer: randomSecret(secretBytes) }).base32;
}

/** @param issuer the name of the service, which apps show above that of the account. */
export async function totpKey(secret: string, issuer: string, label: string): Promise<TotpKey> {
  const { TOTP } = await library();
  return { secret, uri: new TOTP({ ...parameters, secret, issuer, label }).toString() };
}

/** The time step whose code it is, within the drift; `undefined` if it is none. */
export async function stepOf(secret: string, digits: string, now: number): Promise<number | undefined> {
  const { TOTP } = await library();
  const totp = new TOTP({ ...parameters, secret });
  const delta = totp.validate({ token: digits, timestamp: now, window: drift });
  return delta === null ? undefined : totp.counter({ timestamp: now }) + delta;
}
