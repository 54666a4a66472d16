/** What comes out of the schema auth of Supabase. */

import { expect, test } from 'vitest';
import { supabase } from '../../../../src/maintenance/import/formats/supabase.ts';
import { fileOf } from '../reading/files.ts';
import { bcrypt, records } from './records.ts';

const columns =
  'instance_id,id,aud,email,encrypted_password,email_confirmed_at,created_at,banned_until,deleted_at,is_anonymous';

const user = (id: string, more: Readonly<Record<string, string>> = {}) => {
  const values: Record<string, string> = {
    id,
    email: `${id}@example.com`,
    encrypted_password: bcrypt,
    created_at: '2026-01-02 03:04:05.678901+00',
    is_anonymous: 'f',
    ...more,
  };
  return columns
    .split(',')
    .map((column) => values[column] ?? '')
    .join(',');
};

const read = (users: readonly string[], factors: readonly string[] = [], at = Date.parse('2026-06-01')) =>
  records(
    supabase,
    [
      fileOf(`${[columns, ...users].join('\n')}\n`, 'users.csv'),
      ...(factors.length === 0
        ? []
        : [fileOf(`id,user_id,factor_type,status,secret\n${factors.join('\n')}\n`, 'factors.csv')]),
    ],
    { at },
  );

test('ruling I1: users with bcrypt, verified or not, are read from CSV', async () => {
  expect(await read([user('u1', { email_confirmed_at: '2026-01-03 00:00:00+00' }), user('u2')])).toEqual([
    {
      kind: 'account',
      at: 'users.csv:2',
      userId: 'u1',
      identifier: 'u1@example.com',
      email: 'u1@example.com',
      isEmailVerified: true,
      createdAt: Date.parse('2026-01-02T03:04:05.678Z'),
      passwordHash: bcrypt,
    },
    expect.objectContaining({ userId: 'u2', isEmailVerified: false }),
  ]);
});

test('bans hold until they end; deleted, anonymous and nameless users are told', async () => {
  const found = await read([
    user('u1', { banned_until: '2026-05-01 00:00:00+00' }),
    user('u2', { banned_until: '2026-07-01 00:00:00+00' }),
    user('u3', { banned_until: 'infinity' }),
    user('u4', { deleted_at: '2026-05-01 00:00:00+00' }),
    user('u5', { is_anonymous: 't' }),
    user('u6', { email: '' }),
    user('u7', { encrypted_password: '' }),
  ]);
  expect(found.map(({ userId, disabledAt, reason }) => [userId ?? reason, disabledAt])).toEqual([
    ['deleted', undefined],
    ['anonymous', undefined],
    ['u1', undefined],
    ['u2', 'now'],
    ['u3', 'now'],
    ['no_name', undefined],
    ['u7', undefined],
  ]);
});

test('secrets of authenticator apps come over; a factor that cannot keeps its account back', async () => {
  const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
  const found = await read(
    ['u1', 'u2', 'u3', 'u4'].map((id) => user(id)),
    [
      `f0,u1,phone,verified,`,
      `f1,u1,totp,verified,${secret}`,
      `f2,u2,phone,verified,`,
      `f3,u3,totp,unverified,${secret}`,
      `f4,u4,totp,verified,"{""key_id"":""x""}"`,
    ],
  );
  expect(found.map(({ userId, totpSecret, reason }) => (userId ? [userId, totpSecret] : reason))).toEqual([
    ['u1', secret],
    'second_factor',
    ['u3', undefined],
    'second_factor',
  ]);
});

test('a dump of the schema is read, and a table users of another schema is not', async () => {
  const dump = `COPY public.users (id, email, encrypted_password) FROM stdin;
9\tother@example.com\tx
\\.
COPY auth.users (instance_id, id, email, encrypted_password, email_confirmed_at, created_at) FROM stdin;
\\N\tu1\tu1@example.com\t${bcrypt}\t\\N\t2026-01-02 03:04:05+00
\\.
`;
  expect(await records(supabase, [fileOf(dump)])).toMatchObject([
    { kind: 'account', userId: 'u1', isEmailVerified: false },
  ]);
});

test('its files are told by the columns of auth.users', () => {
  expect(supabase.recognises(columns, 'x')).toBe(true);
  expect(supabase.recognises('COPY auth.users (id, encrypted_password)', 'x')).toBe(true);
  expect(supabase.recognises('id,email,encrypted_password\n', 'x')).toBe(false);
});
