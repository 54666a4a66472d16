/** The examples of embedding that call the library are run. */

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { blocks, root } from '../support/docs.ts';
import { temporaryFolder } from '../support/server.ts';

/** The one example of the page with a call. */
function exampleWith(call: string): string {
  const found = blocks('docs/embedding.md', 'js').filter((text) => text.includes(call));
  expect(found, call).toHaveLength(1);
  return found[0] ?? '';
}

/** Runs a program that has `createGatehouse` and `readSettings`; resolves to the lines that it printed. */
async function run(program: string): Promise<string[]> {
  const folder = temporaryFolder();
  const imports = `import { createGatehouse, readSettings } from '${join(root, 'src/index.ts')}';
    const headers = { 'content-type': 'application/json' };
    const body = '{"email": "user@example.com", "password": "strongpassword"}';
    const asking = (path, own = {}) => new Request('http://localhost' + path, { method: 'POST', body, headers: { ...headers, ...own } });
  `;
  writeFileSync(join(folder, 'program.mjs'), imports + program);
  const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], {
    cwd: folder,
    env: { DATABASE_URL: 'file:./gatehouse.db', GATEHOUSE_PBKDF2_ITERATIONS: '1000' },
  });
  return stdout.trim().split('\n');
}

const open = 'const gatehouse = await createGatehouse({ settings: readSettings(process.env) });\n';

test('who sent a request: 200, 401, and 503 when the database is away', async () => {
  const example = exampleWith('gatehouse.session(request)');
  const asks = `
    const { session_id } = await (await gatehouse.fetch(asking('/auth/register'))).json();
    const cookie = 'session_id=' + session_id;
    const signedIn = () => profile(asking('/', { cookie }));
    console.log((await signedIn()).status, (await profile(asking('/'))).status);
    await gatehouse.close();
    const away = await signedIn();
    console.log(away.status, away.headers.get('retry-after'));`;
  expect(await run(open + example + asks)).toEqual(['200 401', '503 1']);
});

test('users and sessions: the example ends what it began', async () => {
  const example = exampleWith('users.create(').replace(
    'const user =',
    "await gatehouse.fetch(asking('/auth/login'));\nconst user =",
  );
  const asks = "\nconsole.log(await gatehouse.users.find('user@example.com'));\nawait gatehouse.close();";
  expect(await run(open + example + asks)).toEqual([
    expect.stringMatching(/^[a-z0-9]{16} \d{4}-/),
    '1',
    'true',
    'true',
    'undefined',
  ]);
});

test('hooks: the example is told of a registration and of a logout', async () => {
  const example = exampleWith('onRegistered(user)').replace('  log: console,\n', '');
  const asks = `
    const { session_id } = await (await gatehouse.fetch(asking('/auth/register'))).json();
    await gatehouse.fetch(asking('/auth/logout', { cookie: 'session_id=' + session_id }));
    await gatehouse.close();`;
  expect(await run(example + asks)).toEqual([
    'welcome user@example.com',
    expect.stringMatching(/^close the streams of [0-9a-f-]{36} in [a-z0-9]{16}: logout$/),
  ]);
});
