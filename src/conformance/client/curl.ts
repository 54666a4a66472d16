/** A request as a line for a shell, so that a person can send it again. */

import type { SentRequest } from './exchange.ts';

/** The longest body that is shown, in bytes. */
const maxBodyBytes = 500;

/**
 * `given` are the names of the headers that every request has; their values are not shown. Nor are `secrets`, such as the
 * password of a real account.
 */
export function curlLine(
  base: URL,
  { method = 'GET', path, headers = {}, body }: SentRequest,
  given: readonly string[],
  secrets: readonly string[],
): string {
  const url = base.origin + base.pathname.replace(/\/$/, '') + path;
  const words = ['curl', '-i', ...(method === 'GET' ? [] : ['-X', method]), '--path-as-is', quoted(url)];
  for (const name of given) words.push('-H', quoted(`${name}: …`));
  for (const [name, value] of Object.entries(headers)) words.push('-H', quoted(`${name}: ${value}`));
  // Before it is quoted: a quote in a secret is written in another way for a shell.
  if (body !== undefined)
    words.push('--data-binary', shownBody(typeof body === 'string' ? withoutSecrets(body, secrets) : body));
  return words.join(' ');
}

/** A text without secrets, as they are and as JSON has them. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (rest, secret) => rest.replaceAll(secret, '…').replaceAll(JSON.stringify(secret).slice(1, -1), '…'),
    text,
  );
}

function shownBody(body: string | Uint8Array): string {
  if (typeof body !== 'string')
    return `$'${[...body].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}'`;
  if (body.length <= maxBodyBytes) return quoted(body);
  return `${quoted(body.slice(0, 60))} # the first 60 of ${body.length} characters`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
