/** All faults that the kit has to find, each a small change of the right server. */

import type { Fault } from './fault-parts.ts';
import { faultsOfDotjson } from './faults-of-dotjson.ts';
import { faultsOfEnvelope } from './faults-of-envelope.ts';
import { faultsOfRequests } from './faults-of-requests.ts';
import { faultsOfRest } from './faults-of-rest.ts';

export const faults: readonly Fault[] = [
  ...faultsOfEnvelope,
  ...faultsOfRest,
  ...faultsOfDotjson,
  ...faultsOfRequests,
];
