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
    pattern:
      /\b(?:SELECT|INSERT INTO|INSERT OR|DELETE FROM|UPDATE \w+ SET|CREATE TABLE|PRAGMA|BEGIN|ROLLBACK)\b/,
    rooms: ['src/storage/sqlite/', 'src/storage/postgres/'],
  },
  {
    what: 'the process',
    pattern: /\bprocess\.(?:env|argv|exit\w*|on|once|kill|abort|stdin|stdout|stderr|cwd|chdir)\b/,
    rooms: ['src/server/', 'src/cli/'],
  },
  {
    what: 'the clock',
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bDate\(\)|\bTemporal\.Now\b(?!\.timeZoneId\b)/,
    rooms: ['src/server/', 'src/cli/', 'src/gatehouse.ts'],
  },
  {
    what: 'randomness or hashing',
    pattern:
      /\brandom(?:Bytes|UUID|Int|Fill\w*)\b|\bgetRandomValues\b|\bMath\.random\b|\bcreateH(?:ash|mac)\b|\bsubtle\b/,
    rooms: ['src/crypto/'],
  },
  {
    what: 'HTTP',
    pattern:
      /\bnew (?:Response|Headers)\b|\bResponse\.\w+\(|\bstatus(?:Code)?: ?\d|['"](?:set-cookie|content-type)['"]/i,
    rooms: ['src/http/', 'src/server/'],
  },
];

/** Modules that only some rooms may import. */
const modules: readonly Word[] = [
  { what: 'node:sqlite', pattern: /^node:sqlite$/, rooms: ['src/storage/sqlite/'] },
  { what: 'node:crypto', pattern: /^node:crypto$/, rooms: ['src/crypto/'] },
  {
    what: 'an HTTP library',
    pattern: /^(?:hono|@hono\/.*|node:https?|node:net)$/,
    rooms: ['src/http/', 'src/server/'],
  },
  { what: 'PostgreSQL', pattern: /^pg(?:$|[/-])/, rooms: ['src/storage/postgres/'] },
  { what: 'a log', pattern: /^pino$/, rooms: ['src/server/'] },
  { what: 'a metrics library', pattern: /^prom-client(?:\/|$)/, rooms: ['src/server/metrics-server.ts'] },
  { what: 'a mail library', pattern: /^nodemailer(?:\/|$)/, rooms: ['src/mail/'] },
  { what: 'a browser', pattern: /^bowser$/, rooms: ['src/http/'] },
  { what: 'a cookie library', pattern: /^tough-cookie$/, rooms: ['src/cli/doctor/cookie/'] },
];

/** Law 2: a room speaks only its own words. */
export function lawTwo(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const code = withoutComments(source.text);
    const said = words.filter(({ pattern, rooms }) => pattern.test(code) && !isIn(source.path, rooms));
    const imported = modules.filter(
      ({ pattern, rooms }) =>
        importsOf(source).some((name) => pattern.test(name)) &&
        !isIn(source.path, rooms) &&
        !comparesInTime(source),
    );
    return [...said, ...imported].map(({ what }) => `${source.path} must not speak of ${what}`);
  });
}

function isIn(path: string, rooms: readonly string[]): boolean {
  return rooms.some((room) => (room.endsWith('/') ? path.startsWith(room) : path === room));
}

/** To compare two hashes is a rule of the concept, not a computation: it may import this one name. */
function comparesInTime({ path, text }: Source): boolean {
  const comparison = "import { timingSafeEqual } from 'node:crypto';";
  return path === 'src/concepts/passwords/passwords.ts' && text.includes(comparison);
}

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}
