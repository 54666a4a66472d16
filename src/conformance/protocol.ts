/** What the cases need to know of each contract: its paths, fields, ids and sentences. */

import type { ContractName } from './verdicts.ts';

export interface Protocol {
  readonly contract: ContractName;
  readonly registerPath: string | undefined;
  readonly loginPath: string;
  readonly logoutPath: string;
  /** The field of the name at registration and login. */
  readonly nameField: 'username' | 'email';
  /** The field of a login's answer that holds the session id. */
  readonly idField: 'session' | 'session_id' | 'id';
  readonly idPattern: RegExp;
  readonly idWords: string;
  /** The media type of a refusal. */
  readonly errorType: string;
  /** The field of a refusal that holds its sentence. */
  readonly errorField: 'error' | 'detail';
  /** All fields of a refusal. */
  readonly errorFields: readonly string[];
  readonly wrongPassword: string;
  readonly unknownName: string;
  /** A path that belongs to the contract and is no route. */
  readonly strayPath: string;
}

const letters = { idPattern: /^[a-z0-9]{26}$/, idWords: '26 characters of a to z and 0 to 9' };

export const protocols: Readonly<Record<ContractName, Protocol>> = {
  envelope: {
    contract: 'envelope',
    registerPath: undefined,
    loginPath: '/api/auth/login',
    logoutPath: '/api/auth/logout',
    nameField: 'username',
    idField: 'session',
    ...letters,
    errorType: 'application/json',
    errorField: 'error',
    errorFields: ['request', 'error'],
    wrongPassword: 'Invalid username or password',
    unknownName: 'Invalid username or password',
    strayPath: '/api/auth/nothing-here',
  },
  rest: {
    contract: 'rest',
    registerPath: '/auth/register',
    loginPath: '/auth/login',
    logoutPath: '/auth/logout',
    nameField: 'email',
    idField: 'session_id',
    idPattern: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    idWords: 'a version 4 UUID in lower case',
    errorType: 'application/problem+json',
    errorField: 'detail',
    errorFields: ['type', 'title', 'status', 'detail'],
    wrongPassword: 'Invalid email or password',
    unknownName: 'Invalid email or password',
    strayPath: '/auth/nothing-here',
  },
  dotjson: {
    contract: 'dotjson',
    registerPath: '/register.json',
    loginPath: '/login.json',
    logoutPath: '/logout.json',
    nameField: 'username',
    idField: 'id',
    ...letters,
    errorType: 'application/json',
    errorField: 'error',
    errorFields: ['error'],
    wrongPassword: 'Invalid password',
    unknownName: 'User does not exist',
    strayPath: '/nothing-here.json',
  },
};
