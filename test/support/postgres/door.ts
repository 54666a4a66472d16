/**
 * The door through which test files reach what belongs to the whole run: one data folder to copy, one shared server.
 *
 * Both are made at the first request, by the process that also outlives all test files.
 */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';

/** Where the door is, and the word that opens it: other people's processes can knock at a port too. */
export interface Door {
  readonly port: number;
  readonly word: string;
}

type Rooms = Readonly<Record<string, () => Promise<unknown>>>;

/** Opens a door to rooms, each entered once; later callers see the same. */
export async function openDoor(rooms: Rooms): Promise<Door & { close(): void }> {
  const word = randomBytes(16).toString('hex');
  const entered = new Map<string, Promise<unknown>>();
  const server: Server = createServer((socket) => {
    socket.setEncoding('latin1').on('error', () => {});
    socket.once('data', async (asked) => {
      const [said = '', name = ''] = String(asked).trim().split(' ');
      const enter = rooms[name];
      if (enter === undefined || !isSame(said, word)) return void socket.destroy();
      if (!entered.has(name)) entered.set(name, enter());
      try {
        socket.end(JSON.stringify({ found: await entered.get(name) }));
      } catch (error) {
        socket.end(JSON.stringify({ failed: String(error) }));
      }
    });
  });
  await once(server.listen(0, '127.0.0.1').unref(), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The door has no port.');
  return { port: address.port, word, close: () => void server.close() };
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/** Asks for what is behind the door. */
export async function enter<Found>(door: Door, name: string): Promise<Found> {
  const socket = connect(door.port, '127.0.0.1').setEncoding('utf8');
  socket.write(`${door.word} ${name}\n`);
  let text = '';
  for await (const chunk of socket) text += chunk;
  if (text === '') throw new Error(`The test run does not know "${name}".`);
  const { found, failed } = JSON.parse(text) as { found?: Found; failed?: string };
  if (found === undefined) throw new Error(failed);
  return found;
}
