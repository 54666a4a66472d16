/** The house rules as checks over sources: who imports whom, which words a room speaks, how a file looks. */

import { posix } from 'node:path';

/** A file by its path from the root of the repository. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** The rooms from the top of the stairs down; rooms on one step are strangers. */
const stairs: readonly (readonly string[])[] = [
  ['src/index.ts'],
  ['src/server', 'src/cli'],
  ['src/gatehouse.ts'],
  ['src/maintenance/backup.ts', 'src/maintenance/migrate.ts', 'src/maintenance/periodic-tasks.ts'],
  [
    'src/open-services.ts',
    'src/settings/warnings.ts',
    'src/metrics/metrics.ts',
    'src/metrics/prometheus-text.ts',
  ],
  ['src/wire', 'src/mail'],
  ['src/usecases'],
  ['src/concepts'],
  ['src/crypto', 'src/storage'],
  ['src/settings/settings.ts'],
  ['src/settings/value-parsers.ts', 'src/version.ts', 'src/nohup.ts', 'src/disk-errors.ts'],
];

/** Rooms of one file that were too long for one: the other half, by the name of the room. */
const halves: Readonly<Record<string, string>> = {
  'src/settings/option-table.ts': 'src/settings/settings.ts',
  'src/settings/ip-addresses.ts': 'src/settings/value-parsers.ts',
  'src/settings/database/postgres-url.ts': 'src/settings/value-parsers.ts',
  'src/settings/database/postgres-parameters.ts': 'src/settings/value-parsers.ts',
};

/** Where engines are chosen and opened. */
const composing = ['src/open-services.ts', 'src/maintenance/backup.ts', 'src/maintenance/migrate.ts'];

/** What others may know of storage: the port, values that may be there already, what counts values, the chain, and the ends of sessions. */
const ports = [
  'port',
  'awaitable',
  'histogram',
  'chain',
  'counts',
  'degrading',
  'recent',
  'session-ends',
].map((name) => `src/storage/${name}.ts`);

/** Files of `src/wire` and of its folders that stand for one contract each. */
const contracts = ['envelope', 'rest', 'dotjson', 'session', 'sessions', 'account', 'email', 'site'];

/** The suite that every store passes: it knows what a store offers, and neither an engine nor how a test opens one. */
const suite = 'test/storage/conformance';

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
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bDate\(\)|\bTemporal\.Now\b/,
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
    rooms: ['src/wire/', 'src/server/'],
  },
];

/** Modules that only some rooms may import. */
const modules: readonly Word[] = [
  { what: 'node:sqlite', pattern: /^node:sqlite$/, rooms: ['src/storage/sqlite/'] },
  { what: 'node:crypto', pattern: /^node:crypto$/, rooms: ['src/crypto/'] },
  {
    what: 'an HTTP library',
    pattern: /^(?:hono|@hono\/.*|node:https?|node:net)$/,
    rooms: ['src/wire/', 'src/server/'],
  },
  { what: 'PostgreSQL', pattern: /^pg(?:$|[/-])/, rooms: ['src/storage/postgres/'] },
  { what: 'a log', pattern: /^pino$/, rooms: ['src/server/'] },
  { what: 'a metrics library', pattern: /^prom-client(?:\/|$)/, rooms: ['src/server/metrics-server.ts'] },
  { what: 'a mail library', pattern: /^nodemailer(?:\/|$)/, rooms: ['src/mail/'] },
  { what: 'a browser', pattern: /^bowser$/, rooms: ['src/wire/'] },
  { what: 'a cookie library', pattern: /^tough-cookie$/, rooms: ['src/cli/cookie/'] },
];

/** What a file imports, by a name or for its effect, as types or at run time. */
export function importsOf({ text }: Source): string[] {
  const pattern =
    /^(?:import|export)\b[^'"`;]*?\bfrom\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** Law 1: imports go down the stairs, never up, never sideways. */
export function lawOne(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    targetsOf(source)
      .filter((target) => !mayImport(source.path, target))
      .map((target) => `${source.path} must not import ${target}`),
  );
}

/** Circles of imports, each as the files in it; there are to be none, of types or at run time. */
export function circles(sources: readonly Source[]): string[] {
  const imports = new Map(sources.map((source) => [source.path, targetsOf(source)]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path].join(' > '));
    if (start >= 0 || done.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return found;
}

function targetsOf(source: Source): string[] {
  return importsOf(source)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(source.path), specifier));
}

function mayImport(from: string, to: string): boolean {
  if (from.startsWith(suite)) return to.startsWith(suite) || to === 'src/storage/port/port.ts';
  const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
  if (fromRoom === undefined || toRoom === undefined) return false;
  if (fromRoom !== toRoom)
    return stepOf(fromRoom) < stepOf(toRoom) && (!isEngine(to) || composing.includes(from));
  if (fromRoom === 'src/concepts') return partOf(from) === partOf(to);
  if (fromRoom === 'src/storage') return ports.includes(to) || partOf(from) === partOf(to);
  return !(fromRoom === 'src/wire' && isContract(from) && isContract(to));
}

function roomOf(path: string): string | undefined {
  const own = halves[path] ?? (path.startsWith('src/settings/') ? 'src/settings/settings.ts' : path);
  return stairs.flat().find((room) => own === room || own.startsWith(`${room}/`));
}

function stepOf(room: string): number {
  return stairs.findIndex((step) => step.includes(room));
}

/** The concept or the engine a file belongs to: a folder, or a file beside folders. */
function partOf(path: string): string | undefined {
  return path.split('/')[2]?.replace(/\.ts$/, '');
}

/** Everything in storage that is no port is an engine. */
function isEngine(path: string): boolean {
  return roomOf(path) === 'src/storage' && !ports.includes(path);
}

function isContract(path: string): boolean {
  return contracts.includes(posix.basename(path, '.ts'));
}

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

/** The longest file that can be read at one sitting. */
const mostLines = 250;

/** How a file looks: its name, its length, and the sentence it opens with. */
export function looks({ path, text }: Source): string[] {
  const lines = text.replace(/\n$/, '').split('\n').length;
  return [
    ...(/^(?:[a-z0-9-]+\/)*[a-z0-9-]+(?:\.(?:test|config))?\.[jt]s$/.test(path)
      ? []
      : [`${path} is not in lower case`]),
    ...(/(?:^|\/)(?:helpers?|utils?|misc|common\/|shared\/)|service|impl\b/i.test(path)
      ? [`${path} has a name that says nothing`]
      : []),
    ...(lines > mostLines ? [`${path} has ${lines} lines`] : []),
    ...(opensWithSentence(path, text)
      ? []
      : [`${path} does not open with one sentence that says what it is for`]),
  ];
}

/** The first paragraph of the first comment is one sentence; plain JavaScript opens with a line comment. */
function opensWithSentence(path: string, text: string): boolean {
  const body = text.replace(/^#!.*\n/, '');
  const comment = path.endsWith('.js')
    ? /^\/\/ (.*)\n/.exec(body)
    : /^\/\*\* ([\s\S]*?) \*\/\n|^\/\*\*\n([\s\S]*?)\n \*\/\n/.exec(body);
  const paragraph = (comment?.[1] ?? comment?.[2] ?? '')
    .split(/\n \*\n/)[0]
    ?.replace(/^ \* ?/gm, '')
    .replace(/\s+/g, ' ');
  return /^[A-Z0-9`].*[.?:](?: \([^)]*\))?$/.test(paragraph ?? '') && !/[.?!] [A-Z`]/.test(paragraph ?? '');
}
