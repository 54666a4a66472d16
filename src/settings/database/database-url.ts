/** The address of a database as it is written, and how to write one that was written as other programs do. */

import { postgresUrl } from '../value-parsers.ts';

/** The path of a file behind `file:`, or the address of PostgreSQL. A host in front of a path is neither. */
export function databaseUrl(text: string): string | undefined {
  if (/^file:\/\/(?!\/)/.test(text)) return undefined;
  return /^file:.*[^/]$/.test(text) ? text : postgresUrl(text);
}

/** How to write what looks like a path or an address of SQLite; empty for other texts, which may hold a password. */
export function databaseUrlHint(text: string): string {
  const [, scheme = '', path = ''] = /^((?:file|sqlite3?):(?:\/\/)?)?([\w. +~/-]*[\w])$/i.exec(text) ?? [];
  const isPath = scheme !== '' || /^\.{0,2}\//.test(path) || /\.(?:db3?|sqlite3?)$/i.test(path);
  if (!isPath || path === '') return '';
  return `For this file write \`file:${/^\.{0,2}\//.test(path) ? path : `./${path}`}\`.`;
}
