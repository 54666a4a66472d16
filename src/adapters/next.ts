/** Gatehouse in Next.js: route handlers, server components, server actions, and the proxy. */

import type { Gatehouse } from '../gatehouse.ts';
import type { SessionResult, SessionSource } from '../library/session.ts';
import { type Given, opened } from './opened.ts';

export type { Given };

type Handler = (request: Request) => Promise<Response>;

/** The names that Next.js looks for in a route; all of them, so that every answer has the shape of its contract. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export interface NextGatehouse {
  /** For a route: `export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = auth.handlers`. */
  readonly handlers: Readonly<Record<(typeof methods)[number], Handler>>;
  /** Who sent a request: `await auth.session(await headers())`; see `Gatehouse.session`. */
  session(source: SessionSource): Promise<SessionResult>;
  /** Gatehouse, opened by the first request. */
  open(): Promise<Gatehouse>;
  /** Finishes pending writes and closes the database. */
  close(): Promise<void>;
}

/** Nothing is opened before the first request: `next build` loads the modules as well. */
export function gatehouse(given?: Given): NextGatehouse {
  let opening: Promise<Gatehouse> | undefined;
  const open = () => {
    opening ??= opened(given);
    return opening;
  };
  const handle: Handler = async (request) => (await open()).fetch(request);
  return {
    handlers: Object.fromEntries(methods.map((method) => [method, handle])) as NextGatehouse['handlers'],
    session: async (source) => (await open()).session(source),
    open,
    close: async () => (await opening)?.close(),
  };
}
