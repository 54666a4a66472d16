/** The doctor's checks of a PostgreSQL database: whether it is usable, and what it may lose. */

import { inspectServer, type ServerInspection } from '../../maintenance/backup.ts';
import type { Settings } from '../../settings/settings.ts';
import { StoreUnavailable, StoreUnusable } from '../../storage/port/port.ts';
import { type Finding, finder } from './finding.ts';
import { keyFindings } from './key-checks.ts';
import { clockFindings, clockSlackMs, codeSlackMs, codesAllow } from './local-checks.ts';

/** Inspects the database of the settings; `clock` is that of this machine. */
export async function remoteFindings(settings: Settings, clock: () => number): Promise<Finding[]> {
  let found: ServerInspection;
  try {
    found = await inspectServer(settings, clock);
  } catch (error) {
    if (!(error instanceof StoreUnusable || error instanceof StoreUnavailable)) throw error;
    return [finder('database').problem(error.message)];
  }
  return [
    ...databaseFindings(found),
    ...transportFindings(found),
    ...durabilityFindings(found),
    ...timeFindings(found, clock()),
    ...(await keyFindings(settings, found.sealed)),
    ...newsFindings(found),
    ...connectionFindings(found, settings.databaseConnections),
  ];
}

function databaseFindings(found: ServerInspection): Finding[] {
  const { ok, warning, problem } = finder('database');
  const { server, schema, schemaKnown, closedBecause, isReadOnly, halfAccounts, hashesToWrap = 0 } = found;
  const findings = [
    ...(isReadOnly
      ? [problem('It answers read-only: it is a standby, or was demoted. Point DATABASE_URL at the primary.')]
      : []),
    ...(closedBecause === undefined ? [] : [problem(closedBecause)]),
    ...(schema === undefined
      ? [warning('It has no tables yet; the first start of the server makes them.')]
      : []),
    ...(schema !== undefined && schema < schemaKnown
      ? [warning(`It has schema ${schema}; the next start of the server brings it to ${schemaKnown}.`)]
      : []),
    ...(schema !== undefined && schema > schemaKnown
      ? [warning(`A newer Gatehouse brought it to schema ${schema}; this one knows ${schemaKnown}.`)]
      : []),
    ...(halfAccounts === undefined || halfAccounts === 0
      ? []
      : [problem(`Accounts with only one of their two records: ${halfAccounts}. They cannot log in.`)]),
    ...(hashesToWrap > 0
      ? [
          warning(
            `Imported password hashes that are too weak to be stored as they are: ${hashesToWrap}. Run \`gatehouse wrap\`.`,
          ),
        ]
      : []),
  ];
  const well = `PostgreSQL ${server} answers, and takes writes; its tables have schema ${schema}.`;
  return findings.length === 0 ? [ok(well)] : findings;
}

function transportFindings({ isPrivate }: ServerInspection): Finding[] {
  const { ok, warning } = finder('tls');
  return [
    isPrivate
      ? ok('The connection to the database is encrypted, or stays on this machine.')
      : warning(
          'DATABASE_URL leads to another machine without TLS that is checked: add sslmode=verify-full to it.',
        ),
  ];
}

/** Checks the durability of an acknowledged logout. */
function durabilityFindings({ durability, standbys }: ServerInspection): Finding[] {
  const { ok, warning, problem } = finder('durability');
  const { fsync, full_page_writes, synchronous_commit, synchronous_standby_names: names } = durability;
  const findings = [
    ...(fsync === 'off'
      ? [problem('fsync is off: a power cut may lose or destroy everything. Turn it on at the server.')]
      : []),
    ...(full_page_writes === 'off'
      ? [
          problem(
            'full_page_writes is off: a power cut may destroy tables, unless the file system writes pages whole.',
          ),
        ]
      : []),
    ...(synchronous_commit === 'off'
      ? [
          warning(
            'synchronous_commit is off. Gatehouse turns it on for itself; others on this server do not.',
          ),
        ]
      : []),
    ...(names !== '' && synchronous_commit === 'local'
      ? [
          warning(
            'synchronous_commit is local: the standbys in synchronous_standby_names are not waited for.',
          ),
        ]
      : []),
    ...(names === '' && standbys > 0
      ? [
          warning(
            'Its standbys follow asynchronously: what one has not received when it takes over is lost, ' +
              'and ended sessions live again. synchronous_standby_names prevents it.',
          ),
        ]
      : []),
    ...(names !== '' && standbys === 0
      ? [
          problem(
            'synchronous_standby_names is set, and no standby follows: writes wait and are answered 503.',
          ),
        ]
      : []),
  ];
  const well = names === '' ? 'on its disk' : 'on the disks of it and a standby';
  return findings.length === 0 ? [ok(`What is acknowledged is ${well}.`)] : findings;
}

/** The server's clock decides over sessions and codes (ruling N4); that of this machine writes the log. */
function timeFindings({ aheadMs, aheadWithinMs, newestEntryAt, sealed }: ServerInspection, now: number) {
  const { ok, warning } = finder('clock');
  const apartMs = Math.max(0, Math.abs(aheadMs) - aheadWithinMs);
  const judgesCodes = (sealed ?? []).length > 0;
  const codes = judgesCodes ? ` ${codesAllow}` : '';
  return [
    apartMs > (judgesCodes ? codeSlackMs : clockSlackMs)
      ? warning(
          `The clocks of the database and of this machine are ${Math.round(apartMs / 1_000)} s apart: one is wrong. ` +
            `That of the database decides over sessions.${codes}`,
        )
      : ok(`The clocks of the database and of this machine agree.${codes}`),
    ...clockFindings({
      now: now + aheadMs,
      newestEntryAt,
      whose: 'the clock of the database',
      judgesCodes,
    }).filter(({ verdict }) => verdict !== 'ok'),
  ];
}

function newsFindings({ receivesNotifications, isPooled }: ServerInspection): Finding[] {
  const { ok, warning } = finder('notifications');
  if (receivesNotifications) return [ok('Notifications arrive: a logout holds on all nodes at once.')];
  return [
    isPooled
      ? warning(
          'A pooler delivers no notifications: a logout holds on other nodes within a second. ' +
            'Set GATEHOUSE_DATABASE_LISTEN_URL to the address of the database itself.',
        )
      : warning('Notifications do not arrive: a logout holds on other nodes within a second, not at once.'),
  ];
}

function connectionFindings({ freeConnections }: ServerInspection, limit: number): Finding[] {
  const { ok, warning } = finder('connections');
  const says = `The server has room for ${freeConnections} more connections; a node opens up to ${limit}`;
  return [
    freeConnections < limit
      ? warning(`${says}. Raise max_connections, or lower GATEHOUSE_DATABASE_CONNECTIONS.`)
      : ok(`${says}.`),
  ];
}
