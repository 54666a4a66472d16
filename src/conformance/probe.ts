/** Finds out whether a server has a contract at all, before the cases judge it. */

import type { Client } from './client/client.ts';
import { type Answer, NoAnswer } from './client/exchange.ts';
import type { Protocol } from './protocol.ts';
import { bounded, Inconclusive } from './verdicts.ts';

/**
 * Why a server cannot be judged by a contract, in one sentence; `undefined` if it can. Both login and logout have to be
 * answered by something else, since one of them may be what is wrong.
 */
export async function reasonNotToJudge(client: Client, protocol: Protocol): Promise<string | undefined> {
  const reasons: (string | undefined)[] = [];
  for (const path of [protocol.loginPath, protocol.logoutPath]) {
    try {
      const headers = { 'Content-Type': 'application/json' };
      reasons.push(
        reasonOf(protocol, path, await client.send({ method: 'POST', path, headers, body: '{}' })),
      );
    } catch (error) {
      // Where nothing answers, a second look would only take as long again.
      if (error instanceof NoAnswer || error instanceof Inconclusive) return `${error.message}.`;
      throw error;
    }
    if (reasons.at(-1) === undefined) return undefined;
  }
  return reasons[0];
}

function reasonOf(protocol: Protocol, path: string, { status, headers, text }: Answer): string | undefined {
  const advice = 'Is the URL the one of the API, with its base path?';
  const post = `POST ${path}`;
  if (status >= 300 && status < 400)
    return `${post} redirects to ${bounded(headers.location ?? 'nowhere')} (${status}), and redirects are not followed: give the URL that answers.`;
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
    return `${post} answers with Content-Encoding ${bounded(headers['content-encoding'])}, which was not asked for: look for a proxy that compresses.`;
  const isRefusal = hasField(text, protocol.errorField);
  if ([404, 405, 501].includes(status) && !isRefusal)
    return `${post} is no route of this server (${status}). ${advice}`;
  if (/^\s*</.test(text) && (status < 400 || status >= 500))
    return `${post} answers a page of HTML (${status}). ${advice}`;
  if (status === 502 || status === 504)
    return `${post} answers ${status}: a proxy does not reach the server behind it.`;
  if (status === 401 && headers['www-authenticate'] !== undefined && !isRefusal)
    return `${post} wants other credentials first (401, WWW-Authenticate): give them with --header.`;
  return undefined;
}

function hasField(text: string, field: string): boolean {
  try {
    return typeof JSON.parse(text)?.[field] === 'string';
  } catch {
    return false;
  }
}
