/** The files that pages load, under names that change with their content. */

import { digest } from '../../crypto/ids.ts';
import type { Route } from '../../http/contract.ts';
import type { Reply, ReplyHeaders } from '../../http/reply.ts';

/** Names change with the content, so that browsers and caches may keep a file for a year (ruling G12). */
export const keptForAYear = { 'cache-control': 'public, max-age=31536000, immutable' };

/** A file, with its path relative to the root of Gatehouse's paths. */
export interface PageFile {
  readonly path: string;
  readonly route: Route;
}

/** The content of a file as an answer, and the digest of its content for its name. */
export interface KeptFile {
  readonly digest: string;
  readonly reply: Reply;
}

export function keptFile(type: string, content: string | Uint8Array<ArrayBuffer>): KeptFile {
  const body = typeof content === 'string' ? Buffer.from(content) : content;
  const headers: ReplyHeaders = {
    ...keptForAYear,
    'content-type': type,
    'content-length': String(body.byteLength),
  };
  return {
    digest: digest(Buffer.from(body).toString('latin1')).slice(0, 12),
    reply: { status: 200, body, headers },
  };
}

export function pageFile(
  name: string,
  extension: string,
  type: string,
  content: string | Uint8Array<ArrayBuffer>,
): PageFile {
  const file = keptFile(type, content);
  const path = `pages/${name}-${file.digest}.${extension}`;
  return { path, route: { method: 'GET', path: `/${path}`, answer: () => file.reply } };
}
