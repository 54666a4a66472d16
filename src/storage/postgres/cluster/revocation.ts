/** What nodes tell one another, as it travels: a notification of at most 8,000 bytes, which any client could have sent. */

/** The channel that all nodes on one database listen to. */
export const channel = 'gatehouse';

/** What one node tells the others. */
export interface Revocation {
  readonly node: string;
  /** When the first thing it tells was in the store, by the clock of the database. */
  readonly at: number;
  /** Hashes of sessions that ended. */
  readonly ended?: readonly string[] | undefined;
  /** Users that changed. */
  readonly users?: readonly string[] | undefined;
  readonly everything?: boolean | undefined;
}

/** What a node tells itself, to know that it is told anything. */
export type Sign = Pick<Revocation, 'node'>;

/** The longest name of a node or a user; the ones given out by this program are shorter. */
const maxNameLength = 200;

/**
 * Reads a notification; `undefined` if it is none of ours. Every role that may log in to the database may send some: what
 * is forged well can make nodes forget what they remember, which costs time, and never make them trust anything.
 */
export function readNotice(payload: string | undefined): Revocation | Sign | undefined {
  const { node, at, ended, users, everything } = parse(payload);
  if (!isName(node)) return undefined;
  if (at === undefined) return { node };
  const lists = [ended, users].filter((list) => list !== undefined);
  const isSound =
    Number.isSafeInteger(at) &&
    lists.every((list) => Array.isArray(list) && list.every(isName)) &&
    (everything === undefined || everything === true);
  return isSound ? ({ node, at, ended, users, everything } as Revocation) : undefined;
}

function parse(payload: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(payload ?? '') ?? {};
  } catch {
    return {};
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxNameLength;
}
