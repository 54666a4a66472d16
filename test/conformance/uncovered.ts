/** The sentences of the contracts' pages that no case of the kit stands on, each with the reason. */

interface Reason {
  readonly why: string;
  /** Parts of the sentences, on whichever of the three pages they stand. */
  readonly quotes: readonly string[];
}

export const uncovered: readonly Reason[] = [
  {
    why: 'It leads the reader, and promises nothing of an answer.',
    quotes: [
      'The contract has login and logout under',
      'Use it for programs that store',
      'The rulings behind this page are',
      'The contract has no registration.',
      'The examples use an account',
      'The contract has registration, login and logout under `/auth`.',
      'Accounts are named by e-mail address.',
      'The contract has three routes that end in `.json`.',
      'Accounts are named by username.',
      'it has [a page of its own]',
      'Another page describes the routes',
      '| name | `session_id` |',
      'The rules for the password are in',
      'have [further sentences](account.md#errors)',
      'keeps the session in its own cookie named `session`.',
      'A session id in a URL is stored in the logs of proxies',
      'A client that knows nothing of codes',
      'set `ok` for it.',
      'leave the setting at `http` for it',
    ],
  },
  {
    why: 'The account needs a second factor, which no route of the contracts adds; test/http/second-factor.test.ts has it.',
    quotes: [
      'If the account has a [second factor]',
      'Without it the answer is 401 `Second factor required`',
      'For all other accounts `code` is ignored.',
      'the answer has one field more, `"enrolment_required": true`',
      'The id in it is no session:',
      '[it can only enrol a factor]',
      'With `"trust_browser": true` beside a right code',
      'The answer then sets one more cookie',
      '`The field "trust_browser" must be true or false`',
      '| 401 | `Second factor required` |',
      '| 401 | `Invalid code` |',
    ],
  },
  {
    why: 'It needs a fault of the store, a full queue, a crash or a second node, which no client brings about; test/http/trouble.test.ts and test/faults have them.',
    quotes: [
      'Other nodes on one PostgreSQL database',
      '| 500 | `User record missing in database` |',
      '| 500 | `Internal error` |',
      '| 503 | `Temporarily unavailable, try again later` |',
      '| 503 | `Too many logins at once, try again later` |',
      '| 503 | `Codes of the authenticator app cannot be checked now',
      'If the account was written and the session could not be',
      'If the store cannot end the session',
      'The cookie is cleared even then.',
    ],
  },
  {
    why: 'It depends on a setting of the operator or on a mail server: the kit takes what it finds.',
    quotes: [
      'every refusal below 500 is answered with status 200',
      'The operator decides who may register',
      'If an invitation is needed, the field `invite`',
      'The invitation does not verify the address.',
      'Otherwise the field is ignored.',
      'If a mail server is set',
      '| 403 | `Registration is closed` |',
      '| 403 | `Registration needs an invitation',
      'This contract reveals whether a name exists',
      'Confirming or changing the password sends',
      'No contract begins such a session',
    ],
  },
  {
    why: 'To find it out would fill the throttle of the server that is judged, or take days.',
    quotes: [
      '| 429 | `Too many attempts, try again later` |',
      'The cookie may outlive its session',
      'so that strangers who guess the password',
    ],
  },
  {
    why: 'A client of HTTP cannot send it, or a proxy in front answers it before the server does; test/http/malformed-lines.test.ts has it over a socket.',
    quotes: ['| 400 | `Malformed request` |', '| 417 | `The only expectation that can be met'],
  },
  {
    why: 'It is about what the server does not do, or keeps to itself.',
    quotes: [
      'Gatehouse does not check that the address exists.',
      'Gatehouse never logs it',
      'It gives no access.',
      'A logout does not clear it.',
    ],
  },
  {
    why: 'One more registration would be counted by the throttle, or the words are those of the product; test/http/passwords.test.ts has it.',
    quotes: [
      '| 422 | `Password must be well-formed Unicode',
      '`Password must be more than the name of this service',
    ],
  },
];
