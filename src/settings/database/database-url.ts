/** Validates the address of a database, and corrects the notation of other programs. */

import { postgresUrl } from '../value-parsers.ts';

/** The path of a file after `file:`, or an address of PostgreSQL. A host before a path is neither. */
export function databaseUrl(text: string): string | undefined {
  if (/^file:\/\/(?!\/)/.test(text)) return undefined;
  return /^file:.*[^/]$/.test(text) ? text : postgresUrl(text);
}

/** The correction of a path or an address of SQLite; empty for other texts, which may contain a password. */
export function databaseUrlHint(text: string): string {
  const [, scheme = '', path = ''] = /^((?:file|sqlite3?):(?:\/\/)?)?([\w. +~/-]*[\w])$/i.exec(text) ?? [];
  const isPath = scheme !== '' || /^\.{0,2}\//.test(path) || /\.(?:db3?|sqlite3?)$/i.test(path);
  if (!isPath || path === '') return '';
  return `For this file write \`file:${/^\.{0,2}\//.test(path) ? path : `./${path}`}\`.`;
}
