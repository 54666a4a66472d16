/** Law 1 as a check over sources: which file may import which. */

import { posix } from 'node:path';

/** A file by its path from the root of the repository. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** The rooms from the top of the stairs down; rooms on one step are strangers. */
const stairs: readonly (readonly string[])[] = [
  ['src/adapters'],
  ['src/index.ts'],
  ['src/server', 'src/cli'],
  ['src/gatehouse.ts'],
  ['src/maintenance'],
  ['src/metrics'],
  ['src/open-services.ts'],
  ['src/open-factors.ts'],
  ['src/library', 'src/pages'],
  ['src/http', 'src/mail'],
  ['src/usecases'],
  ['src/concepts'],
  ['src/crypto', 'src/storage'],
  ['src/settings'],
  ['src/version.ts', 'src/nohup.ts', 'src/disk-errors.ts', 'src/messages'],
  ['src/client', 'src/conformance'],
];

/** The stairs inside rooms: from the top down, folders and files that may import only what is below them. */
const innerStairs: readonly (readonly string[])[][] = [
  [
    ['src/http/handler.ts', 'src/http/served-contracts.ts'],
    ['src/http/contracts', 'src/http/routes'],
    ['src/http/request'],
  ],
  [['src/usecases/admin'], ['src/usecases/account']],
  [['src/cli/program.ts'], ['src/cli/commands'], ['src/cli/doctor']],
  [
    ['src/settings/read-settings.ts'],
    ['src/settings/environment'],
    ['src/settings/option-table.ts'],
    ['src/settings/options'],
    ['src/settings/database'],
  ],
  [
    ['src/messages/messages.ts'],
    ['src/messages/languages/en.ts', 'src/messages/languages/de.ts'],
    ['src/messages/languages'],
    ['src/messages/texts.ts', 'src/messages/language-choice.ts'],
  ],
  [
    ['src/conformance/conformance.ts'],
    ['src/conformance/reports', 'src/conformance/cases', 'src/conformance/probe.ts'],
    ['src/conformance/options.ts'],
    ['src/conformance/case.ts'],
    ['src/conformance/context.ts', 'src/conformance/cookies.ts'],
  ],
];

/** Where engines are chosen and opened. */
const composing = [
  'src/open-services.ts',
  'src/maintenance/backup.ts',
  'src/maintenance/migrate.ts',
  'src/maintenance/import/reading/databases.ts',
  'src/maintenance/import/import.ts',
  'src/maintenance/import/export.ts',
];

/** What others may know of storage: the port, and the rules that every engine keeps. */
const ports = ['src/storage/port/', 'src/storage/shared/'];

/** What routes share: who is signed in, how things are read and shown, and the document that describes them. */
const sharedByRoutes = [
  'src/http/routes/signed-in.ts',
  'src/http/routes/representations.ts',
  'src/http/routes/passkey-input.ts',
  'src/http/routes/openapi-document.ts',
];

/** The suite that every store passes: it knows what a store offers, and neither an engine nor how a test opens one. */
const suite = 'test/storage/conformance';

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
  const visit = (path: string, walked: readonly string[]): void => {
    const start = walked.indexOf(path);
    if (start >= 0) found.push([...walked.slice(start), path].join(' > '));
    if (start >= 0 || done.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...walked, path]);
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
  // The client runs in browsers and in other programs: the server has no use for it.
  if (toRoom === 'src/client') return fromRoom === toRoom;
  if (fromRoom !== toRoom)
    return stepOf(fromRoom) < stepOf(toRoom) && (!isEngine(to) || composing.includes(from));
  if (goesUpInside(from, to)) return false;
  if (fromRoom === 'src/concepts') return partOf(from) === partOf(to);
  if (fromRoom === 'src/storage') return !isEngine(to) || partOf(from) === partOf(to);
  return !isContract(from) || !isContract(to);
}

/** The steps that no file stands on any more, and the exceptions that no import needs. */
export function unneededExceptions(sources: readonly Source[]): string[] {
  const imports = sources.flatMap((source) =>
    targetsOf(source).map((target) => ({ from: source.path, target })),
  );
  const isThere = (place: string) => sources.some(({ path }) => isInside(path, place));
  const opensEngine = (path: string) => imports.some(({ from, target }) => from === path && isEngine(target));
  const isShared = (path: string) =>
    isThere(path) && imports.some(({ from, target }) => target === path && isContract(from));
  return [
    ...[...stairs, ...innerStairs.flat()]
      .flat()
      .filter((place) => !isThere(place))
      .map((place) => `${place} is not there`),
    ...composing.filter((path) => !opensEngine(path)).map((path) => `${path} opens no engine`),
    ...sharedByRoutes.filter((path) => !isShared(path)).map((path) => `${path} is not shared by routes`),
  ];
}

function roomOf(path: string): string | undefined {
  return stairs.flat().find((room) => isInside(path, room));
}

function stepOf(room: string): number {
  return stairs.findIndex((step) => step.includes(room));
}

function isInside(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

/** Whether an import goes up the stairs inside a room. */
function goesUpInside(from: string, to: string): boolean {
  return innerStairs.some((inner) => {
    const step = (path: string) => inner.findIndex((places) => places.some((place) => isInside(path, place)));
    const [fromStep, toStep] = [step(from), step(to)];
    return fromStep >= 0 && toStep >= 0 && toStep < fromStep;
  });
}

/** The concept or the engine a file belongs to: a folder, or a file beside folders. */
function partOf(path: string): string | undefined {
  return path.split('/')[2]?.replace(/\.ts$/, '');
}

/** Everything in storage that is neither a port nor shared is an engine. */
function isEngine(path: string): boolean {
  return roomOf(path) === 'src/storage' && !ports.some((port) => path.startsWith(port));
}

/** The three contracts and the groups of routes beside them are strangers to one another. */
function isContract(path: string): boolean {
  return /^src\/http\/(?:contracts|routes)\//.test(path) && !sharedByRoutes.includes(path);
}
