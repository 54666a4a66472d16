/** The types of settings, and values that are derived from them. */

import type { AddressBlock } from './ip-addresses.ts';
import type { Settings } from './option-table.ts';
import type { Mailbox, Rate } from './value-parsers.ts';

export type { AddressBlock, Mailbox, Rate, Settings };

/** Whether a contract shows its errors as HTTP status codes or answers them with 200 (ruling G8). */
export type StatusMode = 'http' | 'ok';

/** A proxy that is trusted to name the client; `unix` is every peer on a unix domain socket, which has no address. */
export type TrustedProxy = AddressBlock | 'unix';

/** The headers in which a proxy may name the client. */
export type ForwardedHeader = 'x-forwarded-for' | 'forwarded';

/** The same in their usual case. */
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

/** The effective HSTS setting: off in debug mode, which is for plain HTTP. */
export function hstsOf({ debug, hsts }: Pick<Settings, 'debug' | 'hsts'>): Hsts {
  return debug ? 'off' : hsts;
}

/** The place of a process among those that do the work of one node. */
export interface Share {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** The share of a single process. */
export const whole: Share = { number: 1, of: 1 };

/** The part of a resource of the node that a process may use; 0 for some if there is less than one for each. */
export function partOf(all: number, { number, of }: Share): number {
  return Math.floor(all / of) + (number <= all % of ? 1 : 0);
}
