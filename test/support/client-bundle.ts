/** The client in one file, as a web application bundles it. */

import { join } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';
import { root } from './process.ts';

/** Bundles an entry, by default the whole client; `iife` makes it the global `gatehouse`. */
export async function bundleClient(
  entry = join(root, 'src/client/index.ts'),
  format: 'esm' | 'iife' = 'esm',
): Promise<OutputChunk> {
  const bundle = await rolldown({ input: entry, platform: 'browser' });
  const { output } = await bundle.generate({ format, minify: true, name: 'gatehouse' });
  await bundle.close();
  if (output.length > 1) throw new Error(`The bundle has ${output.length} files.`);
  return output[0];
}
