/** Counts the bytes that are read from files, for the progress. */

import type { ImportFile } from './records.ts';

export interface CountedFiles {
  readonly files: readonly ImportFile[];
  /** Read so far. A file that is read again counts again. */
  bytes(): number;
}

export function countedFiles(files: readonly ImportFile[]): CountedFiles {
  let bytes = 0;
  return {
    files: files.map((file) => ({
      ...file,
      async *read() {
        for await (const chunk of file.read()) {
          bytes += chunk.byteLength;
          yield chunk;
        }
      },
    })),
    bytes: () => bytes,
  };
}
