/** What the formats make of files that the other systems wrote themselves; skipped where one is not installed. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { django } from '../../../../src/maintenance/import/formats/django.ts';
import { supabase } from '../../../../src/maintenance/import/formats/supabase.ts';
import { vault } from '../../../../src/maintenance/import/formats/vault.ts';
import { openVerification } from '../../../support/foreign-verification.ts';
import { debianPostgres, dumpsOf } from '../../../support/originals/debian-postgres.ts';
import { madeBy } from '../../../support/originals/originals.ts';
import { fileOf } from '../reading/files.ts';
import { bcrypt, records } from './records.ts';

const python = madeBy('Python');

test.skipIf(python.isMissing)(`I1: what dumpdata writes is read, ${python.title}`, async () => {
  const script = fileURLToPath(new URL('../../../support/originals/users.py', import.meta.url));
  const people = [
    { username: 'ada', email: 'ada@example.com', password: 'correct horse battery', active: true },
    { username: 'jörg@home', email: '', password: null, active: false },
  ];
  const { status, stdout, stderr } = spawnSync(python.path ?? '', [script], {
    input: JSON.stringify(people),
  });
  expect([status, stderr.toString()]).toEqual([0, '']);
  const found = await records(django, [fileOf(stdout.toString(), 'f')]);
  expect(found).toMatchObject([
    {
      kind: 'account',
      userId: '1',
      identifier: 'ada',
      email: 'ada@example.com',
      createdAt: expect.any(Number),
    },
    { kind: 'account', userId: '2', identifier: 'jörg@home', disabledAt: 'now' },
  ]);
  expect(found).toHaveLength(2);
  expect(found[1]?.['passwordHash']).toBeUndefined();
  const verify = openVerification();
  expect((await verify('correct horse battery', String(found[0]?.['passwordHash']))).correct).toBe(true);
});

describe.skipIf(debianPostgres === undefined)(
  `made with pg_dump${debianPostgres === undefined ? ': skipped, because it needs postgresql' : ''}`,
  () => {
    const odd = 'tab\t, \'quote\', "double", \\back\\slash, new\nline, jörg';
    const literal = `E'${odd.replace(/[\\']/g, '\\$&').replace('\n', '\\n').replace('\t', '\\t')}'`;

    const forms = [
      [],
      ['--inserts'],
      ['--column-inserts', '--data-only'],
      ['--rows-per-insert=2'],
      ['--disable-dollar-quoting', '--quote-all-identifiers'],
    ];

    test('I1: dumps of the tables of Vault are read in every form, with odd characters', async () => {
      const dumps = dumpsOf(
        `CREATE TABLE auth (id varchar NOT NULL, role_id varchar NOT NULL, email varchar NOT NULL, password varchar NOT NULL);
         CREATE TABLE session (id varchar PRIMARY KEY, user_id varchar NOT NULL);
         CREATE TABLE "user" (encryption_key bytea NOT NULL, id varchar NOT NULL, auth_id varchar NOT NULL);
         CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'INSERT INTO auth VALUES (''x'')' $$;
         COMMENT ON TABLE auth IS 'a; ''b'' -- c';
         INSERT INTO auth SELECT 'a' || n, 'user', CASE n WHEN 1 THEN ${literal} ELSE n || '@example.com' END, '${bcrypt}' FROM generate_series(1, 5) n;
         INSERT INTO "user" SELECT '\\xa0b3'::bytea, 'u' || n, 'a' || n FROM generate_series(1, 5) n;
         INSERT INTO session VALUES ('649584cf-426f-48c1-b40f-000000000001', 'u1');`,
        ...forms,
      );
      for (const dump of dumps) {
        const found = await records(vault, [fileOf(dump)]);
        expect(found.filter(({ kind }) => kind === 'session')).toHaveLength(1);
        expect(found.filter(({ kind }) => kind === 'account')).toMatchObject([
          { userId: 'u1', identifier: odd, passwordHash: bcrypt },
          ...[2, 3, 4, 5].map((n) => ({
            userId: `u${n}`,
            identifier: `${n}@example.com`,
            passwordHash: bcrypt,
          })),
        ]);
        expect(found).toHaveLength(6);
      }
      expect(dumps.map((dump) => vault.recognises(dump, 'x'))).toEqual(forms.map(() => true));
    });

    test('I1: a dump of the schema auth of Supabase is read beside tables of the same names', async () => {
      const dumps = dumpsOf(
        `CREATE SCHEMA auth;
         CREATE TYPE auth.factor_type AS ENUM ('totp', 'phone');
         CREATE TABLE public.users (id int, email text, encrypted_password text);
         CREATE TABLE auth.users (instance_id uuid, id uuid PRIMARY KEY, aud varchar(255), email varchar(255), encrypted_password varchar(255),
           email_confirmed_at timestamptz, raw_user_meta_data jsonb, created_at timestamptz, banned_until timestamptz,
           confirmed_at timestamptz GENERATED ALWAYS AS (LEAST(email_confirmed_at, created_at)) STORED, is_anonymous boolean DEFAULT false NOT NULL, deleted_at timestamptz);
         CREATE TABLE auth.mfa_factors (id uuid, user_id uuid REFERENCES auth.users, factor_type auth.factor_type, status text, secret text);
         INSERT INTO public.users VALUES (1, 'other', 'x');
         INSERT INTO auth.users (id, email, encrypted_password, email_confirmed_at, raw_user_meta_data, created_at)
           VALUES ('00000000-0000-0000-0000-000000000001', 'ada@example.com', '${bcrypt}', '2026-01-02 03:04:05.678901+02', '{"a": "it''s"}', '2026-01-02 03:04:05+02');
         INSERT INTO auth.mfa_factors VALUES (gen_random_uuid(), '00000000-0000-0000-0000-000000000001', 'totp', 'verified', 'JBSWY3DPEHPK3PXP');`,
        ...forms,
      );
      for (const dump of dumps)
        expect(await records(supabase, [fileOf(dump, 'f')])).toMatchObject([
          {
            ...{
              kind: 'account',
              userId: '00000000-0000-0000-0000-000000000001',
              identifier: 'ada@example.com',
            },
            ...{
              isEmailVerified: true,
              createdAt: Date.parse('2026-01-02T01:04:05Z'),
              totpSecret: 'JBSWY3DPEHPK3PXP',
            },
          },
        ]);
    });
  },
);
