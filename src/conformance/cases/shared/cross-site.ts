/** Cases of requests from web pages, on every contract: those of another site are refused, and CORS is for allowed origins only. */

import { type Case, casesOf } from '../../case.ts';
import type { Answer } from '../../client/exchange.ts';
import {
  expectHeader,
  expectLogin,
  expectNoCookie,
  expectNoLogin,
  expectRefusedWith,
  expectStatus,
  header,
} from '../../expectations.ts';
import { protocols } from '../../protocol.ts';
import { type ContractName, Failure } from '../../verdicts.ts';
import { expectAlive } from '../liveness.ts';

const quote = '| 403 | `Cross-site request refused. Add the Origin of the page to GATEHOUSE_ALLOWED_ORIGINS;';
const page = 'https://another-site.example';

function expectAllowed(answer: Answer, origin: string): void {
  const allowed = header(answer, 'Access-Control-Allow-Origin');
  if (allowed !== origin)
    throw new Failure(`Access-Control-Allow-Origin: ${origin}`, allowed ?? 'no such header', answer);
}

export function crossSiteCases(contract: ContractName): Case[] {
  const protocol = protocols[contract];
  const { reading } = casesOf(contract);

  const refused = (id: string, title: string, headers: Readonly<Record<string, string>>) =>
    reading('G13', {
      id: `${contract}.cross-site.${id}`,
      title,
      quote,
      async run(context) {
        const answer = await context.login(contract, await context.account(contract), { headers });
        expectNoLogin(protocol, answer);
        expectRefusedWith(protocol, answer, 403, context.options.statusOk);
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
      title: 'a logout from a page of another site is refused with 403, and ends no session',
      quote,
      async run(context) {
        const id = await context.session(contract);
        const answer = await context.logout(contract, id, { 'Sec-Fetch-Site': 'cross-site', Origin: page });
        expectRefusedWith(protocol, answer, 403, context.options.statusOk);
        expectNoCookie(answer);
        await expectAlive(context, contract, id, answer);
      },
    }),
    reading('G13', {
      id: `${contract}.cross-site.reflected`,
      title: 'no answer allows every origin, or the one that happens to ask',
      quote,
      async run(context) {
        const headers = { Origin: page, 'Access-Control-Request-Method': 'POST' };
        for (const method of ['GET', 'OPTIONS']) {
          const answer = await context.send({ method, path: protocol.loginPath, headers });
          const allowed = header(answer, 'Access-Control-Allow-Origin');
          if (allowed !== undefined) throw new Failure('no Access-Control-Allow-Origin', allowed, answer);
        }
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
        const answer = await context.send({ method: 'OPTIONS', path: protocol.loginPath, headers });
        expectStatus(answer, 204);
        expectAllowed(answer, origin);
        expectHeader(answer, 'Access-Control-Allow-Credentials', /^true$/, 'true');
      },
    }),
    reading('G13', {
      id: `${contract}.cors.login`,
      title: 'a login from an allowed origin is a login, and its page may read the answer',
      quote,
      async run(context) {
        const origin = context.options.secondOrigin ?? '';
        const headers = { Origin: origin, 'Sec-Fetch-Site': 'cross-site' };
        const answer = await context.login(contract, await context.account(contract), { headers });
        expectLogin(protocol, answer);
        expectAllowed(answer, origin);
      },
    }),
  ];
}
