/** Who may register, in the OpenAPI document: the invitation, and the refusals of both contracts (ruling W5). */

import { response } from './headers.ts';
import { crossSite, type Said } from './refusals.ts';
import type { Response, Schema } from './shape.ts';

/** The field `invite` of a registration. */
export const invitation: Schema = {
  description:
    'The token of an invitation for this name. Needed where the operator lets only the invited register ' +
    '(`GATEHOUSE_REGISTRATION=invite`), and ignored elsewhere.',
  type: 'string',
};

export const inviteIsNoString = 'The field "invite" must be a string';

/** The answer to a person who may not register. */
export function mayNotRegister(said: Said): Response {
  return response(
    'Registration is closed; or it needs an invitation, and there was none for this name that is still good; or the ' +
      'request came from a page of an origin that is not allowed. Nothing was made.',
    said(403, [
      'Registration is closed',
      'Registration needs an invitation: the field "invite" must hold the token of one for this name',
      crossSite,
    ]),
  );
}
