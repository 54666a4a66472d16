/** The settings: what they are called, in which unit they come, and what one row of their table holds. */

import type { AddressBlock } from './ip-addresses.ts';
import type { Environment } from './link-variables.ts';
import type { Mailbox, Rate } from './value-parsers.ts';

export type { AddressBlock, Mailbox, Rate };

/** Whether a contract shows its errors as HTTP status codes or answers them with 200 (ruling G8). */
export type StatusMode = 'http' | 'ok';

/** A proxy that is believed where a request comes from; `unix` is every peer on a unix domain socket, which has no address. */
export type TrustedProxy = AddressBlock | 'unix';

/** The headers in which a proxy may write where a request comes from. */
export type ForwardedHeader = 'x-forwarded-for' | 'forwarded';

/** The same as people write them. */
export const headerNames: Readonly<Record<ForwardedHeader, string>> = {
  'x-forwarded-for': 'X-Forwarded-For',
  forwarded: 'Forwarded',
};
/** The three wire contracts. */
export type ContractName = 'envelope' | 'rest' | 'dotjson';

/** All of them, in the order in which the documentation lists them. */
export const allContracts: readonly ContractName[] = ['envelope', 'rest', 'dotjson'];

/** Tells a contract from the other groups of routes. */
export function isContract(name: string): name is ContractName {
  return (allContracts as readonly string[]).includes(name);
}

/** Who may register: anyone, only those with an invitation, or no one (ruling W5). */
export type Registration = 'open' | 'invite' | 'closed';

/** How far HSTS reaches: this host, it and all hosts below it, or nothing is sent. */
export type Hsts = 'on' | 'subdomains' | 'off';

/** All settings, in the unit their name carries. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  /** Processes that serve the port together. A program that embeds Gatehouse starts them, and gives each its `share`. */
  readonly workers: number;
  /** How long the server of this program keeps idle connections; one that embeds Gatehouse decides by itself. */
  readonly keepAliveSeconds: number;
  readonly databaseUrl: string;
  /** The most connections a node opens to PostgreSQL. */
  readonly databaseConnections: number;
  /** Empty if `databaseUrl` can be listened to itself. */
  readonly databaseListenUrl: string;
  /** How long what was read of a session is trusted. */
  readonly checkTrustMs: number;
  /** `null`: as much as does no harm to the rest. */
  readonly checkMemoryMegabytes: number | null;
  readonly debug: boolean;
  /** Without a slash at its end; empty for the root. */
  readonly basePath: string;
  /** The contracts that are served; at least one. */
  readonly contracts: readonly ContractName[];
  readonly registration: Registration;
  readonly hsts: Hsts;
  readonly allowedOrigins: readonly string[];
  readonly trustedProxies: readonly TrustedProxy[];
  /** The header in which the trusted proxies write. */
  readonly forwardedHeader: ForwardedHeader;
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
  /** `null` if it is not set: no metrics. */
  readonly metricsPort: number | null;
  readonly metricsHost: string;
}

/** What is sent of HSTS: nothing in debug mode, which is for plain HTTP. */
export function hstsOf({ debug, hsts }: Pick<Settings, 'debug' | 'hsts'>): Hsts {
  return debug ? 'off' : hsts;
}

/** Which of several processes one is that do the work of one node together. */
export interface Share {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** The share of a single process. */
export const whole: Share = { number: 1, of: 1 };

/** What one of them may use of something that belongs to the node; nothing where there is less than one for each. */
export function partOf(all: number, { number, of }: Share): number {
  return Math.floor(all / of) + (number <= all % of ? 1 : 0);
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
  /** Reads the written form; `undefined` when it is unusable. `env` is where it stands, if it stands in one. */
  readonly read: (text: string, env?: Environment) => Value | undefined;
  /** What is wrong with an unusable value and what may be meant, in sentences without a secret; empty if that is not known. */
  readonly hint?: (text: string) => string;
}

/** A row for every setting. */
export type OptionTable = { readonly [Name in keyof Settings]: Setting<Settings[Name]> };
