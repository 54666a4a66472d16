/** The second step of a login: a trusted browser, a code, or the refusal that asks for one (rulings F2, F4 and F6). */

import type { AuditEvent } from '../../concepts/audit.ts';
import { maxBrowserTokens } from '../../concepts/browser-tokens.ts';
import type { CodeKind, CodeRefusal } from '../../concepts/factors/second-factors.ts';
import type { Attempt } from '../../concepts/throttle.ts';
import type { Credential } from '../../storage/port/port.ts';
import { notifyOwner } from '../account/owner-mail.ts';
import type { LoginRefusal } from '../login-refusals.ts';
import { afterwards } from '../outcomes.ts';
import { isRefusal } from '../refusals.ts';
import type { Caller, Services } from '../services.ts';
import { enrolmentOf } from './enrolment.ts';

/** A login as far as its second step is concerned. */
export interface SecondStepAsked {
  /** A code of the authenticator app, or a recovery code; `undefined` for clients that send none. */
  readonly code?: string | undefined;
  /** Whether the browser is to be trusted from now on, if the code is right. */
  readonly trust?: boolean | undefined;
  /** The tokens of people who trust the browser; `undefined` if the client keeps no cookies. */
  readonly trustedBrowsers?: readonly string[] | undefined;
}

/** The second factor was right, or the browser is trusted. */
export interface Passed {
  /** Without a factor the session may not change factors: it does not count as confirmed (ruling F5). */
  readonly isTrusted: boolean;
  /** The tokens of a browser that is trusted from now on, the new one first. */
  readonly trustedTokens?: readonly string[] | undefined;
}

/**
 * Decides whether a right password is enough. The attempt stays counted unless the code is right: whether it was, is what a
 * guesser wants to know.
 */
export async function secondStep(
  services: Services,
  { userId, identifier, passwordHash, hasSecondFactor }: Credential,
  asked: Parameters<typeof enrolmentOf>[2] & SecondStepAsked,
  counted: Attempt,
  caller: Caller,
): Promise<Passed | LoginRefusal> {
  const user = { id: userId, identifier };
  if (!hasSecondFactor) {
    await counted.refund();
    const enrolment = await enrolmentOf(services, { userId, passwordHash }, asked, caller);
    return enrolment ? { refused: 'enrolment_required', user, enrolment } : { refused: 'unknown_account' };
  }
  if (await isTrusted(services, userId, asked, caller.now)) return { isTrusted: true };
  if (asked.code === undefined)
    return { refused: 'second_factor_required', user, pending: { passwordHash, windows: counted.windows } };
  const judged = await judgeCode(services, userId, asked.code, caller);
  if (isRefusal(judged)) {
    if (judged.refused === 'codes_unavailable') await counted.refund();
    return { ...judged, user };
  }
  return passedWith(services, userId, asked, caller);
}

/** Whether the browser is trusted by this user: it may be by others, too. */
async function isTrusted(
  { browserTokens }: Pick<Services, 'browserTokens'>,
  userId: string,
  { trustedBrowsers = [] }: SecondStepAsked,
  now: number,
): Promise<boolean> {
  for (const text of trustedBrowsers) {
    const token = await browserTokens.look([text], 'trusted_browser', now);
    if (token?.userId === userId) return true;
  }
  return false;
}

/** Judges a code. The owner is told of a used recovery code, and when the codes are locked. */
export async function judgeCode(
  services: Services,
  userId: string,
  code: string,
  caller: Caller,
): Promise<{ readonly kind: CodeKind } | CodeRefusal> {
  const { secondFactors } = await services.factors.load();
  const context = services.audit.context(caller, 'recovery_code_used');
  const judged = await secondFactors.judge(userId, code, caller.now, context);
  services.factors.count(isRefusal(judged) ? 'code' : judged.kind, isRefusal(judged) ? judged.refused : 'ok');
  if (isRefusal(judged)) {
    if ('isLockedNow' in judged && judged.isLockedNow) await codesLocked(services, userId, caller);
  } else if (judged.kind === 'recovery') {
    // The entry in the audit was written with the use.
    services.audit.report({ ...context, userId });
    await tell(services, 'recovery_code_used', userId, caller);
  }
  return judged;
}

async function codesLocked(services: Services, userId: string, caller: Caller): Promise<void> {
  await keep(services, 'codes_locked', userId, caller);
  await tell(services, 'codes_locked', userId, caller);
}

/** Keeps and reports the entry of an event that is not the outcome of the request itself. */
export async function keep(
  { audit }: Pick<Services, 'audit'>,
  event: AuditEvent,
  userId: string,
  caller: Caller,
): Promise<void> {
  await audit.keep(caller, event, userId);
  audit.report({ ...audit.context(caller, event), userId });
}

/** Sends a notice to the owner; what happened stands in any case. */
export async function tell(
  services: Services,
  kind: 'recovery_code_used' | 'codes_locked' | 'factor_added' | 'factor_removed',
  userId: string,
  caller: Caller,
  details: Readonly<Record<string, string>> = {},
): Promise<void> {
  const notice = async () => {
    const user = await services.store.accounts.findUser(userId);
    if (user) await notifyOwner(services, user, kind, details, caller);
  };
  await afterwards(services, eventOfNotice[kind], notice());
}

const eventOfNotice = {
  recovery_code_used: 'recovery_code_used',
  codes_locked: 'codes_locked',
  factor_added: 'factor_add',
  factor_removed: 'factor_remove',
} as const;

/** The browser is trusted, if that was asked for and the client keeps cookies. */
export async function passedWith(
  services: Services,
  userId: string,
  { trust, trustedBrowsers }: SecondStepAsked,
  caller: Caller,
): Promise<Passed> {
  if (!trust || trustedBrowsers === undefined) return { isTrusted: false };
  const details = { device: caller.device, network: caller.network };
  const minted = await services.browserTokens.mint('trusted_browser', { userId, details }, caller.now);
  await keep(services, 'browser_trust', userId, caller);
  const tokens = minted ? [minted.text, ...trustedBrowsers] : trustedBrowsers;
  return { isTrusted: false, trustedTokens: tokens.slice(0, maxBrowserTokens) };
}
