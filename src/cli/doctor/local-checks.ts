/** The doctor's checks on this machine: settings, database, files, disk and clock. */

import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Inspection, inspect } from '../../maintenance/backup.ts';
import { environmentRemarks } from '../../settings/environment/environment-remarks.ts';
import { isLoopback } from '../../settings/ip-addresses.ts';
import { databaseFile, headerNames, type Settings } from '../../settings/settings.ts';
import { warnings } from '../../settings/warnings.ts';
import { type Finding, finder } from './finding.ts';
import { keyFindings } from './key-checks.ts';

const megabyte = 1_048_576;

/** Less free space than this counts as none. */
const minFreeBytes = 64 * megabyte;

/** A write-ahead log of this size means that an old snapshot is open, or that no checkpoint runs. */
const longLogBytes = 256 * megabyte;

/** A clock before this is wrong: the program is newer. */
const programIsFrom = Date.UTC(2026, 0, 1);

/** The largest accepted difference of two clocks. */
export const clockSlackMs = 60_000;

/** The same for the clock of an app, in milliseconds: codes of one step earlier and later are accepted. */
export const codeSlackMs = 30_000;

export const codesAllow = `Codes of authenticator apps allow a difference of ${codeSlackMs / 1_000} s.`;

/** All findings on this machine, for a database in a file. */
export async function localFindings(settings: Settings, now: number): Promise<Finding[]> {
  const [inspection, database] = databaseFindings(settings);
  const sealed = inspection?.sealed ?? [];
  return [
    ...settingsFindings(settings),
    ...database,
    ...fileFindings(resolve(databaseFile(settings))),
    ...diskFindings(resolve(databaseFile(settings)), inspection?.bytes ?? 0),
    ...clockFindings({ now, newestEntryAt: inspection?.newestEntryAt, judgesCodes: sealed.length > 0 }),
    ...(await keyFindings(settings, sealed)),
    ...proxyFindings(settings),
  ];
}

export function settingsFindings(settings: Settings): Finding[] {
  const { ok, warning } = finder('settings');
  const remarks = environmentRemarks(process.env);
  const unsafe = [
    ...warnings(settings),
    ...remarks.filter(({ level }) => level === 'warn').map(({ text }) => text),
  ];
  const harmless = remarks.filter(({ level }) => level === 'info').map(({ text }) => ok(text));
  const safe = unsafe.length === 0 ? [ok('Every setting can be used, and none is unsafe.')] : [];
  return [...safe, ...harmless, ...unsafe.map(warning)];
}

function databaseFindings(settings: Settings): [Inspection | undefined, Finding[]] {
  const { ok, warning, problem } = finder('database');
  let found: Inspection | undefined;
  try {
    found = inspect(settings);
  } catch (error) {
    return [undefined, [problem((error as Error).message)]];
  }
  if (!found) {
    const file = resolve(databaseFile(settings));
    return [undefined, [warning(`There is none yet at ${file}; the first start of the server makes it.`)]];
  }
  const { damage, schema, schemaKnown, halfAccounts, logBytes, closedBecause, hashesToWrap } = found;
  const version =
    schema > schemaKnown
      ? [problem(`It was written by a newer Gatehouse (schema ${schema}; this one knows ${schemaKnown}).`)]
      : schema < schemaKnown
        ? [warning(`It has schema ${schema}; the next start of the server brings it to ${schemaKnown}.`)]
        : [];
  const findings = [
    ...damage.map((what) => problem(`It is damaged: ${what}. Restore a backup.`)),
    ...version,
    ...(closedBecause === undefined ? [] : [problem(closedBecause)]),
    ...(halfAccounts > 0
      ? [problem(`Accounts with only one of their two records: ${halfAccounts}. They cannot log in.`)]
      : []),
    ...(hashesToWrap > 0
      ? [
          warning(
            `Imported password hashes that are too weak to be stored as they are: ${hashesToWrap}. Run \`gatehouse wrap\`.`,
          ),
        ]
      : []),
    ...(logBytes > longLogBytes
      ? [warning(`Its -wal file has ${inMegabytes(logBytes)}: something holds an old snapshot of it.`)]
      : []),
  ];
  const sound = `It is sound: ${inMegabytes(found.bytes)}, schema ${schema}.`;
  return [found, findings.length === 0 ? [ok(sound)] : findings];
}

/** Other users of this machine must not read hashes, and the server must be able to write. */
function fileFindings(file: string): Finding[] {
  const { ok, warning, problem } = finder('files');
  const folder = dirname(file);
  if (!existsSync(file)) return existsSync(folder) ? accessFindings(folder) : [];
  const findings = [...accessFindings(folder), ...accessFindings(file)];
  if (process.platform !== 'win32') {
    for (const path of [file, `${file}-wal`, `${file}-shm`].filter(existsSync)) {
      const mode = statSync(path).mode & 0o777;
      const others = `${path} has mode ${mode.toString(8)}; chmod 600 keeps it to its owner.`;
      if (mode & 0o007) findings.push(problem(`Every user of this machine may open the database: ${others}`));
      else if (mode & 0o070) findings.push(warning(`A group may open the database: ${others}`));
    }
    const { mode, uid } = statSync(folder);
    if (mode & 0o002 && !(mode & 0o1000))
      findings.push(
        problem(`Every user of this machine may replace the database: ${folder} is open to all.`),
      );
    if (uid !== statSync(file).uid)
      findings.push(
        warning(`${file} and ${folder} have different owners: the server may not be able to write.`),
      );
  }
  return findings.length === 0 ? [ok('Only its owner may open the database.')] : findings;
}

function accessFindings(path: string): Finding[] {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return [];
  } catch (error) {
    return [finder('files').problem((error as Error).message)];
  }
}

function diskFindings(file: string, databaseBytes: number): Finding[] {
  const { ok, warning, problem } = finder('disk');
  let folder = dirname(file);
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const says = `${inMegabytes(free)} are free where the database is.`;
  if (free < minFreeBytes) return [problem(says)];
  return [free < databaseBytes * 2 ? warning(`${says} A copy of it leaves too little.`) : ok(says)];
}

interface Clock {
  readonly now: number;
  readonly newestEntryAt: number | undefined;
  readonly whose?: string;
  /** Whether codes of authenticator apps depend on it. */
  readonly judgesCodes: boolean;
}

/** Checks a clock against the age of the program and the newest audit entry. */
export function clockFindings({
  now,
  newestEntryAt,
  whose = "this machine's clock",
  judgesCodes,
}: Clock): Finding[] {
  const { ok, problem } = finder('clock');
  const says = `It is ${new Date(now).toISOString()} by ${whose}`;
  if (now < programIsFrom) return [problem(`${says}, which is before this program was written.`)];
  const codes = judgesCodes ? ` ${codesAllow}` : '';
  if (newestEntryAt === undefined || newestEntryAt <= now + clockSlackMs) return [ok(`${says}.${codes}`)];
  return [
    problem(
      `${says}, but the newest entry of the audit is from ${new Date(newestEntryAt).toISOString()}: ` +
        `the clock is wrong now, or was then. Sessions may live too long.${codes}`,
    ),
  ];
}

/** Checks the settings of proxies alone; `--url` checks their effect on real requests. */
export function proxyFindings({ host, trustedProxies, forwardedHeader }: Settings): Finding[] {
  const { ok, warning, problem } = finder('proxies');
  const everywhere = trustedProxies.flatMap((proxy) => (proxy !== 'unix' && proxy[1] === 0 ? proxy[0] : []));
  if (everywhere.length > 0) {
    const kinds = everywhere.map((address) => (address.kind() === 'ipv4' ? 'IPv4' : 'IPv6'));
    const all = `every address of ${[...new Set(kinds)].join(' and ')}`;
    return [problem(`GATEHOUSE_TRUSTED_PROXIES trusts ${all}: any client can pretend to be any other.`)];
  }
  if (trustedProxies.length > 0)
    return [ok(`${headerNames[forwardedHeader]} is believed from the trusted proxies alone.`)];
  return [
    isLoopback(host)
      ? warning(
          `The server listens on ${host}. If a proxy brings it requests, all clients count as one until ` +
            'GATEHOUSE_TRUSTED_PROXIES names that proxy.',
        )
      : ok('No proxy is trusted: clients are told apart by the address they come from.'),
  ];
}

function inMegabytes(bytes: number): string {
  return `${(bytes / megabyte).toFixed(bytes < 10 * megabyte ? 1 : 0)} MB`;
}
