/** What a server really did for each statement, read from what `auto_explain` writes into its log. */

import type { PostgresServer } from './server.ts';

/** Settings of a server that logs how it carried out every statement, also those that triggers run. */
export const explaining = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_timing': 'off',
  'auto_explain.log_nested_statements': 'on',
  'auto_explain.log_format': 'json',
};

/** A statement with the tables it has read or changed rows of; those it was spared are left out. */
export interface Carried {
  readonly text: string;
  readonly tables: ReadonlySet<string>;
  /** The most rows that one part of the plan has read, also those that it left out of its answer. */
  readonly rows: number;
  /** The rows that were read of each table, all parts of the plan together. */
  readonly rowsOf: ReadonlyMap<string, number>;
}

interface Node {
  readonly 'Relation Name'?: string;
  readonly 'Actual Loops'?: number;
  readonly 'Actual Rows'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}

/** All statements that were carried out while something was done. */
export async function carriedOut(
  server: Pick<PostgresServer, 'log'>,
  something: () => Promise<unknown>,
): Promise<Carried[]> {
  const from = server.log.length;
  await something();
  return [...server.log.slice(from).matchAll(/duration: .* plan:\n((?:\t.*\n)+)/g)].map(([, json = '']) => {
    const { 'Query Text': text, Plan: plan } = JSON.parse(json) as { 'Query Text': string; Plan: Node };
    const words = text.replace(/\s+/g, ' ').trim();
    return { text: words, tables: new Set(touched(plan)), rows: read(plan), rowsOf: readOf(plan) };
  });
}

function touched(node: Node): string[] {
  if (node['Actual Loops'] === 0) return [];
  const own = node['Relation Name'];
  return [...(own === undefined ? [] : [own]), ...(node.Plans ?? []).flatMap(touched)];
}

function read(node: Node): number {
  return Math.max(ownRows(node), ...(node.Plans ?? []).map(read));
}

function readOf(node: Node, found = new Map<string, number>()): Map<string, number> {
  const table = node['Relation Name'];
  if (table !== undefined) found.set(table, (found.get(table) ?? 0) + ownRows(node));
  for (const part of node.Plans ?? []) readOf(part, found);
  return found;
}

function ownRows(node: Node): number {
  const { 'Actual Rows': rows = 0, 'Rows Removed by Filter': removed = 0, 'Actual Loops': loops = 0 } = node;
  return loops * (rows + removed);
}
