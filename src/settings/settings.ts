/** The types of settings, and values derived from them. */

import type { AddressBlock } from './ip-addresses.ts';
import type { Settings } from './option-table.ts';
import type { Mailbox, Rate } from './value-parsers.ts';

export type { AddressBlock, Mailbox, Rate, Settings };

/** Whether a contract shows its errors as HTTP status codes or answers them with 200 (ruling G8). */
export type StatusMode = 'http' | 'ok';

/** A proxy that may name the client; `unix` is every peer on a unix domain socket, which has no address. */
export type TrustedProxy = AddressBlock | 'unix';

/** The headers in which a proxy may name the client. */
export type ForwardedHeader = 'x-forwarded-for' | 'forwarded';

/** Their usual spelling. */
export const headerNames: Readonly<Record<ForwardedHeader, string>> = {
  'x-forwarded-for': 'X-Forwarded-For',
  forwarded: 'Forwarded',
};
/** The three wire contracts. */
export type ContractName = 'envelope' | 'rest' | 'dotjson';

/** All contracts, in the order of the documentation. */
export const allContracts: readonly ContractName[] = ['envelope', 'rest', 'dotjson'];

/** Whether a group of routes is one of the three contracts. */
export function isContract(name: string): name is ContractName {
  return (allContracts as readonly string[]).includes(name);
}

/** Registration is open to anyone, only with an invitation, or closed (ruling W5). */
export type Registration = 'open' | 'invite' | 'closed';

/** The scope of HSTS: this host, this host and its subdomains, or off. */
export type Hsts = 'on' | 'subdomains' | 'off';

/** The effective HSTS setting: off in debug mode, which is for plain HTTP. */
export function hstsOf({ debug, hsts }: Pick<Settings, 'debug' | 'hsts'>): Hsts {
  return debug ? 'off' : hsts;
}

/** The settings of a server that runs by itself: all paths are its own, so its pages are on unless they are off. */
export function standalone(settings: Settings): Settings {
  return { ...settings, frontPage: settings.frontPage ?? 'on', pages: settings.pages ?? true };
}

/** The number of a process among those of one node. */
export interface Share {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** The share of a single process. */
export const whole: Share = { number: 1, of: 1 };

/** The part of a node's resource for one process; 0 for some if there is less than one for each. */
export function partOf(all: number, { number, of }: Share): number {
  return Math.floor(all / of) + (number <= all % of ? 1 : 0);
}

/** Whether the settings name a SQLite file; otherwise a PostgreSQL database. */
export function isFile({ databaseUrl }: Pick<Settings, 'databaseUrl'>): boolean {
  return databaseUrl.startsWith('file:');
}

/** The path of the SQLite file, unchanged. */
export function databaseFile({ databaseUrl }: Pick<Settings, 'databaseUrl'>): string {
  return databaseUrl.replace(/^file:(?:\/\/(?=\/))?/, '');
}
