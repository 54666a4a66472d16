/** How a fault is made: small changes of a reply, and of what the right server does. */

import {
  type Account,
  type Asked,
  type Behaviour,
  type Contract,
  type Reply,
  right,
} from '../right-behaviour.ts';

export interface Fault {
  readonly name: string;
  /** The contract that it is looked for in. */
  readonly contract: Contract;
  /** Another contract that the server is judged by as well: for what one has to do for the other. */
  readonly beside?: Contract;
  /** An origin that the server is said to allow. */
  readonly secondOrigin?: string;
  readonly fault: Partial<Behaviour>;
  /** The cases that have to find it, and no others. */
  readonly breaks: readonly string[];
}

type Where = (reply: Reply, asked: Asked) => boolean;
type Change = (reply: Reply) => Reply;

/** Changes some of the replies. */
export const when = (where: Where, change: Change): Partial<Behaviour> => ({
  alter: (reply, asked) => (where(reply, asked) ? change(reply) : reply),
});
export const is =
  (path: string, status: number): Where =>
  (reply, asked) =>
    asked.path === path && reply.status === status;
export const under =
  (path: string): Where =>
  (_reply, asked) =>
    asked.path.startsWith(path);
/** A request to a path with a body of a media type, and the answer to it. */
export const asked =
  (path: string, type: string): Where =>
  (_reply, { path: target, headers }) =>
    target === path && headers['content-type'] === type;
export const set =
  (part: Partial<Reply>): Change =>
  (reply) => ({ ...reply, ...part });
export const replaced =
  (text: string, other: string): Change =>
  (reply) => ({ ...reply, body: reply.body.replace(text, other) });
export const field =
  (name: string, value: unknown): Change =>
  (reply) => ({ ...reply, body: JSON.stringify({ ...JSON.parse(reply.body), [name]: value }) });
export const header =
  (name: string, value: string | undefined): Change =>
  (reply) => {
    const { [name]: _, ...others } = reply.headers;
    return { ...reply, headers: value === undefined ? others : { ...others, [name]: value } };
  };

/** Sets one more cookie. */
export const cookie =
  (line: string): Change =>
  (reply) => ({
    ...reply,
    headers: { ...reply.headers, 'set-cookie': [reply.headers['set-cookie'] ?? [], line].flat() },
  });

/** Accepts the passwords that are refused for one reason. */
export const accepts = (reason: string): Partial<Behaviour> => ({
  passwordReason: (password, name) => {
    const given = right.passwordReason(password, name);
    return given === reason ? undefined : given;
  },
});

/** Learns of a name only some time after it was registered, as a server does that looks it up and writes it in two steps. */
export function late(): Behaviour['isTaken'] {
  const since = new Map<string, number>();
  return (accounts, key) => {
    const now = performance.now();
    since.set(key, since.get(key) ?? now);
    return accounts.has(key) && now - (since.get(key) ?? now) > 40;
  };
}

/** Refuses logins by some names as if no account had them. */
export const unknownTo = (path: string, isUnknown: (name: string) => boolean): Partial<Behaviour> => ({
  fields: (asked) => {
    const fields = right.fields(asked);
    if (asked.path !== path || typeof fields !== 'object') return fields;
    const name = fields['username'] ?? fields['email'];
    return typeof name === 'string' && isUnknown(name)
      ? { ...fields, username: 'unknown', email: 'unknown' }
      : fields;
  },
});

/** Replaces the password of an account that exists, and then says that the name is taken. */
export function overwrites(accounts: ReadonlyMap<string, Account>, key: string): boolean {
  const account = accounts.get(key);
  if (account) account.password = 'another strong one';
  return account !== undefined;
}

/** Tells an address that no account has from a wrong password: fresh names of the kit have no account. */
export function unknownAddress(reply: Reply, asked: Asked): Reply {
  const fields = right.fields(asked);
  const isWrong = reply.status === 401 && asked.path === '/auth/login' && typeof fields === 'object';
  const isUnknown = isWrong && !seen.has(String(fields['email']).toLowerCase());
  if (asked.path === '/auth/register' && typeof fields === 'object')
    seen.add(String(fields['email']).toLowerCase());
  return isUnknown ? field('detail', 'No such address')(reply) : reply;
}
const seen = new Set<string>();

/** Refuses a logout of `rest` that names no session. */
export function needsSession(reply: Reply, asked: Asked): Reply {
  const isWithout =
    asked.path === '/auth/logout' && reply.status === 204 && right.presented(asked).length === 0;
  return isWithout ? { ...reply, status: 401 } : reply;
}

/** Refuses a logout of `rest` that presents a session which a logout presented before. */
export function refusesAgain(): Partial<Behaviour> {
  const presented = new Set<string>();
  return when(
    (_reply, asked) => {
      const [id] = asked.path === '/auth/logout' ? right.presented(asked) : [];
      if (id === undefined) return false;
      return presented.size === presented.add(id).size;
    },
    set({ status: 401 }),
  );
}

/** Ids that are one more than the last. */
export function counting(): Behaviour['mint'] {
  let count = 0;
  return () => {
    count += 1;
    return `aaaaaaaaaaaaaaaaaaaa${String(count).padStart(6, '0')}`;
  };
}

/** Reads a form as if it were JSON. */
export function readsForms(asked: Asked): ReturnType<Behaviour['fields']> {
  const isForm = asked.headers['content-type'] === 'application/x-www-form-urlencoded';
  return isForm ? Object.fromEntries(new URLSearchParams(asked.bytes.toString())) : right.fields(asked);
}

export function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb ? bytes.subarray(3) : bytes;
}
