/** Law 2 as a check over sources: which words and which libraries belong to which room. */

import { importsOf, type Source } from './house.ts';

interface Word {
  readonly what: string;
  readonly pattern: RegExp;
  /** Where it may be said: paths, or beginnings of paths that end in a slash. */
  readonly rooms: readonly string[];
}

/** Words that only some rooms speak. Comments may say anything. */
const words: readonly Word[] = [
  {
    what: 'SQL',
    pattern: new RegExp(
      [
        String.raw`\b(?:SELECT|INSERT OR|PRAGMA|BEGIN|ROLLBACK)\b`,
        String.raw`\b(?:[Ii]nsert into|[Dd]elete from|[Uu]pdate \w+ set|[Cc]reate table)\b`,
        String.raw`\b(?:INSERT INTO|DELETE FROM|UPDATE \w+ SET|CREATE TABLE)\b`,
      ].join('|'),
    ),
    rooms: ['src/storage/sqlite/', 'src/storage/postgres/'],
  },
  {
    what: 'the process',
    // A member, by a dot or a key, or the whole as a value. A full stop behind the word is none of these.
    pattern:
      /\bprocess(?:\s*\?\.|\s*\[|\s*\.(?!(?:pid|platform|versions|getuid)\b)\w)|[=(,]\s*process\s*[;,)]/,
    // An adapter starts Gatehouse inside a process that is the application's, with the settings of its environment.
    rooms: ['src/server/', 'src/cli/', 'src/adapters/'],
  },
  {
    // SQLite works on files: they have owners, and names that no other process may take.
    what: 'the identity of the process',
    pattern: /\bprocess\.(?:pid|platform|versions|getuid)\b/,
    rooms: ['src/server/', 'src/cli/', 'src/storage/sqlite/'],
  },
  {
    what: 'the clock',
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bDate\(\)|\bTemporal\.Now\b(?!\.timeZoneId\b)/,
    // The kit judges what a server says about the present.
    rooms: ['src/cli/', 'src/conformance/conformance.ts', 'src/gatehouse.ts'],
  },
  {
    what: 'the stopwatch',
    pattern: /\bperformance\.(?:now|timeOrigin)\b|\bhrtime\b/,
    rooms: [
      'src/server/',
      'src/cli/',
      'src/conformance/',
      'src/usecases/pacer.ts',
      'src/crypto/',
      'src/storage/',
    ],
  },
  {
    what: 'randomness or hashing',
    pattern:
      /\brandom(?:Bytes|UUID|Int|Fill\w*)\b|\bgetRandomValues\b|\bMath\.random\b|\bcreateH(?:ash|mac)\b|\bsubtle\b/,
    // The kit makes names that no account of a foreign server has.
    rooms: ['src/crypto/', 'src/conformance/conformance.ts'],
  },
  {
    what: 'HTTP',
    pattern: new RegExp(
      [
        String.raw`\bnew (?:Response|Headers)\b|\bResponse\.\w+\(|\bwriteHead\(`,
        String.raw`\bstatus(?:Code)?\s*(?::|[!=<>]=*)\s*[1-5]\d\d\b`,
        '[\'"](?:set-cookie|content-type)[\'"]',
      ].join('|'),
      'i',
    ),
    // The doctor is a client of the server, as are the client and the conformance kit.
    rooms: [
      'src/http/',
      'src/conformance/',
      'src/pages/',
      'src/client/',
      'src/adapters/',
      'src/server/metrics-server.ts',
      'src/cli/doctor/server-checks.ts',
    ],
  },
];

/** Modules that only some rooms may import. */
const modules: readonly Word[] = [
  { what: 'node:sqlite', pattern: /^node:sqlite$/, rooms: ['src/storage/sqlite/'] },
  { what: 'node:crypto', pattern: /^node:crypto$/, rooms: ['src/crypto/'] },
  {
    what: 'an HTTP library',
    pattern: /^(?:hono|@hono\/.*|node:https?)$/,
    // The doctor sends headers that no other client would, and answers in place of an application.
    rooms: [
      'src/http/',
      'src/server/',
      'src/adapters/',
      'src/conformance/client/',
      'src/cli/doctor/forward/',
    ],
  },
  {
    what: 'sockets and their addresses',
    pattern: /^node:net$/,
    rooms: ['src/http/', 'src/server/', 'src/settings/ip-addresses.ts'],
  },
  { what: 'the process', pattern: /^(?:node:)?process$/, rooms: [] },
  { what: 'PostgreSQL', pattern: /^pg(?:$|[/-])/, rooms: ['src/storage/postgres/'] },
  { what: 'a log', pattern: /^pino$/, rooms: ['src/server/'] },
  { what: 'a metrics library', pattern: /^prom-client(?:\/|$)/, rooms: ['src/server/metrics-server.ts'] },
  { what: 'a mail library', pattern: /^nodemailer(?:\/|$)/, rooms: ['src/mail/'] },
  { what: 'a choice of languages', pattern: /^negotiator$/, rooms: ['src/messages/'] },
  { what: 'a browser', pattern: /^bowser$/, rooms: ['src/http/'] },
  { what: 'a cookie library', pattern: /^tough-cookie$/, rooms: ['src/cli/doctor/cookie/'] },
];

/** Law 2: a room speaks only its own words. */
export function lawTwo(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    [...words.map(saying), ...modules.map(importing)]
      .filter(({ isIn, rooms }) => isIn(source) && !rooms.some((room) => holds(room, source)))
      .map(({ what }) => `${source.path} must not speak of ${what}`),
  );
}

/** The permissions that no source needs, each with the room that has it. */
export function unneededRooms(sources: readonly Source[]): string[] {
  return [...words.map(saying), ...modules.map(importing)].flatMap(({ what, isIn, rooms }) =>
    rooms
      .filter((room) => !sources.some((source) => holds(room, source) && isIn(source)))
      .map((room) => `${room} need not speak of ${what}`),
  );
}

/** To compare two hashes is a rule of a concept, not a computation. */
const comparison = /^import \{ timingSafeEqual \} from 'node:crypto';$/m;

interface Permission extends Word {
  readonly isIn: (source: Source) => boolean;
}

function saying(word: Word): Permission {
  return { ...word, isIn: ({ text }) => word.pattern.test(withoutComments(text)) };
}

function importing(module: Word): Permission {
  return {
    ...module,
    isIn: ({ path, text }) =>
      importsOf({ path, text: text.replace(comparison, '') }).some((name) => module.pattern.test(name)),
  };
}

function holds(room: string, { path }: Source): boolean {
  return room.endsWith('/') ? path.startsWith(room) : path === room;
}

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}
