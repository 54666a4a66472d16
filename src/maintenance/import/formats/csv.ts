/** Any CSV file with a user a line, whose columns the operator names. */

import { digestHash, type ReadHash, readHash } from '../../../crypto/hashes/read-hash.ts';
import { bytesIn, hexBytes } from '../reading/base64.ts';
import { readCsv } from '../reading/csv-rows.ts';
import { accountRecords, isTrue, malformedHash, problemOf, textOf } from '../reading/made-records.ts';
import { problemOfColumns, rowOf, shown, type Table, type TableRow } from '../reading/table-rows.ts';
import type { FormatOptions, ImportFile, ImportFormat, ImportRecord, ProblemRecord } from '../records.ts';

/** What a column can hold; its name is the default for the column's. */
const parts = [
  'id',
  'username',
  'email',
  'verified',
  'created',
  'disabled',
  'hash',
  'algorithm',
  'salt',
  'totp',
] as const;
type Part = (typeof parts)[number];

const digests = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as const;

export const csv: ImportFormat = {
  name: 'csv',
  summary: 'any CSV file with a user a line; `--column` says which column holds what',
  leavesOut: ['Sessions.', 'Hashes with a pepper, which is in the configuration of their application.'],
  isGeneric: true,
  recognises: (beginning, name) => /\.csv$/i.test(name) && /^[^\n]*[,;\t|]/.test(beginning),
  async *read(files, options) {
    for (const file of files) yield* readFile(file, options);
  },
};

async function* readFile(file: ImportFile, options: FormatOptions): AsyncGenerator<ImportRecord> {
  let header: readonly string[] | undefined;
  const columns = columnsOf(options);
  const table: Table = { name: 'CSV', needs: [columns.id], takes: Object.values(columns) };
  for await (const row of readCsv(file, options.parameters?.['delimiter'])) {
    if (row.kind === 'problem') {
      yield row;
      continue;
    }
    const place = { file: file.name, line: row.line };
    if (header === undefined) {
      header = row.fields.map((field) => field ?? '');
      const problem = problemOfHeader(header, columns, options) ?? problemOfColumns(table, header, place);
      if (problem) return yield { ...problem, place };
      continue;
    }
    const read = rowOf(table, header, row.fields, place);
    if (read.kind === 'problem') yield read;
    else yield* recordsOf(read, columns, options);
  }
}

type Columns = Readonly<Record<Part, string>>;

function columnsOf({ columns = {} }: FormatOptions): Columns {
  return Object.fromEntries(parts.map((part) => [part, columns[part] ?? part])) as Columns;
}

/** What the operator named and the file does not have, and what no file could have. */
function problemOfHeader(
  header: readonly string[],
  columns: Columns,
  { columns: named = {} }: FormatOptions,
): ProblemRecord | undefined {
  const problem = (message: string) => problemOf({ file: '', line: 1 }, 'file', 'columns', message);
  const known = `It has ${header.slice(0, 40).map(shown).join(', ')}.`;
  const unknown = Object.keys(named).find((part) => !parts.includes(part as Part));
  if (unknown !== undefined)
    return problem(`--column ${shown(unknown)} is not known. A column can hold ${parts.join(', ')}.`);
  const missing = Object.values(named).find((column) => !header.includes(column));
  if (missing !== undefined) return problem(`The file has no column ${shown(missing)}. ${known}`);
  if (!header.includes(columns.id))
    return problem(`Say which column has the user id: --column id=… ${known}`);
  if (!header.includes(columns.username) && !header.includes(columns.email))
    return problem(`Say which column has the name: --column username=… or --column email=… ${known}`);
  return undefined;
}

function* recordsOf(row: TableRow, columns: Columns, options: FormatOptions): Generator<ImportRecord> {
  const value = (part: Part) => row.values.get(columns[part]);
  const [username, email, disabled] = [value('username'), value('email'), textOf(value('disabled'))];
  yield* accountRecords(
    row.place,
    {
      userId: value('id'),
      identifiers: options.identifier === 'email' ? [email, username] : [username, email],
      email,
      isEmailVerified: row.values.has(columns.verified) ? isSet(value('verified')) : undefined,
      createdAt: value('created'),
      // A word, or since when.
      disabledAt: disabled !== undefined && isTrue(disabled) ? 'now' : isSet(disabled) ? disabled : undefined,
      hash: hashOf(row, columns, options),
      totpSecret: textOf(value('totp')),
    },
    options,
  );
}

/** A word that means yes, or an instant since when. */
function isSet(value: string | null | undefined): boolean {
  const text = textOf(value);
  return text !== undefined && !/^(?:f|false|0|n|no|null)$/i.test(text.trim());
}

/** A spelling that names its kind, or a bare digest of the algorithm that a column or a parameter names. */
function hashOf(
  { values }: TableRow,
  columns: Columns,
  { parameters = {} }: FormatOptions,
): ReadHash | undefined {
  const text = textOf(values.get(columns.hash));
  if (text === undefined) return undefined;
  const name = textOf(values.get(columns.algorithm)) ?? parameters['algorithm'] ?? '';
  const algorithm = digests.find((digest) => digest === name.toLowerCase().replace('-', ''));
  if (algorithm === undefined) return readHash(text);
  const hash = hexBytes(text) ?? bytesIn(text);
  if (!hash) return malformedHash('The digest is neither in hexadecimal digits nor in base64.');
  const salt = Buffer.from(values.get(columns.salt) ?? '');
  return digestHash(algorithm, hash, parameters['salt'] === 'after' ? { after: salt } : { before: salt });
}
