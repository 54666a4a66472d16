/** The caller that is no client: an operator at the command line, or the application around Gatehouse. */

import { newUuid } from '../crypto/ids.ts';
import type { Caller } from './services.ts';

/** `contract` is how the audit names it. */
export function localCaller(contract: 'cli' | 'library', now: number): Caller {
  return { contract, network: 'local', device: '', deviceIds: undefined, requestId: newUuid(), now };
}
