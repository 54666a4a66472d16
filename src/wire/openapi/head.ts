/** Describes HEAD where there is a GET. */

import { problemResponses } from './refusals.ts';
import type { Operation, Reference, Response } from './shape.ts';

/** The operation that answers with the status and the headers of another, and no body (RFC 9110, section 9.3.2). */
export function headOf(get: Operation): Operation {
  const answers = Object.entries(get.responses).map(([status, answer]) => [status, withoutBody(answer)]);
  return {
    ...get,
    operationId: `${get.operationId}Head`,
    summary: `${get.summary} (status and headers only)`,
    description: `Like GET, without a body. ${get.description}`,
    responses: Object.fromEntries(answers),
  };
}

function withoutBody(answer: Response | Reference): Response | Reference {
  const whole =
    '$ref' in answer ? problemResponses[answer.$ref.slice(answer.$ref.lastIndexOf('/') + 1)] : answer;
  if (!whole) throw new TypeError('HEAD can only be described for routes that refuse in problem details.');
  const { description, headers } = whole;
  return { description, headers };
}
