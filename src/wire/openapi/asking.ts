/** JSON bodies of a person's requests in the OpenAPI document, and what they may be refused for. */

import { response } from './headers.ts';
import { malformed, problemSaid, refusalsOf, shared } from './refusals.ts';
import type { Response, Schema } from './shape.ts';

/** What a JSON body with these fields may be refused for. */
export function unusable(fields: readonly string[], others: readonly string[] = []): Response {
  return response(
    'The body is not one JSON object, or a field is missing, not a string or of no use.',
    problemSaid(400, [
      ...fields.map((field) => `The field "${field}" must be a string`),
      'The body must be one JSON object in UTF-8',
      ...others,
      malformed,
    ]),
  );
}

/** A JSON body in which all of these fields are required. */
export function bodyOf(
  properties: Readonly<Record<string, Schema>>,
  example: Readonly<Record<string, string>>,
) {
  const schema = { type: 'object', properties, required: Object.keys(properties) };
  return {
    description: 'One JSON object; other fields are ignored.',
    required: true,
    content: { 'application/json': { schema, example } },
  };
}

/** The refusals of a route that asks for the password again. */
export function asksPassword(fields: readonly string[]) {
  return {
    ...refusalsOf('Problem'),
    400: unusable(fields),
    401: shared('NotAuthenticated'),
    403: shared('ConfirmFirst'),
    429: shared('ProblemTooMany'),
  };
}
