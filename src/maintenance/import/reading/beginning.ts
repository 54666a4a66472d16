/** Looks at the beginning of a file, and gives the file back whole. */

import type { ImportFile } from '../records.ts';

/** Bytes that are looked at. */
const beginningBytes = 4_096;

/** The beginning of a file as text, and the file, which can be read once. */
export async function beginningOf(file: ImportFile): Promise<{ beginning: string; whole: ImportFile }> {
  const chunks = file.read()[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let size = 0;
  while (size < beginningBytes) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    first.push(value.slice());
    size += value.length;
  }
  const bytes = Buffer.concat(first).subarray(0, beginningBytes);
  const text = new TextDecoder().decode(bytes);
  return { beginning: text, whole: { ...file, read: () => readAll(first, chunks) } };
}

/** Whether a statement, or the line of a header, has all the words; in linear time, whatever the text is. */
export function hasTogether(beginning: string, words: readonly string[]): boolean {
  const patterns = words.map((word) => new RegExp(`\\b${word}\\b`, 'i'));
  return beginning.split(';').some((part) => patterns.every((pattern) => pattern.test(part)));
}

async function* readAll(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
