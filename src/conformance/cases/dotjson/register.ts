/** Cases of registrations through `dotjson`: the answer, the rules of names, and what is refused. */

import { casesOf } from '../../case.ts';
import type { Context } from '../../context.ts';
import {
  expectHeader,
  expectMatch,
  expectNoCookie,
  expectOnly,
  expectRefusal,
  expectRefusedWith,
  expectStatus,
  expectStrings,
  expectSuccess,
  expectText,
  fieldsOf,
} from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import { Failure, Inconclusive } from '../../verdicts.ts';

const protocol = protocols.dotjson;
const { must, reading } = casesOf('dotjson');
const answered =
  '| `POST /register.json` | `{ "username", "password" }`, and `"invite"` if an invitation is needed | 200 `{ "username", "created" }` |';
const taken = '| 409 | `User already exists` | The name is taken. The case of letters makes no difference. |';
const rules = 'A username has 3 to 40 characters: ASCII letters, digits and `_`.';
const invalid = '| 400 | `Invalid username` | Registration with a name that is not allowed. |';
const password = 'supersecure';

/** The registration that several cases look at. Its name has letters of both cases. */
export const registered = (context: Context) =>
  context.once('dotjson registration', async () => {
    const username = context.freshName('dotjson').replace('kit', 'Kit');
    const answer = await context.register('dotjson', { username, password });
    if (answer.status === 403) throw new Inconclusive('The server registers no accounts (403)');
    return { username, answer };
  });
const again = (context: Context) =>
  context.once('dotjson registration again', async () => {
    const { username } = await registered(context);
    return context.register('dotjson', { username, password });
  });
const refusedName = (context: Context, username: string) =>
  context.once(`dotjson name ${username}`, async () => {
    await registered(context);
    return context.register('dotjson', { username, password });
  });

const refusedNames = [
  ['short', 'two characters', 'ab'],
  ['long', '41 characters', 'a'.repeat(41)],
  ['characters', 'a hyphen in it', 'a-hyphen'],
] as const;

function refusedPassword(
  id: string,
  title: string,
  quote: string,
  sentence: RegExp,
  passwordOf: (username: string) => string,
) {
  return reading('D4', {
    id: `dotjson.register.${id}`,
    title,
    quote,
    async run(context) {
      await registered(context);
      const username = context.freshName('dotjson');
      const answer = await context.register('dotjson', { username, password: passwordOf(username) });
      expectRefusedWith(protocol, answer, 400, context.options.statusOk);
      expectMatch(answer, 'error', sentence, `a sentence like ${sentence.source}`);
    },
  });
}

function expectAccepted(answer: Awaited<ReturnType<typeof again>>): void {
  const error = fieldsOf(answer)?.['error'];
  // A short name may be taken: then it is allowed, too.
  if (error === 'User already exists' || (answer.status < 300 && error === undefined)) return;
  throw new Failure(
    'the name to be accepted',
    `status ${answer.status} ${JSON.stringify(error) ?? ''}`,
    answer,
  );
}

export const dotjsonRegister = [
  must({
    id: 'dotjson.register.answer',
    title: 'a registration answers with username and created',
    quote: answered,
    async run(context) {
      const { answer } = await registered(context);
      expectSuccess(answer);
      expectStrings(answer, 'username', 'created');
    },
  }),
  reading('D1', {
    id: 'dotjson.register.status',
    title: 'a registration is answered with 200 and only these fields',
    quote: answered,
    async run(context) {
      const { answer } = await registered(context);
      expectStatus(answer, 200);
      expectHeader(answer, 'Content-Type', /^application\/json(?:$|;)/i, 'application/json');
      expectOnly(answer, ['username', 'created']);
    },
  }),
  reading('D5', {
    id: 'dotjson.register.username',
    title: 'a registration answers with the name as it was sent',
    quote: 'The name as it was registered, not as it was typed in this request.',
    async run(context) {
      const { username, answer } = await registered(context);
      expectText(answer, 'username', username);
    },
  }),
  reading('D1', {
    id: 'dotjson.register.no-session',
    title: 'a registration begins no session',
    quote: 'Registration begins no session.',
    run: async (context) => expectNoCookie((await registered(context)).answer),
  }),
  must({
    id: 'dotjson.register.taken',
    title: 'a name that is taken is refused with "User already exists"',
    quote: taken,
    async run(context) {
      const answer = await again(context);
      expectRefusal(protocol, answer);
      expectText(answer, 'error', 'User already exists');
    },
  }),
  reading('D3', {
    id: 'dotjson.register.taken.status',
    title: 'a name that is taken is refused with 409',
    quote: taken,
    run: async (context) => expectRefusedWith(protocol, await again(context), 409, context.options.statusOk),
  }),
  reading('G3', {
    id: 'dotjson.register.taken.case',
    title: 'names that differ in case only are one name',
    quote: 'Names that differ only in case are the same name.',
    async run(context) {
      const { username } = await registered(context);
      const answer = await context.register('dotjson', { username: username.toUpperCase(), password });
      expectRefusedWith(protocol, answer, 409, context.options.statusOk);
      expectText(answer, 'error', 'User already exists');
    },
  }),
  ...refusedNames.map(([id, what, username]) =>
    must({
      id: `dotjson.register.name-${id}`,
      title: `a name with ${what} is refused with "Invalid username"`,
      quote: invalid,
      also: [rules],
      async run(context) {
        const answer = await refusedName(context, username);
        expectRefusal(protocol, answer);
        expectText(answer, 'error', 'Invalid username');
      },
    }),
  ),
  reading('D3', {
    id: 'dotjson.register.name.status',
    title: 'a name that is not allowed is refused with 400',
    quote: invalid,
    async run(context) {
      for (const [, , username] of refusedNames)
        expectRefusedWith(protocol, await refusedName(context, username), 400, context.options.statusOk);
    },
  }),
  reading('G3', {
    id: 'dotjson.register.name-newline',
    title: 'a name that ends in a line break is refused',
    quote: rules,
    async run(context) {
      const answer = await refusedName(context, `${context.freshName('dotjson')}\n`);
      expectText(answer, 'error', 'Invalid username');
    },
  }),
  must({
    id: 'dotjson.register.name-allowed',
    title: 'a name of 3 characters with _ and one of 40 are allowed',
    quote: rules,
    async run(context) {
      await registered(context);
      const { runId } = context.options;
      for (const username of [`${runId.slice(0, 2)}_`, `kit_${runId}`.padEnd(40, '_9Z')])
        expectAccepted(await context.register('dotjson', { username, password }));
    },
  }),
  refusedPassword(
    'password-short',
    'a password of seven characters is refused with 400',
    '| 400 | `Password must have at least 8 characters` | The number follows [`GATEHOUSE_PASSWORD_MIN_LENGTH`](../settings.md). |',
    /^Password must have at least \d+ characters$/,
    () => 'qxvjkzw',
  ),
  refusedPassword(
    'password-long',
    'a password of 257 characters is refused with 400',
    '| 400 | `Password must have at most 256 characters and 1024 bytes of UTF-8` | One of the two limits is exceeded. |',
    /^Password must have at most 256 characters and 1024 bytes of UTF-8$/,
    () => `${'qx7 '.repeat(64)}q`,
  ),
  refusedPassword(
    'password-malformed',
    'a password with U+0000 is refused with 400',
    '| 400 | `Password must be well-formed Unicode without U+0000` | It has a lone surrogate or U+0000. |',
    /^Password must be well-formed Unicode without U\+0000$/,
    () => 'qx7 vjk\u0000zw',
  ),
  refusedPassword(
    'password-common',
    'a password that everyone uses is refused with 400',
    '| 400 | `Password is too common` | It is on the offline list, in upper or lower case. |',
    /^Password is too common$/,
    () => 'Password1',
  ),
  refusedPassword(
    'password-name',
    'a password that is the name is refused with 400',
    '| 400 | `Password must differ from the name of the account` | It is the username, in upper or lower case. |',
    /^Password must differ from the name of the account$/,
    (username) => username.toUpperCase(),
  ),
];
