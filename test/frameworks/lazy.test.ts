/** A mount that opens Gatehouse at the first request: what it is given, how it ends, and starts that fail. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gatehouse } from '../../src/adapters/next.ts';
import { gatehouse as kit } from '../../src/adapters/sveltekit.ts';
import type { Gatehouse } from '../../src/gatehouse.ts';
import { UnusableSettings } from '../../src/settings/read-settings.ts';
import { embedded } from '../support/embedded.ts';
import { formServer } from '../support/form-server.ts';
import { temporaryFolder } from '../support/server.ts';

const request = () => new Request('http://localhost/auth/session');

test.each([null, 'options', 7, { settings: { port: '3000' } }, { port: 3000 }])(
  'what is no Gatehouse and no options is refused with a sentence: %j',
  async (given) => {
    for (const mount of [gatehouse, kit]) {
      const auth = mount(given as never);
      await expect(auth.open()).rejects.toThrow(UnusableSettings);
      await auth.close();
    }
  },
);

test('an open Gatehouse is taken as it is', async () => {
  const auth = gatehouse(await embedded());
  expect((await auth.handlers.GET(request())).status).toBe(401);
  expect(await auth.session(request())).toEqual({ status: 'none' });
});

test('closed twice, also before it was opened and while it is', async () => {
  const settings = { databaseUrl: `file:${temporaryFolder()}/own.db` };
  const never = gatehouse({ settings });
  await Promise.all([never.close(), never.close()]);
  const auth = gatehouse({ settings });
  const answer = auth.handlers.GET(request());
  await Promise.all([auth.close(), auth.close()]);
  expect([401, 503]).toContain((await answer).status);
});

test('a start that failed is logged, answered with 503 and unknown, and tried again', async () => {
  const place = join(temporaryFolder(), 'data');
  writeFileSync(place, '');
  const errors: string[] = [];
  const log = { info: () => {}, error: (_entry: object, message: string) => void errors.push(message) };
  const auth = gatehouse({ settings: { databaseUrl: `file:${place}/own.db` }, log });
  const refused = await auth.handlers.POST(request());
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await auth.session(request())).toEqual({ status: 'unknown', retryAfterSeconds: 1 });
  expect(errors).toHaveLength(2);
  rmSync(place);
  mkdirSync(place);
  expect(await auth.session(request())).toEqual({ status: 'none' });
  await auth.close();
});

test.each([
  ['account', 'http://localhost/account'],
  ['/profile?tab=1', 'http://localhost/profile?tab=1'],
  ['https://app.example.com/', 'https://app.example.com/'],
])(
  'a form is handed over whole, and %s is where the answer leads, also through a proxy of Next.js',
  async (location, whole) => {
    const { mountable } = await formServer({ location });
    const posted = (path: string) =>
      new Request(`http://localhost${path}`, {
        method: 'POST',
        body: new URLSearchParams({ password: 'a b&c' }),
      });
    const auth = gatehouse(mountable as Gatehouse);
    for (const answered of [auth.handlers.POST, auth.proxy])
      expect(await (await answered(posted('/form')))?.json()).toEqual([['password', 'a b&c']]);
    const routed = await auth.handlers.POST(posted('/moved'));
    expect([routed.status, routed.headers.get('location')]).toEqual([303, location]);
    // The proxy of Next.js takes only a whole URL for a redirect.
    const proxied = await auth.proxy(posted('/moved'));
    expect([proxied?.status, proxied?.headers.get('location')]).toEqual([303, whole]);
    expect(proxied?.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/']);
  },
);
