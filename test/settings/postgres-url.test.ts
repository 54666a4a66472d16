/** Addresses of PostgreSQL as they are written: what is read in them, and why some of them are refused. */

import { expect, test } from 'vitest';
import { postgresUrlHint, readPostgresUrl } from '../../src/settings/database/postgres-url.ts';
import { postgresUrl } from '../../src/settings/value-parsers.ts';

test('an address of PostgreSQL is read in every spelling of libpq', () => {
  const nothing = { host: '', port: '', user: '', password: '', database: '' };
  for (const [text, parts] of [
    ['postgres://', {}],
    ['postgresql:///', {}],
    ['postgres://db.example.com', { host: 'db.example.com' }],
    ['postgres://db.example.com:5433/x', { host: 'db.example.com', port: '5433', database: 'x' }],
    ['postgres://joe@db/x', { host: 'db', user: 'joe', database: 'x' }],
    ['postgres://joe:p%40%3A%2Fss@db', { host: 'db', user: 'joe', password: 'p@:/ss' }],
    ['postgres://[2001:db8::7]:5433/x', { host: '2001:db8::7', port: '5433', database: 'x' }],
    ['postgres://[::1]/x', { host: '::1', database: 'x' }],
    ['postgres:///x', { database: 'x' }],
    ['postgres://:5433/x', { port: '5433', database: 'x' }],
    ['postgres://joe@:5433/x', { user: 'joe', port: '5433', database: 'x' }],
    ['postgres://joe@', { user: 'joe' }],
    ['postgres://joe@/x?host=/run/postgresql', { user: 'joe', host: '/run/postgresql', database: 'x' }],
    [
      'postgres://joe:s@/x?host=%2Frun%2Fpostgresql',
      { user: 'joe', password: 's', host: '/run/postgresql', database: 'x' },
    ],
    ['postgres://%2Frun%2Fpostgresql/x', { host: '/run/postgresql', database: 'x' }],
    [
      'postgres://joe@%2frun%2Fpostgresql:5433/x',
      { user: 'joe', host: '/run/postgresql', port: '5433', database: 'x' },
    ],
    [
      'postgres://?host=db&port=5433&user=joe&password=a%26b&dbname=x',
      { host: 'db', port: '5433', user: 'joe', password: 'a&b', database: 'x' },
    ],
    [
      'postgres://eve:1@old:1/y?host=db&port=5433&user=joe&password=2&dbname=x',
      { host: 'db', port: '5433', user: 'joe', password: '2', database: 'x' },
    ],
    ['postgres://db/x%2Fy%20z%3F', { host: 'db', database: 'x/y z?' }],
    ['postgres://db/x?password=a+b', { host: 'db', database: 'x', password: 'a+b' }],
    ['postgres://db/x?host=', { host: 'db', database: 'x' }],
  ] as const) {
    expect(postgresUrl(text), text).toBe(text);
    expect(readPostgresUrl(text), text).toMatchObject({ ...nothing, ...parts });
  }
});

test('what an address of PostgreSQL says of TLS is read in any case, and in the words of other drivers', () => {
  const sslmode = (query: string) => {
    const read = readPostgresUrl(`postgres://db/x?${query}`);
    return 'problem' in read ? read.problem : read.parameters.get('sslmode');
  };
  for (const query of [
    ...['prefer', 'allow', 'require', 'verify-ca', 'verify-full'].map((mode) => `sslmode=${mode}`),
    'sslmode=VERIFY-FULL',
    'sslmode=Require',
    'ssl=true',
    'ssl=1',
    'ssl=TRUE',
    'ssl=on',
    'ssl=true&sslmode=require',
    'sslmode=disable&sslmode=verify-full',
    'sslrootcert=system',
  ])
    expect(sslmode(query), query).toBe('verify-full');
  for (const query of ['sslmode=no-verify', 'ssl=no-verify', 'sslmode=NO-VERIFY'])
    expect(sslmode(query), query).toBe('no-verify');
  for (const query of ['sslmode=disable', 'ssl=false', 'ssl=0', 'sslmode=verify-full&sslmode=disable'])
    expect(sslmode(query), query).toBe('disable');
  expect(sslmode('application_name=x')).toBeUndefined();
});

test('an address of PostgreSQL with an unsupported parameter is refused, with the parameter and without secrets', () => {
  const secret = 'hunter2';
  for (const [text, says] of [
    ['postgres://a,b/x', /names several servers/],
    [`postgres://joe:${secret}@a:1,b:2/x`, /names several servers/],
    ['postgres:///x?host=a,b', /names several servers/],
    ['postgres://a/x?port=1,2', /names several servers/],
    ['postgres://db/x?sslmode=verify_full', /^sslmode is none of/],
    ['postgres://db/x?ssl=maybe', /^ssl is neither/],
    ['postgres://db/x?ssl=true&sslmode=disable', /^ssl and sslmode contradict each other/],
    ['postgres://db/x?ssl=false&sslmode=verify-full', /^ssl and sslmode contradict each other/],
    ['postgres://db/x?sslrootcert=system&sslmode=disable', /contradict/],
    ['postgres://db/x?target_session_attrs=standby', /^target_session_attrs/],
    ['postgres://db/x?target_session_attrs=prefer-standby', /^target_session_attrs/],
    ['postgres://db/x?channel_binding=require', /^channel_binding/],
    ['postgres://db/x?gssencmode=require', /^gssencmode/],
    ['postgres://db/x?load_balance_hosts=random', /^load_balance_hosts/],
    ['postgres://db/x?hostaddr=192.0.2.1', /^hostaddr/],
    ['postgres://db/x?sslcrl=/x.crl', /^sslcrl/],
    ['postgres://db/x?service=main', /^service/],
    ['postgres://db/x?client_encoding=latin1', /^client_encoding/],
    ['postgres://db/x?connect_timeout=soon', /^connect_timeout/],
    ['postgres://db/x?port=0', /port/],
    ['postgres://db/x?port=65536', /port/],
    ['postgres://db/x?port=five', /port/],
    ['postgres://db:65536/x', /port/],
    ['postgres://db:port/x', /port/],
    ['postgres://:hunter22', /port/],
    ['postgres://db/x?schema=public', /parameter that PostgreSQL does not know/],
    ['postgres://db/x?statement_timeout=0', /parameter that PostgreSQL does not know/],
    [`postgres://db/x?${secret}`, /parameter without a value/],
    [`postgres://db/x?${secret}=1`, /parameter that PostgreSQL does not know/],
    [`postgres://joe:50%${secret}@db/x`, /%25/],
    [`postgres://joe:%ff${secret}@db/x`, /%25/],
    [`postgres://joe:${secret}#1@db/x`, /%23/],
    [`postgres://joe:${secret} 1@db/x`, /blank/],
    [`postgres://joe:1?${secret}@db/x`, /./],
    [`postgres://joe:1/${secret}@db/x`, /%2F/],
    ['postgres://[::1/x', /host/],
  ] as const) {
    expect(postgresUrl(text), text).toBeUndefined();
    const hint = postgresUrlHint(text);
    expect(hint, text).toMatch(says);
    expect(hint, text).toMatch(/^\S[^\n]*\.$/);
    expect(hint, text).not.toContain(secret);
  }
  for (const text of ['postgres:db', 'http://db/x', 'db.example.com', '']) {
    expect(postgresUrl(text), text).toBeUndefined();
    expect(postgresUrlHint(text), text).toBe('');
  }
});

test('an address of PostgreSQL may state the defaults', () => {
  for (const query of [
    'target_session_attrs=any',
    'target_session_attrs=read-write',
    'target_session_attrs=primary',
    'connect_timeout=10',
    'connect_timeout=0',
    'channel_binding=prefer',
    'gssencmode=prefer',
    'load_balance_hosts=disable',
    'client_encoding=UTF8',
    'keepalives=1&keepalives_idle=30',
    'application_name=auth',
    'fallback_application_name=auth',
    'options=-c%20search_path%3Dgatehouse',
    'sslnegotiation=direct&sslmode=require',
  ])
    expect(postgresUrl(`postgres://db/x?${query}`), query).toBeDefined();
});
