/** Files of an import that are made of texts or bytes. */

import type { ImportFile } from '../../../../src/maintenance/import/records.ts';

/** A file of the chunks, in order. */
export function fileOf(content: string | readonly Uint8Array[], name = 'file'): ImportFile {
  const chunks = typeof content === 'string' ? [new TextEncoder().encode(content)] : content;
  return {
    name,
    async *read() {
      yield* chunks;
    },
  };
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** A text of any characters, in well-formed Unicode. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}
