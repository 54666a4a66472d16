/** Reports on a valid environment: variables that are not settings, a `TZ` that is not a zone, and files open to others. */

import { type Environment, linkVariables } from '../link-variables.ts';
import { table } from '../option-table.ts';
import { zoneOfProcess } from '../time-zone.ts';
import { secretFileRemarks } from './secret-files.ts';

/** Sentences on one line. A `warn` is for the operator: a value has no effect, or a secret is not kept. */
export interface Remark {
  readonly level: 'info' | 'warn';
  readonly text: string;
}

/** Longer values are cut in messages. */
const maxCharacters = 64;

export function environmentRemarks(env: Environment): Remark[] {
  const files = secretFileRemarks(env).map((text) => ({ level: 'warn', text }) as const);
  return [...linkRemarks(env), ...zoneRemarks(env), ...files];
}

function linkRemarks(env: Environment): Remark[] {
  const settings = Object.values(table).map((setting) => setting.env);
  const ignored = linkVariables(env, settings);
  if (ignored.length === 0) return [];
  const replaced = ignored.filter((name) => settings.includes(name));
  const text =
    `Ignored, because Kubernetes or Docker sets them for a service whose name begins with gatehouse: ${ignored.join(', ')}. ` +
    '`enableServiceLinks: false` in the pod keeps them away.';
  if (replaced.length === 0) return [{ level: 'info', text }];
  const are =
    replaced.length === 1
      ? 'is a setting too and takes its default'
      : 'are settings too and take their defaults';
  return [
    {
      level: 'warn',
      text: `${text} ${replaced.join(' and ')} ${are}: to choose another value, set it in the container as well.`,
    },
  ];
}

function zoneRemarks(env: Environment): Remark[] {
  const tz = env['TZ']?.trim() ?? '';
  if (env[table.timeZone.env]?.trim() || zoneOfProcess(tz).isKnown) return [];
  const written = JSON.stringify(tz.length > maxCharacters ? `${tz.slice(0, maxCharacters)}…` : tz);
  const reason =
    tz === ''
      ? 'The time zone of this machine is not known'
      : `TZ is ${written}, which is not an IANA time zone`;
  return [
    {
      level: 'warn',
      text: `${reason}: \`created\` is written in UTC. Set TZ or GATEHOUSE_TIME_ZONE to a name such as Europe/Berlin.`,
    },
  ];
}
