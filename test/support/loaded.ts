/** Prints the files that a server has loaded after some requests: run as a program of its own. */

import { Session } from 'node:inspector/promises';
import { createGatehouse } from '../../src/index.ts';

const [databaseUrl = '', visitor = ''] = process.argv.slice(2);
const inspector = new Session();
inspector.connect();
const urls = new Set<string>();
inspector.on('Debugger.scriptParsed', ({ params }) => urls.add(params.url));
// Tells of the scripts that are loaded already, too.
await inspector.post('Debugger.enable');

const gatehouse = await createGatehouse({
  pages: true,
  settings: { databaseUrl, pbkdf2Iterations: 1_000 },
});
const password = 'strongpassword';
const ask = async (method: string, path: string, id = '', body?: object): Promise<string> => {
  const headers = { ...(body && { 'content-type': 'application/json' }), 'x-session-id': id };
  const request = new Request(`http://localhost${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  const response = await gatehouse.fetch(request);
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}.`);
  const text = await response.text();
  return text.includes('session_id') ? JSON.parse(text).session_id : '';
};
const credentials = { email: 'joe@example.com', password };
await ask('POST', '/auth/register', '', credentials);
const id = await ask('POST', '/auth/login', '', credentials);
await ask('GET', '/auth/session', id);
const confirmed = await ask('POST', '/auth/confirm', id, { password });
const change = { current_password: password, new_password: 'another long password' };
const changed = await ask('POST', '/auth/password', confirmed, change);
await ask('GET', '/auth/account/export', changed);
if (visitor !== 'a program') {
  await ask('GET', '/sign-in');
  await ask('GET', '/register');
}
// The script of the page asks for that in a browser that can offer passkeys in a field.
if (visitor === 'in a browser') await ask('POST', '/auth/passkeys/options', '', { for: 'login' });
await ask('POST', '/auth/logout', changed);
await gatehouse.close();
process.stdout.write(JSON.stringify([...urls]));
