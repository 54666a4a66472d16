/** Requests of pages on every contract: those of another site are refused, and CORS is for origins that were allowed. */

import { type Case, casesOf } from '../../case.ts';
import { isEnded } from '../../context.ts';
import {
  expectHeader,
  expectNoCookie,
  expectRefusedWith,
  expectStatus,
  fieldsOf,
  header,
} from '../../expectations.ts';
import { Broken, type ContractName } from '../../verdicts.ts';
import { wires } from '../../wire.ts';

const quote = '| 403 | `Cross-site request refused. Add the Origin of the page to GATEHOUSE_ALLOWED_ORIGINS;';
const page = 'https://another-site.example';

export function crossSiteCases(contract: ContractName): Case[] {
  const wire = wires[contract];
  const { reading } = casesOf({ contract });

  const refused = (id: string, title: string, headers: Readonly<Record<string, string>>) =>
    reading('G13', {
      id: `${contract}.cross-site.${id}`,
      title,
      quote,
      attempts: 1,
      async run(context) {
        const answer = await context.login(contract, await context.person(contract), { headers });
        if (fieldsOf(answer)?.[wire.idField] !== undefined)
          throw new Broken('a refusal with 403', 'a login: a page of another site can log people in', answer);
        expectRefusedWith(wire, answer, 403, context.options.statusOk);
        expectNoCookie(answer);
      },
    });

  return [
    refused('fetch-metadata', 'a login from a page of another site (Sec-Fetch-Site) is refused with 403', {
      'Sec-Fetch-Site': 'cross-site',
      Origin: page,
    }),
    refused('origin', 'a login with the Origin of another site is refused with 403', { Origin: page }),
    refused('null', 'a login with the Origin null is refused with 403', { Origin: 'null' }),
    reading('G13', {
      id: `${contract}.cross-site.logout`,
      title: 'a logout from a page of another site ends no session',
      quote,
      async run(context) {
        const id = await context.session(contract);
        const answer = await context.logout(contract, id, { 'Sec-Fetch-Site': 'cross-site', Origin: page });
        expectNoCookie(answer);
        const isAlive =
          contract === 'rest' ? await context.isAlive(id) : isEnded(await context.logout(contract, id));
        if (!isAlive)
          throw new Broken(
            'the session to be alive',
            'it has ended: pages of other sites can log people out',
            answer,
          );
      },
    }),
    reading('G13', {
      id: `${contract}.cross-site.reflected`,
      title: 'no answer allows every origin, or the one that happens to ask',
      quote,
      async run(context) {
        const answer = await context.send({ path: wire.loginPath, headers: { Origin: page } });
        const allowed = header(answer, 'Access-Control-Allow-Origin');
        if (allowed !== undefined) throw new Broken('no Access-Control-Allow-Origin', allowed, answer);
      },
    }),
    reading('W3', {
      id: `${contract}.cors.preflight`,
      title: 'a preflight of an allowed origin is answered with 204, with credentials',
      quote,
      async run(context) {
        const origin = context.options.secondOrigin ?? '';
        const headers = {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type',
        };
        const answer = await context.send({ method: 'OPTIONS', path: wire.loginPath, headers });
        expectStatus(answer, 204);
        if (header(answer, 'Access-Control-Allow-Origin') !== origin)
          throw new Broken(
            `Access-Control-Allow-Origin: ${origin}`,
            header(answer, 'Access-Control-Allow-Origin') ?? 'none',
            answer,
          );
        expectHeader(answer, 'Access-Control-Allow-Credentials', /^true$/, 'true');
      },
    }),
    reading('G13', {
      id: `${contract}.cors.login`,
      title: 'a login from an allowed origin is a login, and its page may read the answer',
      quote,
      attempts: 1,
      async run(context) {
        const origin = context.options.secondOrigin ?? '';
        const headers = { Origin: origin, 'Sec-Fetch-Site': 'cross-site' };
        const answer = await context.login(contract, await context.person(contract), { headers });
        if (fieldsOf(answer)?.[wire.idField] === undefined)
          throw new Broken('a login', `status ${answer.status}`, answer);
        if (header(answer, 'Access-Control-Allow-Origin') !== origin)
          throw new Broken(
            `Access-Control-Allow-Origin: ${origin}`,
            header(answer, 'Access-Control-Allow-Origin') ?? 'none',
            answer,
          );
      },
    }),
  ];
}
