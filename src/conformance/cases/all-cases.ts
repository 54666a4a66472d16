/** All cases, in the order in which a run takes them. */

import type { Case } from '../case.ts';
import type { ContractName } from '../verdicts.ts';
import { dotjsonLogin } from './dotjson/login.ts';
import { dotjsonLogout } from './dotjson/logout.ts';
import { dotjsonRegister } from './dotjson/register.ts';
import { dotjsonTimes } from './dotjson/times.ts';
import { envelopeLogin } from './envelope/login.ts';
import { envelopeLogout } from './envelope/logout.ts';
import { restCookie } from './rest/cookie.ts';
import { restLogin } from './rest/login.ts';
import { restLogout } from './rest/logout.ts';
import { restRegister } from './rest/register.ts';
import { bodyCases } from './shared/bodies.ts';
import { concurrencyCases } from './shared/concurrency.ts';
import { crossSiteCases } from './shared/cross-site.ts';
import { hostileCases } from './shared/hostile.ts';
import { idCases } from './shared/ids.ts';
import { pathCases } from './shared/paths.ts';
import { refusalCases } from './shared/refusals.ts';

const own: Readonly<Record<ContractName, readonly (readonly Case[])[]>> = {
  envelope: [envelopeLogin, envelopeLogout],
  rest: [restRegister, restLogin, restCookie, restLogout],
  dotjson: [dotjsonRegister, dotjsonLogin, dotjsonLogout, dotjsonTimes],
};

const shared = [idCases, refusalCases, bodyCases, pathCases, crossSiteCases, hostileCases, concurrencyCases];

/** The cases of these contracts. Those that send the most come last, so that a run that reaches a bound has the others. */
export function casesFor(contracts: readonly ContractName[]): Case[] {
  const cases = [
    ...contracts.flatMap((contract) => own[contract].flat()),
    ...shared.flatMap((of) => contracts.flatMap((contract) => of(contract, contracts))),
  ];
  return cases.filter(({ needs }) => needs === undefined || contracts.includes(needs));
}
