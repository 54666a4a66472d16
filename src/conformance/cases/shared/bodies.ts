/** Cases of request bodies, on every contract: JSON in UTF-8, one object, its fields, its media type and its size. */

import { type Case, casesOf } from '../../case.ts';
import type { SentRequest } from '../../client/exchange.ts';
import type { Context } from '../../context.ts';
import { expectLogin, expectRefusedWith, expectText } from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import type { ContractName } from '../../verdicts.ts';

const notOneObject = 'The body must be one JSON object in UTF-8';
const rows = {
  object:
    '| 400 | `The body must be one JSON object in UTF-8` | The body is not JSON, not an object or not UTF-8, or it begins with a byte order mark. |',
  size: '| 413 | `The body is larger than 16 KiB` | The connection is closed after the answer. |',
  type: '| 415 | `Content-Type must be application/json` | The type is missing or another one, or the charset is not UTF-8. |',
  coding: '| 415 | `Content-Encoding must be identity` | The body is compressed. |',
};
const fieldRows = {
  envelope: '| 400 | `The field "username" must be a string` | The field is missing or of another type.',
  rest: '| 400 | `The field "email" must be a string` | The field is missing or of another type.',
  dotjson: '| 400 | `The field "username" must be a string` | The field is missing or of another type.',
};
const logins = {
  envelope: '| `POST /api/auth/login` | `{ "username", "password" }`',
  rest: '| `POST /auth/login` | `{ "email", "password" }`',
  dotjson: '| `POST /login.json` | `{ "username", "password" }`',
};

export function bodyCases(contract: ContractName): Case[] {
  const protocol = protocols[contract];
  const { reading } = casesOf(contract);
  const { nameField: field } = protocol;
  const json = { 'Content-Type': 'application/json' };

  /** A login whose body or headers are refused. */
  const refused = (
    id: string,
    title: string,
    quote: string,
    status: number,
    sentence: string,
    request: Partial<SentRequest>,
    ruling = 'G10',
  ) =>
    reading(ruling, {
      id: `${contract}.body.${id}`,
      title,
      quote,
      async run(context) {
        const answer = await context.send({
          method: 'POST',
          path: protocol.loginPath,
          headers: json,
          ...request,
        });
        expectRefusedWith(protocol, answer, status, context.options.statusOk);
        expectText(answer, protocol.errorField, sentence);
      },
    });

  /** A login in an uncommon form that is allowed. */
  const allowed = (id: string, title: string, request: (fields: object) => Partial<SentRequest>) =>
    reading('G10', {
      id: `${contract}.body.${id}`,
      title,
      quote: logins[contract],
      async run(context: Context) {
        const account = await context.account(contract);
        const fields = { [field]: account.name, password: account.password };
        expectLogin(protocol, await context.login(contract, account, request(fields)));
      },
    });

  const text = JSON.stringify({ [field]: 'nothing', password: 'nothing at all' });
  const large = JSON.stringify({
    [field]: 'nothing',
    password: 'nothing at all',
    padding: 'x'.repeat(17_000),
  });
  return [
    refused('not-json', 'a body that is not JSON is refused with 400', rows.object, 400, notOneObject, {
      body: `${text.slice(0, -1)}`,
    }),
    refused('array', 'a body that is an array is refused with 400', rows.object, 400, notOneObject, {
      body: `[${text}]`,
    }),
    refused('null', 'a body that is null is refused with 400', rows.object, 400, notOneObject, {
      body: 'null',
    }),
    refused('empty', 'an empty body is refused with 400', rows.object, 400, notOneObject, { body: '' }),
    refused('mark', 'a body with a byte order mark is refused with 400', rows.object, 400, notOneObject, {
      body: `\ufeff${text}`,
    }),
    refused('utf-8', 'a body that is not UTF-8 is refused with 400', rows.object, 400, notOneObject, {
      body: Buffer.from(text.replace('nothing', 'n\u00e4chtig'), 'latin1'),
    }),
    refused(
      'field-missing',
      'a missing field is refused with 400, by its name',
      fieldRows[contract],
      400,
      `The field "${field}" must be a string`,
      {
        body: JSON.stringify({ password: 'nothing at all' }),
      },
      'G8',
    ),
    refused(
      'field-type',
      'a field that is no string is refused with 400, by its name',
      fieldRows[contract],
      400,
      'The field "password" must be a string',
      {
        body: JSON.stringify({ [field]: 'nothing', password: 12_345_678 }),
      },
      'G8',
    ),
    refused(
      'type',
      'a body of type text/plain is refused with 415',
      rows.type,
      415,
      'Content-Type must be application/json',
      {
        body: text,
        headers: { 'Content-Type': 'text/plain' },
      },
    ),
    refused(
      'form',
      'a form is refused with 415, so that no page of another site can log in',
      rows.type,
      415,
      'Content-Type must be application/json',
      {
        body: `${field}=nothing&password=nothing+at+all`,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      },
    ),
    refused(
      'charset',
      'a charset other than UTF-8 is refused with 415',
      rows.type,
      415,
      'Content-Type must be application/json',
      {
        body: text,
        headers: { 'Content-Type': 'application/json; charset=iso-8859-1' },
      },
    ),
    refused(
      'coding',
      'a compressed body is refused with 415',
      rows.coding,
      415,
      'Content-Encoding must be identity',
      {
        body: text,
        headers: { ...json, 'Content-Encoding': 'gzip' },
      },
    ),
    refused(
      'size',
      'a body above 16 KiB is refused with 413',
      rows.size,
      413,
      'The body is larger than 16 KiB',
      { body: large },
      'G8',
    ),
    allowed('type-spelling', 'the media type may be in capitals, with charset=utf-8', () => ({
      headers: { 'Content-Type': 'APPLICATION/JSON; charset=UTF-8' },
    })),
    allowed('unknown-fields', 'fields that the contract does not know are ignored', (fields) => ({
      body: JSON.stringify({ nothing: [1, { deep: null }], ...fields }),
    })),
    allowed('duplicate', 'if a field is there twice, the last one counts', (fields) => ({
      body: JSON.stringify(fields).replace('{', `{"password":"not the right one","${field}":"nothing",`),
    })),
  ];
}
