/** The summary of an import: counts by outcome, and the first lines of each problem. */

import type { Imported } from '../../maintenance/import/import.ts';
import type { ImportFormat, Place } from '../../maintenance/import/records.ts';
import type { ReportEntry, ReportGroup } from '../../maintenance/import/report.ts';

/** Outcomes that need no lines of their own. */
const quiet: readonly string[] = ['imported', 'unchanged', 'hash_replaced', 'updated', 'ended'];

/** Kinds as they are headed, in the order in which they are shown. */
const heads = {
  account: 'Accounts',
  session: 'Sessions',
  part: 'Parts left out',
  note: 'To look at',
  file: 'Files',
} as const satisfies Record<ReportEntry['kind'], string>;

const kinds = Object.keys(heads) as readonly ReportEntry['kind'][];

/** Counts by kind and outcome, and what else is known at the end. */
export function countsJson({
  groups,
  isComplete,
  toWrap,
  toWrapInAll,
  pruned,
  weakTried,
  withPassword,
}: Imported) {
  const counted = kinds.map((kind) => [
    `${kind}s`,
    Object.fromEntries(ofKind(groups, kind).map(({ outcome, count }) => [outcome, count])),
  ]);
  return {
    complete: isComplete,
    ...(Object.fromEntries(counted) as Record<`${ReportEntry['kind']}s`, Record<string, number>>),
    hashes_to_wrap: toWrap,
    hashes_to_wrap_in_all: toWrapInAll,
    sessions_pruned: pruned,
    weak_passwords_tried: weakTried,
    accounts_with_password: withPassword,
  };
}

export function importedJson(imported: Imported, { name }: ImportFormat, isDryRun: boolean) {
  const { groups } = imported;
  return {
    from: name,
    dry_run: isDryRun,
    ...countsJson(imported),
    problems: groups.filter(isLoud).map(({ kind, outcome, count, first }) => ({
      kind,
      outcome,
      count,
      lines: first.map(({ place, userId, message, other }) => ({
        ...place,
        user_id: userId,
        message,
        other,
      })),
    })),
  };
}

export function importedForPeople(imported: Imported, isDryRun: boolean): string {
  const { groups, pruned, weakTried, withPassword } = imported;
  const summary = kinds
    .map((kind) => [heads[kind], ofKind(groups, kind)] as const)
    .filter(([, some]) => some.length > 0)
    .map(([head, some]) => `${head}: ${some.map(counted).join(', ')}.`);
  const ended = `Sessions that are gone at the origin: ${pruned} ${isDryRun ? 'would end' : 'ended'}.`;
  const tried = `Empty passwords and names were tried on ${weakTried} of ${withPassword} accounts.`;
  return [
    ...(summary.length > 0 ? summary : ['The files have no account and no session.']),
    ...(pruned > 0 ? [ended] : []),
    ...(weakTried > 0 ? [tried] : []),
    ...groups.filter(isLoud).map(details),
  ].join('\n');
}

function counted({ count, outcome }: ReportGroup): string {
  return `${count} ${worded(outcome)}`;
}

function details({ kind, outcome, count, first }: ReportGroup): string {
  const lines = first.map((entry) => `  ${lineOf(entry)}`);
  if (count > first.length) lines.push(`  and ${count - first.length} more: --report writes all`);
  return [`\n${heads[kind]}: ${worded(outcome)}`, ...lines].join('\n');
}

function lineOf({ place, userId, message, other }: ReportEntry): string {
  const about = userId === undefined ? '' : ` user ${userId}.`;
  const also = other === undefined ? '' : ` See ${placeText(other)}.`;
  return `${placeText(place)}:${about}${message === undefined ? '' : ` ${message}`}${also}`;
}

function placeText({ file, line }: Place): string {
  return `${file}:${line}`;
}

function worded(outcome: string): string {
  return outcome.replaceAll('_', ' ');
}

function isLoud({ outcome }: ReportGroup): boolean {
  return !quiet.includes(outcome);
}

function ofKind(groups: readonly ReportGroup[], kind: ReportEntry['kind']): readonly ReportGroup[] {
  return groups.filter((group) => group.kind === kind);
}
