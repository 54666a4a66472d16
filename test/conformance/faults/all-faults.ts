/** All faults that the kit has to find, each a small change of the right server. */

import { faultsOfAnswers } from './answers.ts';
import { faultsOfDotjson } from './dotjson.ts';
import { faultsOfEnvelope } from './envelope.ts';
import type { Fault } from './parts.ts';
import { faultsOfRegistrations } from './registrations.ts';
import { faultsOfRequests } from './requests.ts';
import { faultsOfRest } from './rest.ts';
import { faultsOfSessions } from './sessions.ts';
import { faultsOfState } from './stateful.ts';

export const faults: readonly Fault[] = [
  ...faultsOfEnvelope,
  ...faultsOfRest,
  ...faultsOfDotjson,
  ...faultsOfRegistrations,
  ...faultsOfSessions,
  ...faultsOfState,
  ...faultsOfAnswers,
  ...faultsOfRequests,
];
