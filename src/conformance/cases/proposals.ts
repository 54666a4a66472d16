/** A session id that the client proposes, wherever a server could read one, and the expectation that it is not adopted. */

import type { Answer } from '../client/exchange.ts';
import { expectMatch, fieldsOf } from '../expectations.ts';
import type { Protocol } from '../protocol.ts';
import { Failure } from '../verdicts.ts';

/** What a request that proposes an id has besides its own fields. */
export function proposalOf(id: string) {
  return {
    query: `?s=${encodeURIComponent(id)}&session_id=${encodeURIComponent(id)}`,
    fields: { id, session: id, session_id: id, s: id, token: id },
    headers: { Cookie: `session_id=${id}`, 'X-Session-Id': id, Authorization: `Bearer ${id}` },
  };
}

/** The answer has another id, of the form that ids of the contract have. */
export function expectNotAdopted(protocol: Protocol, answer: Answer, proposed: string): void {
  if (
    fieldsOf(answer)?.[protocol.idField] === proposed ||
    String(answer.headers['set-cookie']).includes(proposed)
  )
    throw new Failure('an id that the server made', 'the id that the client sent', answer);
  expectMatch(answer, protocol.idField, protocol.idPattern, protocol.idWords);
}
