/** The programs of docs/client.md are run, against a real server. */

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { codeAt, enrolledPerson, startStepped } from '../support/codes.ts';
import { blocks, root } from '../support/docs.ts';
import { password as word } from '../support/person.ts';
import { startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };
const [browser = '', secondStep = '', backend = ''] = blocks('docs/client.md', 'js');

/** What a program of the page prints, with what stands around it in an application. */
async function printed(program: string, url: string, before: string, after: string): Promise<unknown> {
  const file = join(temporaryFolder(), 'program.mjs');
  const imported = `import { createClient, GatehouseProblem } from '${join(root, 'src/client/index.ts')}';`;
  const own = program.replace(/^import .*\n/m, '').replace(/baseUrl: '[^']+'/, `baseUrl: '${url}'`);
  writeFileSync(file, `${imported}\n${before}\n${own}\n${after}`);
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  return JSON.parse(stdout);
}

async function registered(server: TestServer): Promise<string> {
  return String((await server.post('/auth/register', person)).json['session_id']);
}

test('the login of the page signs in, and shows the sentence of a refusal', async () => {
  const server = await startServer();
  await registered(server);
  const logIn = (password: string) =>
    printed(
      browser,
      server.url,
      `const shown = []; const show = (text) => shown.push(text);
       const { email, password } = ${JSON.stringify({ ...person, password })};`,
      'console.log(JSON.stringify(shown));',
    );
  expect(await logIn(person.password)).toEqual([]);
  expect(await logIn('another password')).toEqual(['Invalid email or password']);
});

test('F1: the login of the page asks for a code, and logs in with it', async () => {
  const server = await startStepped();
  const ada = await enrolledPerson(server);
  const fields = { email: ada.person.email, password: word };
  const program = (email: string) =>
    printed(
      secondStep,
      server.url,
      `const client = createClient({ baseUrl: '${server.url}' });
       const { email, password } = ${JSON.stringify({ ...fields, email })};
       let asked = 0; const askForCode = async () => (asked += 1, '${codeAt(ada.secret, server.now)}');`,
      'console.log(JSON.stringify(asked));',
    );
  expect(await program(ada.person.email)).toBe(1);
  await expect(program('eve@example.com')).rejects.toThrow(/Invalid email or password/);
});

test('the backend of the page knows who is signed in, and lists the sessions', async () => {
  const server = await startServer();
  const id = await registered(server);
  const found = await printed(
    backend,
    server.url,
    `const id = '${id}'; const cookie = 'session_id=${id}';`,
    'console.log(JSON.stringify({ status, sessions: sessions.sessions.length }));',
  );
  expect(found).toEqual({ status: 'live', sessions: 1 });
});
