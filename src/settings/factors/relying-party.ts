/** Determines what passkeys belong to: a host name, and the origins that may use them (WebAuthn level 3, section 5.1.2). */

import { isLoopback } from '../ip-addresses.ts';
import type { Settings } from '../settings.ts';
import { isDomain } from './domain-names.ts';

/** What authenticators store passkeys for. */
export interface RelyingParty {
  /** A host name; passkeys work on it and on all hosts below it. */
  readonly id: string;
  /** The origins that may use passkeys; at least one. */
  readonly origins: readonly string[];
  /** The name that browsers show. */
  readonly name: string;
}

export type PasskeySettings = Pick<
  Settings,
  'passkeyRelyingParty' | 'passkeyOrigins' | 'publicUrl' | 'port' | 'pagesName'
>;

/** The name that pages have by default, which names no service. */
const nameOfNone = 'Gatehouse';

/** The relying party of the settings; `undefined` if there can be none, such as for a public URL on an IP address. */
export function relyingParty(settings: PasskeySettings): RelyingParty | undefined {
  const own = ownOrigin(settings);
  const id = settings.passkeyRelyingParty || new URL(own).hostname;
  if (!isDomain(id)) return undefined;
  const origins = settings.passkeyOrigins.length > 0 ? settings.passkeyOrigins : [own];
  if (!origins.every((origin) => isOriginOf(id, origin))) return undefined;
  return { id, origins, name: settings.pagesName === nameOfNone ? id : settings.pagesName };
}

/** Problems of these settings with one another. `nameOf` returns the name of a setting in its source. */
export function passkeyConflicts(
  settings: PasskeySettings,
  nameOf: (name: keyof PasskeySettings) => string,
): string[] {
  const { passkeyRelyingParty, passkeyOrigins } = settings;
  if (passkeyRelyingParty === '' && passkeyOrigins.length === 0) return [];
  const own = ownOrigin(settings);
  const id = passkeyRelyingParty || new URL(own).hostname;
  const [party, origins, url] = [
    nameOf('passkeyRelyingParty'),
    nameOf('passkeyOrigins'),
    nameOf('publicUrl'),
  ];
  if (!isDomain(id)) return [`${origins} needs ${party}: the host in ${url} has no passkeys.`];
  const foreign = passkeyOrigins.filter((origin) => !isOriginOf(id, origin));
  if (foreign.length > 0)
    return [`${origins} has ${foreign.join(', ')}, but passkeys belong to ${id} and the hosts below it.`];
  if (passkeyOrigins.length > 0 || isOriginOf(id, own)) return [];
  return [`${party} is ${id}, but the pages are at ${own}: give ${url} below that host, or ${origins}.`];
}

function isOriginOf(id: string, origin: string): boolean {
  const { hostname } = new URL(origin);
  return hostname === id || hostname.endsWith(`.${id}`);
}

/** The origin of the public URL. On this machine it has the name `localhost`, because an IP address has no passkeys. */
function ownOrigin({ publicUrl, port }: Pick<Settings, 'publicUrl' | 'port'>): string {
  const url = new URL(publicUrl || `http://localhost:${port}`);
  if (isLoopback(url.hostname)) url.hostname = 'localhost';
  return url.origin;
}
