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
    return { text: text.replace(/\s+/g, ' ').trim(), tables: new Set(touched(plan)), rows: read(plan) };
  });
}

function touched(node: Node): string[] {
  if (node['Actual Loops'] === 0) return [];
  const own = node['Relation Name'];
  return [...(own === undefined ? [] : [own]), ...(node.Plans ?? []).flatMap(touched)];
}

function read(node: Node): number {
  const { 'Actual Rows': rows = 0, 'Rows Removed by Filter': removed = 0, 'Actual Loops': loops = 0 } = node;
  return Math.max(loops * (rows + removed), ...(node.Plans ?? []).map(read));
}
