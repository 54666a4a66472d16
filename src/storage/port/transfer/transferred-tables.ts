/** The tables that a move copies, with their columns and keys, as every engine has them. */

/** The type of a column; SHA-256 hashes are 64 hexadecimal digits, and the layout of JSON has no meaning. */
export type TransferKind = 'text' | 'number' | 'hash' | 'json';

interface Shape {
  /** The columns, named as in every engine, in the order of the values of a row. */
  readonly columns: Readonly<Record<string, TransferKind>>;
  /** Rows come in ascending order of these columns, texts and hashes compared bytewise. */
  readonly key: readonly string[];
  /**
   * Deleting a user deletes its rows: rows of a missing user can only come from a program that disabled the foreign keys.
   * `if_any`: a row may belong to no user.
   */
  readonly ofUser?: true | 'if_any';
}

/** Everything that a store keeps, in an order in which it can be written. */
export const transferred = {
  users: {
    columns: {
      id: 'text',
      created_at: 'number',
      email: 'text',
      email_verified_at: 'number',
      disabled_at: 'number',
    },
    key: ['id'],
  },
  auth: {
    columns: { user_id: 'text', canonical: 'text', identifier: 'text', password_hash: 'text' },
    key: ['canonical'],
  },
  sessions: {
    columns: {
      user_id: 'text',
      id_hash: 'hash',
      handle: 'text',
      contract: 'text',
      created_at: 'number',
      last_seen_at: 'number',
      idle_expires_at: 'number',
      expires_at: 'number',
      proven_at: 'number',
      network: 'text',
      device: 'text',
    },
    key: ['id_hash'],
    ofUser: true,
  },
  ended: {
    columns: {
      id_hash: 'hash',
      user_id: 'text',
      handle: 'text',
      ended_at: 'number',
      event: 'text',
      outcome: 'text',
      contract: 'text',
    },
    key: ['id_hash'],
  },
  tokens: {
    columns: { token_hash: 'hash', user_id: 'text', purpose: 'text', email: 'text', expires_at: 'number' },
    key: ['token_hash'],
    ofUser: true,
  },
  invitations: {
    columns: { canonical: 'text', token_hash: 'hash', user_id: 'text', expires_at: 'number' },
    key: ['canonical'],
  },
  devices: {
    columns: { user_id: 'text', device_hash: 'hash', last_used_at: 'number' },
    key: ['user_id', 'device_hash'],
    ofUser: true,
  },
  second_factors: {
    columns: {
      user_id: 'text',
      since: 'number',
      totp_secret: 'text',
      totp_enrolled_at: 'number',
      totp_step: 'number',
      failures: 'number',
    },
    key: ['user_id'],
    ofUser: true,
  },
  recovery_codes: {
    columns: { user_id: 'text', code_hash: 'hash' },
    key: ['user_id', 'code_hash'],
    ofUser: true,
  },
  passkeys: {
    columns: {
      credential_id: 'text',
      user_id: 'text',
      handle: 'text',
      name: 'text',
      public_key: 'text',
      counter: 'number',
      transports: 'text',
      is_synced: 'number',
      created_at: 'number',
      last_used_at: 'number',
    },
    key: ['credential_id'],
    ofUser: true,
  },
  browser_tokens: {
    columns: {
      token_hash: 'hash',
      user_id: 'text',
      purpose: 'text',
      handle: 'text',
      details: 'json',
      created_at: 'number',
      expires_at: 'number',
    },
    key: ['token_hash'],
    ofUser: 'if_any',
  },
  imported_accounts: {
    columns: {
      user_id: 'text',
      source: 'text',
      fingerprint: 'hash',
      imported_at: 'number',
      name_form: 'text',
      hash_kind: 'text',
      sample_key: 'number',
      origin_state: 'text',
    },
    key: ['user_id'],
    ofUser: true,
  },
  imported_sessions: {
    columns: { id_hash: 'hash', user_id: 'text', source: 'text' },
    key: ['id_hash'],
    ofUser: true,
  },
  imported_removed: { columns: { account_hash: 'hash' }, key: ['account_hash'] },
  import_key: { columns: { id: 'number', key: 'hash' }, key: ['id'] },
  throttle: { columns: { key: 'hash', count: 'number', window_ends_at: 'number' }, key: ['key'] },
  mails: {
    columns: {
      id: 'number',
      kind: 'text',
      user_id: 'text',
      recipient: 'text',
      canonical: 'text',
      details: 'json',
      created_at: 'number',
      failures: 'number',
      due_at: 'number',
      sent_at: 'number',
    },
    key: ['id'],
  },
  audit_ends: {
    columns: { id: 'number', start_seq: 'number', start_hash: 'hash', last_seq: 'number', last_hash: 'hash' },
    key: ['id'],
  },
  audit: {
    columns: {
      seq: 'number',
      at: 'number',
      event: 'text',
      outcome: 'text',
      user_id: 'text',
      handle: 'text',
      contract: 'text',
      network: 'text',
      request_id: 'text',
      hash: 'hash',
    },
    key: ['seq'],
  },
} as const satisfies Readonly<Record<string, Shape>>;

export type TransferTable = keyof typeof transferred;

/** The shape of a table, with names as strings. */
export function shapeOf(table: TransferTable): Shape {
  return transferred[table];
}

/** The names of all tables, in an order in which they can be written. */
export const transferTables = Object.keys(transferred) as readonly TransferTable[];

/** One row: a value for each column of its table. */
export type TransferRow = readonly (string | number | null)[];

/** The values of a row in the columns of its key. */
export function keyOf(table: TransferTable, row: TransferRow): TransferRow {
  const { columns, key } = shapeOf(table);
  const names = Object.keys(columns);
  return key.map((column) => row[names.indexOf(column)] ?? null);
}

/** The name of a row, for messages. */
export function nameOf(table: TransferTable, row: TransferRow): string {
  const values = keyOf(table, row);
  return shapeOf(table)
    .key.map((column, n) => `${column} ${values[n]}`)
    .join(', ');
}
