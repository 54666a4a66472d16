/** Finds out whether a server speaks a contract at all, before it is judged by the sentences of it. */

import type { Client } from './client/client.ts';
import { type Answer, NoAnswer } from './client/exchange.ts';
import { Inconclusive } from './verdicts.ts';
import type { Wire } from './wire.ts';

/**
 * Why a server cannot be judged by a contract, in a sentence; `undefined` if it can. Two routes have to be foreign, since
 * one may be what is broken.
 */
export async function reasonNotToJudge(client: Client, wire: Wire): Promise<string | undefined> {
  const reasons: (string | undefined)[] = [];
  for (const path of [wire.loginPath, wire.logoutPath]) {
    try {
      const headers = { 'Content-Type': 'application/json' };
      reasons.push(foreign(wire, path, await client.send({ method: 'POST', path, headers, body: '{}' })));
    } catch (error) {
      // Where nothing answers, a second look would only take as long again.
      if (error instanceof NoAnswer || error instanceof Inconclusive) return `${error.message}.`;
      throw error;
    }
    if (reasons.at(-1) === undefined) return undefined;
  }
  return reasons[0];
}

function foreign(wire: Wire, path: string, { status, headers, text }: Answer): string | undefined {
  const advice = 'Is the URL the one of the API, with its base path?';
  const post = `POST ${path}`;
  if (status >= 300 && status < 400)
    return `${post} redirects to ${headers.location ?? 'nowhere'} (${status}), and redirects are not followed: give the URL that answers.`;
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
    return `${post} answers with Content-Encoding ${headers['content-encoding']}, which was not asked for: look for a proxy that compresses.`;
  const isRefusal = text.trim() !== '' && refusal(text, wire.errorField);
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

function refusal(text: string, field: string): boolean {
  try {
    return typeof JSON.parse(text)?.[field] === 'string';
  } catch {
    return false;
  }
}
