/** The public interface: everything that a program that embeds Gatehouse may import. */

export type { Gatehouse, GatehouseOptions, Log } from './gatehouse.ts';
export { createGatehouse } from './gatehouse.ts';
export type { Connection } from './http/fetch-adapter.ts';
export type { Account, Created, NewUser, Sessions, Users } from './library/administration.ts';
export type { Hooks, SessionEnded } from './library/hooks.ts';
export type { Session, User } from './library/people.ts';
export type { SessionResult, SessionSource } from './library/session.ts';
export type { Remark } from './settings/environment/environment-remarks.ts';
export { environmentRemarks } from './settings/environment/environment-remarks.ts';
export { readSettings, UnusableSettings } from './settings/read-settings.ts';
export type {
  AddressBlock,
  ForwardedHeader,
  Rate,
  Settings,
  Share,
  StatusMode,
  TrustedProxy,
} from './settings/settings.ts';
export type { Buckets, Metric, Sample } from './storage/port/port.ts';
export { StoreUnavailable, StoreUnusable } from './storage/port/port.ts';
