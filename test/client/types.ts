/** What must compile against the client, and what must not: `tsc` reads it, nothing runs it. */

import { type Client, createClient, GatehouseProblem } from '../../src/client/index.ts';

export async function compiles(client: Client): Promise<string | undefined> {
  const { session_id } = await client.rest.login({ email: 'user@example.com', password: 'x' });
  const { id, created } = await client.dotjson.login({ username: 'joe', password: 'x' });
  const { session } = await client.envelope.login({ username: 'joe', password: 'x' });
  const check = await client.session({ signal: AbortSignal.timeout(1_000) });
  if (check.status === 'live') return 'email' in check.user ? check.user.email : check.user.username;
  if (check.status === 'unknown') return String(check.retryAfterSeconds.toFixed());
  const changed = await client.account.changePassword({ current_password: 'x', new_password: 'y' });
  if (changed.status === 'done') return changed.data.session_id;
  return session_id + id + created + session;
}

export async function isRefused(client: Client, error: unknown): Promise<void> {
  // @ts-expect-error The field of this contract is `email`.
  await client.rest.login({ username: 'joe', password: 'x' });
  // @ts-expect-error The password is missing.
  await client.dotjson.login({ username: 'joe' });
  // @ts-expect-error The contract has no registration.
  await client.envelope.register({ username: 'joe', password: 'x' });
  // @ts-expect-error The data is there only if it was done.
  (await client.account.changePassword({ current_password: 'x', new_password: 'y' })).data;
  // @ts-expect-error A session that is not live has no user.
  (await client.session()).user;
  // @ts-expect-error The number of a page of activity is a number.
  await client.account.activity({ before: '3' });
  // @ts-expect-error There is no such option.
  createClient({ url: '/' });
  if (!(error instanceof GatehouseProblem)) return;
  if (error.detail === 'Email already registered' && error.status === 409) return;
  if (error.detail === 'Password must have at least 8 characters') return;
  // @ts-expect-error No contract has this sentence.
  if (error.detail === 'E-mail already registered') return;
  // @ts-expect-error No contract has this status.
  if (error.status === 418) return;
  // @ts-expect-error There is no such type of problem.
  if (error.type === 'urn:gatehouse:problem:confirmation') return;
}
