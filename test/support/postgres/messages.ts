/** The messages of PostgreSQL's protocol, cut out of the bytes that pass through a proxy. */

import {
  type Connection,
  type ProxyOptions,
  type Side,
  startProxy,
  type Tap,
  type TestProxy,
} from '../proxy.ts';

/** One message (PostgreSQL 18, 54.7); the very first of a client has the type `''`. */
export interface Message {
  readonly from: Side;
  /** One letter, such as `Q` for a query from the client, `C` for a completed command or `A` for a notification. */
  readonly type: string;
  /** What follows the length. */
  readonly body: Buffer;
  /** The body as text, for a look at the SQL or at the name of the command. */
  readonly text: string;
}

/**
 * What becomes of a message: `hold` keeps it back until it is released, while those behind it pass; `cut` resets the
 * connection instead of delivering it; `hang` makes the connection fall silent instead of delivering it, so that it
 * comes first when the connection resumes.
 */
export type Verdict = 'pass' | 'drop' | 'duplicate' | 'hold' | 'cut' | 'hang';

export interface PostgresProxy extends TestProxy {
  /** Judges all messages from now on, on all connections; without a judge everything passes. */
  judge(decide?: (message: Message, connection: Connection) => Verdict): void;
  /** The messages that are held back, oldest first. */
  readonly held: readonly Message[];
  /** Delivers what was held back, in the order given; default: as it came. */
  release(order?: (held: Message[]) => Message[]): void;
}

/** What a notification says; undefined for any other message. */
export function notification({
  from,
  type,
  body,
}: Message): { channel: string; payload: string } | undefined {
  if (from !== 'server' || type !== 'A') return undefined;
  // Four bytes say which process notified.
  const [channel = '', payload = ''] = body.toString('utf8', 4).split('\0');
  return { channel, payload };
}

/** Whether a message is a notification of one node to the others, and not its sign of life. */
export function isNotice(message: Message): boolean {
  return notification(message)?.payload.includes('"at"') ?? false;
}

/** Starts a proxy that understands what passes. A connection with TLS passes as it is, unjudged. */
export async function startPostgresProxy(
  targetPort: number,
  options: Omit<ProxyOptions, 'tap'> = {},
): Promise<PostgresProxy> {
  let decide: (message: Message, connection: Connection) => Verdict = () => 'pass';
  let held: { readonly message: Message; readonly deliver: () => void }[] = [];

  const tap: ProxyOptions['tap'] = (connection, pass) =>
    readMessages((message, raw) => {
      const verdict = decide(message, connection);
      const deliver = () => pass(message.from, raw);
      if (verdict === 'cut') return connection.cut();
      if (verdict === 'hang') connection.hang();
      if (verdict === 'hold') held.push({ message, deliver });
      else if (verdict !== 'drop') deliver();
      if (verdict === 'duplicate') deliver();
    });

  const proxy = await startProxy(targetPort, { ...options, tap });
  return Object.defineProperties({} as PostgresProxy, {
    ...Object.getOwnPropertyDescriptors(proxy),
    held: { get: () => held.map(({ message }) => message) },
    judge: {
      value: (other: typeof decide = () => 'pass') => {
        decide = other;
      },
    },
    release: {
      value: (order = (messages: Message[]) => messages) => {
        const kept = held;
        held = [];
        for (const message of order(kept.map((one) => one.message)))
          kept.find((one) => one.message === message)?.deliver();
      },
    },
  });
}

/** Codes that a client may send in place of the version of the protocol, to ask for encryption first. */
const encryptionRequests = [80_877_103, 80_877_104];

/** Cuts the bytes of one connection into messages. What cannot be understood, because it is encrypted, passes. */
function readMessages(judge: (message: Message, raw: Buffer) => void): Tap {
  const rest: Record<Side, Buffer> = { client: Buffer.alloc(0), server: Buffer.alloc(0) };
  let isStarted = false;
  let asksForEncryption = false;
  let isEncrypted = false;

  /** Takes the next message off the front; undefined if it is not there in full. */
  function next(from: Side): Message | undefined {
    const bytes = rest[from];
    const typeBytes = from === 'client' && !isStarted ? 0 : 1;
    if (bytes.length < typeBytes + 4) return undefined;
    const end = typeBytes + bytes.readUInt32BE(typeBytes);
    if (bytes.length < end) return undefined;
    const body = bytes.subarray(typeBytes + 4, end);
    rest[from] = bytes.subarray(end);
    return { from, type: bytes.toString('latin1', 0, typeBytes), body, text: body.toString('utf8') };
  }

  return {
    see(from, bytes, passOn) {
      if (isEncrypted) return passOn(bytes);
      rest[from] = Buffer.concat([rest[from], bytes]);
      if (from === 'server' && asksForEncryption) {
        // The answer is a single byte without a length: `N` means that nothing changes.
        asksForEncryption = false;
        const [answer] = rest.server;
        if (answer !== 0x4e) {
          isEncrypted = true;
          passOn(rest.server);
          return;
        }
        passOn(rest.server.subarray(0, 1));
        rest.server = rest.server.subarray(1);
      }
      for (;;) {
        const before = rest[from];
        const message = next(from);
        if (message === undefined) return;
        if (from === 'client' && !isStarted) {
          asksForEncryption = encryptionRequests.includes(message.body.readUInt32BE(0));
          isStarted = !asksForEncryption;
        }
        judge(message, before.subarray(0, before.length - rest[from].length));
      }
    },
  };
}
