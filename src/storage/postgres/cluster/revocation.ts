/** The notification format between nodes: at most 8,000 bytes, from any role that may log in to the database. */

/** The channel that all nodes on one database listen to. */
export const channel = 'gatehouse';

/** A revocation that one node sends to the others. */
export interface Revocation {
  readonly node: string;
  /** The instant of its first commit, by the clock of the database. */
  readonly at: number;
  /** Hashes of sessions that ended. */
  readonly ended?: readonly string[] | undefined;
  /** Users that changed. */
  readonly users?: readonly string[] | undefined;
  readonly everything?: boolean | undefined;
}

/** A notification that a node sends itself, to test that notifications arrive. */
export type Sign = Pick<Revocation, 'node'>;

/** The longest name of a node or a user; generated ones are shorter. */
const maxNameLength = 200;

/**
 * Reads a notification; `undefined` if it is foreign. A forged one can only make nodes drop cached rows, which costs time;
 * it never makes them trust anything.
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
