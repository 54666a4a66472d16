/** A person's own account: what is kept about it, and the end of it. */

import { setImmediate as turn } from 'node:timers/promises';
import type { AuditEntry, Session, User } from '../storage/port.ts';
import type { Checked } from './check.ts';
import { notProven, proveOwn, type SignedIn } from './confirm.ts';
import { audited, type Caller, type Gate, isRefusal, type Refusal, reported } from './gate.ts';
import { guess } from './prove.ts';

/** Everything that is kept about a person, but what only proves who they are. */
export interface Export {
  readonly user: User;
  readonly sessions: readonly Session[];
  readonly activity: readonly AuditEntry[];
}

/** Entries of the audit in one page. */
export const activityPage = 100;

/** The newest entries about the person, `before` a sequence number if asked. */
export function activity(gate: Gate, { user }: Checked, before: number | undefined): Promise<AuditEntry[]> {
  return gate.audit.read({ userId: user.id, before, most: activityPage });
}

/**
 * Everything that is kept about the person, if the password was proven lately (ruling P5); an entry of the audit says that
 * it was taken along. Reads page by page, with a turn for others after each: somebody may have guessed at this account
 * for a year.
 */
export async function exportAccount(
  gate: Gate,
  checked: SignedIn,
  caller: Caller,
): Promise<Export | Refusal> {
  const { user } = checked;
  const refusal = notProven(gate, checked, caller.now);
  if (refusal) return reported(gate, 'account_export', caller, { ...refusal, user });
  await gate.audit.keep(gate.audit.trail(caller, 'account_export'), user.id);
  const sessions: Session[] = [];
  for await (const page of gate.sessions.pagesOfUser(user.id, caller.now, 100))
    for (const one of page) sessions.push(one);
  const entries: AuditEntry[] = [];
  for (let page = await activity(gate, checked, undefined); page.length > 0; await turn()) {
    for (const entry of page) entries.push(entry);
    page = await activity(gate, checked, page.at(-1)?.seq);
  }
  return reported(gate, 'account_export', caller, { user, sessions, activity: entries });
}

/** Whose account is gone. */
export interface Deleted {
  readonly user: User;
}

/** Removes the account with everything that belongs to it; its name is free again, its audit stays under its id. */
export async function deleteAccount(
  gate: Gate,
  signedIn: SignedIn,
  password: string,
  caller: Caller,
): Promise<Deleted | Refusal> {
  return audited(gate, 'account_delete', caller, await attempt(gate, signedIn, password, caller));
}

async function attempt(
  gate: Gate,
  signedIn: SignedIn,
  password: string,
  caller: Caller,
): Promise<Deleted | Refusal> {
  const refusal = notProven(gate, signedIn, caller.now);
  if (refusal) return refusal;
  const { user } = signedIn;
  return guess<Deleted>(gate, user.identifier, password, caller, async (guessed) => {
    const credential = await proveOwn(gate, signedIn, guessed);
    if (isRefusal(credential)) return credential;
    const removed = await gate.accounts.remove(user.id, gate.audit.trail(caller, 'account_delete'));
    return removed ? { user } : { refused: 'no_session' };
  });
}
