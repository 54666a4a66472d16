/** The native format: one JSON object a line, an account with its sessions, as `gatehouse export` writes it. */

import { Fields, Unusable } from '../native/fields.ts';
import { accountFields, readAccount } from '../native/read-account.ts';
import { readSession, sessionFields } from '../native/read-session.ts';
import { readLines } from '../reading/lines.ts';
import type {
  Fault,
  FormatOptions,
  ImportFile,
  ImportFormat,
  ImportRecord,
  Place,
  ProblemRecord,
} from '../records.ts';

/** Names of unknown fields that are reported, each once. */
const maxUnknown = 100;

export const native: ImportFormat = {
  name: 'gatehouse',
  summary: 'JSON lines of `gatehouse export`, or of your own (docs/import-format.md)',
  leavesOut: ['The audit, the throttle, links in mails, and invitations.'],
  recognises: (beginning) =>
    /^\s*\{\s*"(?:id|user|username|email)"\s*:/.test(beginning) && hasKnownFields(beginning),
  async *read(files, options) {
    for (const file of files) yield* readFile(file, options);
  },
};

/** Other systems write lines that begin alike: at least one field must be ours, and none may be another's. */
function hasKnownFields(beginning: string): boolean {
  const [line = ''] = beginning.split('\n');
  if (/"(?:_id|passwordHash)"\s*:/.test(line)) return false;
  return /"(?:password_hash|sessions|username|email_verified|created_at|totp_secret)"\s*:/.test(line);
}

async function* readFile(file: ImportFile, options: FormatOptions): AsyncGenerator<ImportRecord> {
  const unknown = new Set<string>();
  for await (const line of readLines(file)) {
    if (line.kind === 'problem') {
      yield line;
      continue;
    }
    if (line.text.trim() === '') continue;
    yield* readLine(line.text, { file: file.name, line: line.number }, options, unknown);
  }
}

function* readLine(
  text: string,
  place: Place,
  options: FormatOptions,
  unknown: Set<string>,
): Generator<ImportRecord> {
  let fields: Fields;
  try {
    fields = new Fields(parsed(text));
    const user = fields.has('id') ? undefined : fields.text('user');
    if (user !== undefined) {
      yield* unknownFields(fields, ['user', 'sessions'], place, unknown);
      yield* readSessions(fields, user, place, unknown);
      return;
    }
    yield readAccount(fields, place, options);
  } catch (error) {
    yield problem('account', place, error);
    return;
  }
  yield* unknownFields(fields, accountFields, place, unknown);
  yield* readSessions(fields, fields.requiredText('id'), place, unknown);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unusable('broken_json', 'The line is not JSON, or is cut off.');
  }
}

function* readSessions(
  fields: Fields,
  userId: string,
  place: Place,
  unknown: Set<string>,
): Generator<ImportRecord> {
  let items: readonly unknown[];
  try {
    items = fields.list('sessions');
  } catch (error) {
    yield problem('session', place, error);
    return;
  }
  for (const [n, item] of items.entries()) {
    try {
      const session = new Fields(item, `sessions[${n}]`);
      yield readSession(session, userId, place);
      yield* unknownFields(session, sessionFields, place, unknown);
    } catch (error) {
      yield problem('session', place, error);
    }
  }
}

/** A field that is not known is not imported, and is reported once. */
function* unknownFields(
  fields: Fields,
  known: readonly string[],
  place: Place,
  told: Set<string>,
): Generator<ProblemRecord> {
  for (const name of fields.unknown(known)) {
    if (told.has(name) || told.size >= maxUnknown) continue;
    told.add(name);
    const shown = /^[\w.-]{1,64}$/.test(name) ? name : 'with an unusual name';
    const message = `The field ${shown} is not known, and is not imported, on this line and others.`;
    yield { kind: 'problem', place, of: 'part', reason: 'unknown_field', message };
  }
}

function problem(of: 'account' | 'session', place: Place, error: unknown): ProblemRecord {
  if (!(error instanceof Unusable)) throw error;
  const { reason, message }: Fault = error;
  return { kind: 'problem', place, of, reason, message };
}
