/** Without the optional libraries of passkeys everything else works, and passkeys say that they are off. */

import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/server.ts';

const src = fileURLToPath(new URL('../../src', import.meta.url));

test('where the libraries are not installed, passkeys are refused and pages have no script', async () => {
  // A copy of the sources has no packages beside it.
  const copy = join(temporaryFolder(), 'src');
  cpSync(src, copy, { recursive: true });
  const at = (path: string) => JSON.stringify(pathToFileURL(join(copy, path)).href);
  const program = `
    const { Passkeys } = await import(${at('concepts/factors/passkeys.ts')});
    const { PasskeyScript } = await import(${at('pages/factors/passkey-script.ts')});
    const party = { id: 'example.com', name: 'Example', origins: ['https://example.com'] };
    const passkeys = new Passkeys({ ofUser: async () => [] }, party);
    const challenge = async () => { throw new Error('No challenge is needed.'); };
    const script = new PasskeyScript();
    console.log(JSON.stringify([
      await passkeys.signInOptions(challenge),
      await passkeys.registrationOptions({ id: 'joe', identifier: 'joe' }, challenge),
      await passkeys.verify({}, { challenge: 'c', userId: 'joe', isAlone: true }, 0),
      await script.path() ?? null,
      await script.route.answer({ handle: 'x' }),
    ]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  const off = { refused: 'passkeys_unavailable' };
  expect(JSON.parse(stdout)).toEqual([off, off, off, null, { refused: 'unknown_route' }]);
});
