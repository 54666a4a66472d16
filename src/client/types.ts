/** The parts of the OpenAPI document that the client needs, as types. */

import type { components, operations } from './schema.ts';

export type OperationId = keyof operations;

type Responses<Id extends OperationId> = operations[Id]['responses'];

type BodyOf<Response> = Response extends { readonly content: infer Content } ? Content[keyof Content] : never;

type SuccessStatus = 200 | 201 | 202 | 204;

type Success<Id extends OperationId> = Exclude<
  BodyOf<Responses<Id>[keyof Responses<Id> & SuccessStatus]>,
  { readonly error: string }
>;

/** The JSON body that an operation needs. */
export type Request<Id extends OperationId> = operations[Id] extends {
  readonly requestBody: { readonly content: { readonly 'application/json': infer Body extends object } };
}
  ? Body
  : never;

/** What an operation answers if it succeeds; `undefined` for an answer without a body. */
export type Answer<Id extends OperationId> = [Success<Id>] extends [never] ? undefined : Success<Id>;

type RefusalStatus<Id extends OperationId> = Exclude<keyof Responses<Id> & number, SuccessStatus>;

type Refusal<Id extends OperationId> = BodyOf<Responses<Id>[RefusalStatus<Id>]>;

type Sentence<Body> = Body extends { readonly detail?: infer Detail }
  ? Detail
  : Body extends { readonly error?: infer Sentence }
    ? Sentence
    : never;

/**
 * Why a request is refused, word for word as in the error tables of the contracts. The last two are the answers of a server
 * on which the contract is switched off, or that has another base path.
 */
export type Detail =
  | { [Id in OperationId]: Sentence<Refusal<Id>> }[OperationId]
  | 'Not found'
  | 'Method not allowed';

/**
 * The status of a refusal. 200 comes from `envelope` and `dotjson` if the operator shows refusals as 200; 404, 405, 408 and 431
 * may come from any path.
 */
export type Status = { [Id in OperationId]: RefusalStatus<Id> }[OperationId] | 200 | 404 | 405 | 408 | 431;

/** The type of a problem; `about:blank` if the status is enough, and always for `envelope` and `dotjson`. */
export type ProblemType = components['schemas']['Problem']['type'];

type Check = components['schemas']['SessionCheck'];

/** A person with an account, as the session check shows them. */
export type User = Check['user'];

/** A live session, as the session check shows it. Its id is a secret, and is not here. */
export type Session = Check['session'];
