/** An id that a client proposes, in every place that one could be read from, and how to see that none was adopted. */

import type { Answer } from '../client/exchange.ts';
import { expectMatch, fieldsOf } from '../expectations.ts';
import { Broken } from '../verdicts.ts';
import type { Wire } from '../wire.ts';

/** What a request carries besides its own fields. */
export function proposalOf(id: string) {
  return {
    query: `?s=${id}&session_id=${id}`,
    fields: { id, session: id, session_id: id, s: id, token: id },
    headers: { Cookie: `session_id=${id}`, 'X-Session-Id': id, Authorization: `Bearer ${id}` },
  };
}

/** The answer gives an id of its own, of the shape that ids of the contract have. */
export function expectNotAdopted(wire: Wire, answer: Answer, proposed: string): void {
  if (
    fieldsOf(answer)?.[wire.idField] === proposed ||
    String(answer.headers['set-cookie']).includes(proposed)
  )
    throw new Broken('an id that the server made', 'the id that the client sent', answer);
  expectMatch(answer, wire.idField, wire.idPattern, wire.idWords);
}
