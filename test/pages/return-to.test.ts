/** Where people go after they have signed in: to this origin or an allow-listed one, and never elsewhere (ruling L5). */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReturnTargets } from '../../src/http/forward/return-targets.ts';
import { Browser, below, newcomer, pagesOn, type Sent } from '../support/pages.ts';
import { password } from '../support/person.ts';
import { sharedServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const allowed = 'https://app.example.com';
const plain = 'http://127.0.0.1:5173';

const shared = sharedServer(
  { ...pagesOn, GATEHOUSE_ALLOWED_ORIGINS: `${allowed},${plain},chrome-extension://${'a'.repeat(32)}` },
  async (server) => void (await newcomer(server)),
);

/** Opens a page with a target in its query, as a link of another site would. */
const opened = (path: string, target: string) =>
  new Browser(shared()).open(`${path}?return_to=${encodeURIComponent(target)}`);

const policyOf = ({ headers }: Pick<Sent, 'headers'>) =>
  /form-action ([^;]*);/.exec(String(headers['content-security-policy']))?.[1];

const accepted = [
  ['/x', '/x'],
  ['/', '/'],
  ['/x?y#z', '/x?y#z'],
  ['/x?next=https://evil.example', '/x?next=https://evil.example'],
  ['/a@b:c', '/a@b:c'],
  ['account', 'account'],
  [allowed, allowed],
  [`${allowed}/start?a=b#c`, `${allowed}/start?a=b#c`],
  [`${allowed}:443/x`, `${allowed}:443/x`],
  [`${plain}/x`, `${plain}/x`],
  [`/${'x'.repeat(999)}`, `/${'x'.repeat(999)}`],
] as const;

test.each(accepted)('L5: the target %s is taken', async (target, location) => {
  const page = await opened('/sign-in', target);
  expect(page.forms[0]?.values['return_to']).toBe(target);
  const origin = [allowed, plain].find((one) => target.startsWith(one));
  expect(policyOf(page)).toBe(origin ? `'self' ${origin}` : "'self'");
  const sent = await new Browser(shared()).submit(page, { identifier, password });
  expect([sent.status, sent.location]).toEqual([303, location]);
  // It goes along to the page for registering, and back.
  const onward = page.links.find((link) => link.startsWith('register'));
  const register = await new Browser(shared()).open(below('/sign-in', String(onward)));
  expect([register.forms[0]?.values['return_to'], policyOf(register)]).toEqual([target, policyOf(page)]);
  const back = register.links.find((link) => link.startsWith('sign-in'));
  expect(new URLSearchParams(String(back).slice('sign-in?'.length)).get('return_to')).toBe(target);
});

const refused = [
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '/\\/evil.example',
  '\\\\evil.example',
  '\\/evil.example',
  '/x\\..\\evil',
  'javascript:alert(1)',
  'JavaScript:alert(1)//',
  'data:text/html,x',
  'vbscript:x',
  'blob:https://app.example.com/1',
  'https://evil.example',
  'https://user@app.example.com',
  'https://user:word@app.example.com/',
  'https://app.example.com@evil.example',
  'https://app.example.com.evil.example',
  'https://app.example.com:444',
  'https://app.example.comevil',
  'https://app.example.com\\@evil.example',
  'http://app.example.com',
  'https:app.example.com',
  'https:/app.example.com',
  'https:///app.example.com',
  'HTTPS://app.example.com',
  '//app.example.com',
  `chrome-extension://${'a'.repeat(32)}`,
  `chrome-extension://${'a'.repeat(32)}/page.html`,
  '/.//evil.example',
  '/..//evil.example',
  '/x/..//evil.example',
  '/%2e//evil.example',
  '/x/%2E%2E//evil.example',
  '/\t/evil.example',
  '\t//evil.example',
  '/\n/evil.example',
  '/x\r\nset-cookie: a=b',
  'java\nscript:alert(1)',
  ' /x',
  '/x y',
  '%2F%2Fevil.example',
  '%252F%252Fevil.example',
  'evil.example',
  'accounts',
  'Account',
  'account/',
  '../x',
  './account',
  '?x',
  '#x',
  '',
  'null',
  '/\u00e9',
  '/\u2215evil',
  '/\0',
  'http://[',
  `/${'x'.repeat(1_000)}`,
  `${allowed}/${'x'.repeat(1_000)}`,
];

test.each(refused)('L5: the target %j is not taken', async (target) => {
  for (const path of ['/sign-in', '/register', '/sign-out']) {
    const page = await opened(path, target);
    expect([path, page.status, policyOf(page)]).toEqual([path, 200, "'self'"]);
    // Also what tells of it is not in the page.
    if (target.length > 5) expect(page.text).not.toContain('evil');
    for (const { names } of page.forms) expect(names).not.toContain('return_to');
  }
  const fields = { identifier, password, return_to: target };
  if (!target.includes('\0'))
    expect((await new Browser(shared()).post('/sign-in', fields)).location).toBe('account');
  const wrong = await new Browser(shared()).post('/sign-in', { ...fields, identifier: 'eve', password: 'x' });
  expect(wrong.forms[0]?.names ?? []).not.toContain('return_to');
  if (!target.includes('\0'))
    expect((await new Browser(shared()).post('/sign-out', fields)).location).toBe('sign-in?done=signed_out');
});

test.each(['/%09/evil.example', '/%5Cevil.example', '/%2F/evil.example', '/%0d%0aset-cookie:a=b'])(
  'L5: in the address bar %s is read as what it stands for, and not taken, or stays a path of this origin',
  async (written) => {
    const page = await new Browser(shared()).open(`/sign-in?return_to=${written}`);
    expect(page.forms[0]?.names).not.toContain('return_to');
    // Encoded once more it is a path with a percent sign in it, which browsers do not decode.
    const twice = await new Browser(shared()).open(`/sign-in?return_to=${written.replaceAll('%', '%25')}`);
    const target = String(twice.forms[0]?.values['return_to']);
    expect([target, new URL(target, 'https://id.example/sign-in').origin]).toEqual([
      written,
      'https://id.example',
    ]);
  },
);

test('L5: of two targets in the query the first one counts, and a form with two is refused', async () => {
  const page = await new Browser(shared()).open('/sign-in?return_to=/one&return_to=//evil.example');
  expect(page.forms[0]?.values['return_to']).toBe('/one');
  const body = 'identifier=a&password=b&return_to=/one&return_to=//evil.example';
  expect((await new Browser(shared()).postBody('/sign-in', body)).status).toBe(400);
});

test('L5: whatever is taken leads to this origin or an allow-listed one, from any address', () => {
  const targets = new ReturnTargets([allowed, plain], '');
  const bases = ['https://id.example', 'http://localhost:3000', 'https://app.example.com.evil.example'];
  const piece = fc.oneof(
    fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '@',
      ':',
      '?',
      '#',
      '%2f',
      '%5c',
      '\t',
      '\n',
      '\r',
      ' ',
      '%',
      ';',
      '[',
      ']',
    ),
    fc.constantFrom(
      'https:',
      'http:',
      'javascript:',
      'data:',
      '//',
      'account',
      'evil.example',
      'localhost',
      ':3000',
    ),
    fc.constantFrom(
      allowed,
      plain,
      'app.example.com',
      'id.example',
      'user@',
      '\0',
      '\u00e9',
      '\u2044',
      '\uff0f',
    ),
    fc.string({ unit: 'grapheme', maxLength: 5 }),
  );
  const start = fc.constantFrom('', '/', allowed, plain);
  const text = fc
    .tuple(start, fc.array(piece, { maxLength: 8 }))
    .map(([first, rest]) => first + rest.join(''));
  let taken = 0;
  fc.assert(
    fc.property(
      text,
      fc.constantFrom(...bases),
      fc.constantFrom('', '../', '../../'),
      (given, base, root) => {
        const target = targets.accepted(given);
        // What is not taken leads to the account.
        const location = targets.location(given, root);
        if (target === undefined) expect(location).toBe(`${root}account`);
        else taken += 1;
        for (const path of ['/sign-in', '/id/account/sessions', '//x/sign-in']) {
          const { origin } = new URL(location, `${base}${path}`);
          expect([base, allowed, plain], JSON.stringify(given)).toContain(origin);
          const foreign = targets.foreignOrigin(given);
          expect(foreign).toBe(URL.canParse(location) ? origin : undefined);
        }
      },
    ),
    { numRuns: 10_000 },
  );
  expect(taken).toBeGreaterThan(500);
});
