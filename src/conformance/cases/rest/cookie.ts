/** Cases of the cookies of `rest`, as a browser reads them. */

import { casesOf } from '../../case.ts';
import { cookieOf, expectAttribute, expectNoDomain, sessionCookie } from '../../cookies.ts';
import { Failure, Inconclusive } from '../../verdicts.ts';

const { must, reading } = casesOf('rest');

export const restCookie = [
  must({
    id: 'rest.cookie.http-only',
    title: 'scripts cannot read the cookie: it is HttpOnly',
    quote: '| `HttpOnly` | always: scripts cannot read it |',
    async run(context) {
      expectAttribute(await context.loggedIn('rest'), 'HttpOnly');
    },
  }),
  must({
    id: 'rest.cookie.secure',
    title: 'the cookie is Secure',
    quote: '| `Secure` | always, except in [debug mode](../settings.md) |',
    async run(context) {
      const answer = await context.loggedIn('rest');
      if (context.options.isSecure || sessionCookie(answer).attributes.has('secure'))
        return expectAttribute(answer, 'Secure');
      context.note(
        'The cookie is not Secure. Over plain http that may be a debug mode, which the contract allows; run this against https to know.',
      );
    },
  }),
  must({
    id: 'rest.cookie.same-site',
    title: 'the cookie has SameSite=Lax',
    quote: '| `SameSite` | `Lax` |',
    async run(context) {
      expectAttribute(await context.loggedIn('rest'), 'SameSite', 'Lax');
    },
  }),
  reading('R3', {
    id: 'rest.cookie.path',
    title: 'the cookie is sent to every path: Path=/',
    quote: '| `Path` | `/` |',
    async run(context) {
      expectAttribute(await context.loggedIn('rest'), 'Path', '/');
    },
  }),
  reading('R3', {
    id: 'rest.cookie.domain',
    title: 'only this host receives the cookie: it has no Domain',
    quote: '| `Domain` | absent: only this host receives the cookie |',
    async run(context) {
      const answer = await context.loggedIn('rest');
      expectNoDomain(answer, sessionCookie(answer));
    },
  }),
  reading('R3', {
    id: 'rest.cookie.max-age',
    title: 'the cookie has a Max-Age, the absolute lifetime of a session',
    quote: '| `Max-Age` | the absolute lifetime of a session, 2592000 seconds (30 days) by default |',
    async run(context) {
      const answer = await context.loggedIn('rest');
      expectAttribute(answer, 'Max-Age');
      const value = sessionCookie(answer).attributes.get('max-age') ?? '';
      if (!/^[1-9]\d*$/.test(value)) throw new Failure('a Max-Age above 0', `Max-Age=${value}`, answer);
    },
  }),
  reading('P10', {
    id: 'rest.cookie.device',
    title: 'a login sets a second cookie, by which the browser is known for the account',
    quote: 'A registration and a login set a second cookie with the same attributes:',
    also: [
      '| name | `__Host-gatehouse_device`; in [debug mode](../settings.md), where `Secure` is missing, `gatehouse_device` |',
      '| value | one to four ids of 26 letters and digits, with dots in between |',
      '| `Max-Age` | 31536000 seconds, a year |',
      '| others | as above |',
      'Because of the prefix `__Host-`, browsers accept it from this host only: another host of the same domain cannot replace it.',
    ],
    async run(context) {
      const answer = await context.loggedIn('rest');
      const isSecure = sessionCookie(answer).attributes.has('secure');
      const name = isSecure ? '__Host-gatehouse_device' : 'gatehouse_device';
      const device = cookieOf(answer, name);
      // Another server need not have it: the contract does not say it, and nothing else depends on it.
      if (!device)
        throw new Inconclusive(`The server sets no cookie ${name}, which the contract does not ask for`);
      if (!/^[a-z0-9]{26}(?:\.[a-z0-9]{26}){0,3}$/.test(device.value))
        throw new Failure('one to four ids of 26 letters and digits', device.value, answer);
      expectAttribute(answer, 'Max-Age', '31536000', device);
      expectAttribute(answer, 'HttpOnly', undefined, device);
      if (isSecure) expectAttribute(answer, 'Secure', undefined, device);
      expectAttribute(answer, 'SameSite', 'Lax', device);
      expectAttribute(answer, 'Path', '/', device);
      expectNoDomain(answer, device);
    },
  }),
];
