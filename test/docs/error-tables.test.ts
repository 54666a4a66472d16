/** The tables of errors in the documentation are the words of the code. */

import { describe, expect, test } from 'vitest';
import type { AnyRefusal, Contract } from '../../src/http/contract.ts';
import { dotjson } from '../../src/http/contracts/dotjson.ts';
import { envelope } from '../../src/http/contracts/envelope.ts';
import { rest } from '../../src/http/contracts/rest.ts';
import { refuseRaw } from '../../src/http/protocol-errors.ts';
import { refusalReply } from '../../src/http/refusals/refusal-reply.ts';
import { siteWords } from '../../src/http/refusals/refusal-words.ts';
import { Cookies } from '../../src/http/request/cookies.ts';
import { ownAccount } from '../../src/http/routes/own-account.ts';
import { ownEmail } from '../../src/http/routes/own-email.ts';
import { ownPasskeys } from '../../src/http/routes/own-passkeys.ts';
import { RequestCheck, sessionCheck } from '../../src/http/routes/session-check.ts';
import { Exports } from '../../src/usecases/account/export-account.ts';
import type { Services } from '../../src/usecases/services.ts';
import { part, read, rows, withoutTicks } from '../support/docs.ts';

describe('the error tables of the contract pages are the words of the code', () => {
  // A contract is asked for its words only; none of these is used for that.
  const services = {} as Services;
  const cookies = new Cookies(true, 1);
  const modes = { statusMode: 'http', enumeration: 'contract' } as const;
  const ofRegistration = ['registration_closed', 'not_invited'];
  const ofMail = ['invalid_token', 'nothing_to_verify'];
  const ofFactors = [
    ...['enrolment_required', 'factor_exists', 'unknown_factor', 'last_factor', 'totp_', 'no_enrolment'],
    ...[
      'no_second_step',
      'invalid_passkey',
      'invalid_counter',
      'too_many_passkeys',
      'invalid_name',
      'passkeys_',
    ],
  ];
  const ofPeople = [
    ...ofFactors,
    ...ofMail,
    'malformed_query',
    'not_proven',
    'too_many_exports',
    'unknown_session',
  ];
  const contracts: readonly [contract: Contract, field: string, unreachable: readonly string[]][] = [
    [
      envelope(services, 'http'),
      'username',
      [...ofPeople, ...ofRegistration, 'identifier_taken', 'invalid_identifier', 'password_'],
    ],
    [rest(services, cookies), 'email', [...ofPeople, 'no_session']],
    [dotjson(services, cookies, { ...modes, timeZone: 'UTC' }), 'username', ofPeople],
    [
      ownAccount(services, cookies, new Exports()),
      'password',
      [
        ...[...ofFactors, ...ofMail, ...ofRegistration],
        ...['user_record_missing', 'invalid_identifier', 'identifier_taken'],
      ],
    ],
    [
      ownEmail(services),
      'token',
      [
        ...[...ofFactors, ...ofRegistration, 'malformed_query', 'too_many_exports', 'unknown_session'],
        ...['user_record_missing', 'second_factor_required', 'invalid_code', 'codes_'],
      ],
    ],
    [
      ownPasskeys(services, cookies),
      'name',
      [
        ...[
          ...ofMail,
          ...ofRegistration,
          'malformed_query',
          'too_many_exports',
          'unknown_session',
          'password_',
        ],
        ...['user_record_missing', 'invalid_identifier', 'identifier_taken', 'wrong_password'],
        ...[
          'second_factor_required',
          'enrolment_required',
          'invalid_code',
          'codes_',
          'totp_',
          'no_enrolment',
        ],
      ],
    ],
    [
      sessionCheck(new RequestCheck(services)),
      '',
      Object.keys(siteWords).filter((name) => !isAnsweredByTheCheck(name)),
    ],
  ];

  function isAnsweredByTheCheck(name: string): boolean {
    const own = ['no_session', 'method_not_allowed', 'failed', 'unavailable'];
    return [...own, 'malformed_request', 'unmet_expectation'].includes(name);
  }

  /** Every query that a route knows, as the refusal of another one names it. */
  const queries = [read('src/http/routes/own-sessions.ts'), read('src/http/routes/own-account.ts')].flatMap(
    (text) => [...text.matchAll(/allowed: '([^']+)'/g)].map(([, allowed]) => allowed),
  );

  /** `status sentence` for everything a contract may answer, except what none of its routes can come to. */
  function words(contract: Contract, field: string, unreachable: readonly string[]): string[] {
    const said = Object.keys(siteWords)
      .filter((name) => !unreachable.some((start) => name.startsWith(start)))
      .flatMap((name) =>
        (name === 'malformed_query' ? queries : [undefined]).map((allowed) => [name, allowed]),
      )
      .map(([name, allowed]) => {
        const limit = name === 'password_too_short' ? 8 : 256;
        const refused = { refused: name, limit, field, allowed } as unknown as AnyRefusal;
        const { status, body } = refusalReply(contract, refused, { requestId: 'id' });
        const { error, detail } = body as { error?: string; detail?: string };
        return `${status} ${error ?? detail}`;
      });
    // Its logins take a field that is no text.
    if (['envelope', 'rest', 'dotjson'].includes(contract.name))
      said.push('400 The field "trust_browser" must be true or false');
    return [...new Set(said)].sort();
  }

  test.each(contracts.map(([contract, ...about]) => [contract.name, contract, ...about] as const))(
    '%s',
    (name, contract, field, unreachable) => {
      const documented = rows(part(`docs/contracts/${name}.md`, '## Errors'))
        .filter(([status]) => /^\d{3}$/.test(status ?? ''))
        .map(([status, sentence]) => `${status} ${withoutTicks(sentence)}`);
      expect([...documented].sort()).toEqual(words(contract, field, unreachable));
    },
  );

  test('the answers to input that is not a complete request', async () => {
    const documented = rows(part('docs/operating.md', '## Limits'))
      .filter(([status]) => /^\d{3}$/.test(status ?? ''))
      .map(([status, sentence]) => `${status} ${withoutTicks(sentence)}`);
    const faults = ['malformed', 'too_slow', 'headers_too_large'] as const;
    const said = faults.map(async (fault) => {
      const { status, detail } = JSON.parse(refuseRaw(fault, 'on').body) as {
        status: number;
        detail: string;
      };
      return `${status} ${detail}`;
    });
    expect(documented).toEqual(await Promise.all(said));
  });
});
