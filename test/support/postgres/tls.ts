/** TLS for a test server, with certificates that are valid until 2120, whose keys are public. */

import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { handOver } from './account.ts';

export interface Tls {
  /** Whose certificate is shown: `server` is good for localhost and 127.0.0.1, `elsewhere` for another host. */
  readonly certificate?: 'server' | 'elsewhere';
  /** Refuses connections without TLS. */
  readonly required?: boolean;
}

/** The folder of the certificates. `authority` has signed those of the servers, `clients` that of the client, `stranger` none. */
const certificates = join(import.meta.dirname, '../certificates');

/** A certificate authority for a client to trust. */
export function authority(name: 'authority' | 'stranger' = 'authority'): string {
  return readFileSync(join(certificates, `${name}.pem`), 'utf8');
}

/** Settings for a server that speaks TLS, with the certificates put where PostgreSQL accepts them. */
export function tlsSettings(folder: string, { certificate = 'server', required = false }: Tls) {
  const placed = (['pem', 'key'] as const).map((kind) => {
    const path = join(folder, `${certificate}.${kind}`);
    copyFileSync(join(certificates, `${certificate}.${kind}`), path);
    // PostgreSQL reads no key that others could read too.
    chmodSync(path, 0o600);
    handOver(path);
    return path;
  });
  if (required) {
    const rules = join(folder, 'data/pg_hba.conf');
    writeFileSync(rules, readFileSync(rules, 'utf8').replace(/^host\b/gm, 'hostssl'));
  }
  return { ssl: 'on', ssl_cert_file: String(placed[0]), ssl_key_file: String(placed[1]) };
}
