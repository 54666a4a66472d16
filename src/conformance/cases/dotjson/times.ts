/** Cases of the field `created` of `dotjson`: a date-time with offset and time zone (RFC 9557). */

import { casesOf } from '../../case.ts';
import type { Answer } from '../../client/exchange.ts';
import type { Context } from '../../context.ts';
import { expectStrings } from '../../expectations.ts';
import { Failure, Inconclusive } from '../../verdicts.ts';
import { registered } from './register.ts';

const { reading } = casesOf('dotjson');
const format =
  '`created` is a date-time in the format of RFC 9557: local time with offset, then the time zone in brackets.';
const fraction = 'Its fraction has no trailing zeros and is absent at a full second.';
const meaning = 'At registration, when the account was made; at login, when the session began.';

/** As far as the clocks of two machines may differ, in milliseconds. */
const maxSkewMs = 300_000;

interface Created {
  readonly local: string;
  readonly fraction: string;
  readonly offset: string;
  readonly zone: string;
}

/** For cases that look further: an answer that cannot be read at all is the matter of the case of the format. */
function readable(answer: Answer): Created {
  try {
    return createdOf(answer);
  } catch {
    throw new Inconclusive('`created` cannot be read; see the case dotjson.created.format');
  }
}

function createdOf(answer: Answer): Created {
  const { created = '' } = expectStrings(answer, 'created');
  const parts =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([+-]\d\d:\d\d|Z)\[([A-Za-z0-9_+\-/:]+)\]$/.exec(
      created,
    );
  if (!parts)
    throw new Failure(
      'a date-time with offset and zone, such as 2025-02-07T19:41:52.92-05:00[America/New_York]',
      JSON.stringify(created),
      answer,
    );
  const [, local = '', digits = '', offset = '', zone = ''] = parts;
  return { local, fraction: digits, offset, zone };
}

const answers = async (context: Context) => {
  // Where none can register, there is the login.
  const { answer } = await registered(context).catch(() => ({ answer: undefined }));
  return [...(answer && answer.status < 300 ? [answer] : []), await context.loggedIn('dotjson')];
};

export const dotjsonTimes = [
  reading('D2', {
    id: 'dotjson.created.format',
    title: 'created has local time, offset and time zone',
    quote: format,
    also: ['`Temporal.ZonedDateTime.from` reads it.', 'A parser of RFC 3339 reads it without the brackets.'],
    async run(context) {
      for (const answer of await answers(context)) createdOf(answer);
    },
  }),
  reading('D2', {
    id: 'dotjson.created.offset',
    title: 'the offset of created is that of its time zone',
    quote: format,
    also: ["The zone is that of [`GATEHOUSE_TIME_ZONE`](../settings.md), by default the server's."],
    async run(context) {
      const answer = await context.loggedIn('dotjson');
      const { local, offset, zone } = readable(answer);
      const at = Date.parse(local + offset);
      const wanted = offsetAt(zone, at);
      if (wanted === undefined) throw new Failure('a time zone of the IANA database', zone, answer);
      if (wanted !== offset.replace('Z', '+00:00'))
        throw new Failure(`the offset ${wanted} of ${zone}`, offset, answer);
    },
  }),
  reading('D2', {
    id: 'dotjson.created.fraction',
    title: 'the fraction of created has no trailing zeros',
    quote: fraction,
    async run(context) {
      // One instant in ten ends in a zero: of all logins so far one shows it.
      const logins = context.begun.filter(({ contract }) => contract === 'dotjson');
      const more = logins.map(({ answer }) => answer);
      for (const answer of [...(await answers(context)), ...more]) {
        const { fraction } = readable(answer);
        if (fraction.endsWith('0'))
          throw new Failure('no trailing zeros in the fraction of a second', `.${fraction}`, answer);
      }
    },
  }),
  reading('D2', {
    id: 'dotjson.created.instant',
    title: 'created of a login is when the session began, and of a registration when the account was made',
    quote: meaning,
    async run(context) {
      const answer = await context.loggedIn('dotjson');
      const { local, fraction, offset } = readable(answer);
      const at = Date.parse(`${local}.${fraction || '0'}${offset}`);
      const differenceMs = Math.abs(at - context.options.now());
      if (Number.isNaN(at) || differenceMs > maxSkewMs)
        throw new Failure('the present, give or take five minutes', `${local}${offset}`, answer);
    },
  }),
];

/** The offset of a zone at an instant, such as `-05:00`; `undefined` for a zone that is none. */
function offsetAt(zone: string, at: number): string | undefined {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(
      at,
    );
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    return name.replace(/^GMT/, '').replace(/^$/, '+00:00');
  } catch {
    return undefined;
  }
}
