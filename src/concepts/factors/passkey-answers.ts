/** Reads the answers of authenticators, which anyone can make up, into their few texts of bounded size. */

/** The largest answer, in characters of its texts together, or as JSON. Real ones have less than 2,000. */
export const maxAnswerCharacters = 8_192;

/** A credential id has at most 1,023 bytes (WebAuthn level 3, section 4). */
const maxIdCharacters = Math.ceil((1_023 * 4) / 3);

/** Authenticators have three or four transports; more are ignored. */
const maxTransports = 8;

/** What a browser returns of `navigator.credentials.create()`. Bytes are in base64url. */
export interface RegistrationAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports: readonly string[];
}

/** What a browser returns of `navigator.credentials.get()`. */
export interface AuthenticationAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
  /** The user handle of a discoverable credential. */
  readonly userHandle: string | undefined;
}

/** Reads an answer to a registration; `undefined` if it cannot be one. Unknown fields are ignored. */
export function registrationAnswer(answer: unknown): RegistrationAnswer | undefined {
  const credential = credentialOf(answer);
  if (!credential) return undefined;
  const { id, response } = credential;
  const { clientDataJSON, attestationObject, transports } = response;
  if (!isBase64url(clientDataJSON) || !isBase64url(attestationObject)) return undefined;
  if (!isBounded(id, clientDataJSON, attestationObject) || !isOfOwnPage(clientDataJSON)) return undefined;
  return { id, clientDataJSON, attestationObject, transports: transportsOf(transports) };
}

/** Reads an answer to an authentication; `undefined` if it cannot be one. Unknown fields are ignored. */
export function authenticationAnswer(answer: unknown): AuthenticationAnswer | undefined {
  const credential = credentialOf(answer);
  if (!credential) return undefined;
  const { id, response } = credential;
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  if (!isBase64url(clientDataJSON) || !isBase64url(authenticatorData) || !isBase64url(signature)) {
    return undefined;
  }
  // Browsers leave the handle out, or send `null`, for credentials that are not discoverable.
  const handle = userHandle === null || userHandle === '' ? undefined : userHandle;
  if (handle !== undefined && !isBase64url(handle)) return undefined;
  if (!isBounded(id, clientDataJSON, authenticatorData, signature, handle ?? '')) return undefined;
  if (!isOfOwnPage(clientDataJSON)) return undefined;
  return { id, clientDataJSON, authenticatorData, signature, userHandle: handle };
}

/** The challenge that an answer is for; `undefined` if it can be no answer. It is verified with the signature only. */
export function challengeOf(answer: unknown): string | undefined {
  const clientDataJSON = credentialOf(answer)?.response['clientDataJSON'];
  if (!isBase64url(clientDataJSON)) return undefined;
  const clientData = clientDataOf(clientDataJSON);
  return isFields(clientData) && typeof clientData['challenge'] === 'string'
    ? clientData['challenge']
    : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** The parts that both answers have. A text is read as JSON. */
function credentialOf(answer: unknown): { readonly id: string; readonly response: Fields } | undefined {
  const parsed = typeof answer === 'string' ? parse(answer) : answer;
  if (!isFields(parsed)) return undefined;
  const { id, rawId, type, response } = parsed;
  if (type !== 'public-key' || !isBase64url(id) || id !== rawId || id.length > maxIdCharacters) {
    return undefined;
  }
  return isFields(response) ? { id, response } : undefined;
}

function parse(text: string): unknown {
  if (text.length > maxAnswerCharacters) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBase64url(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxAnswerCharacters && /^[\w-]+$/.test(value);
}

function isBounded(...texts: readonly string[]): boolean {
  return texts.reduce((sum, { length }) => sum + length, 0) <= maxAnswerCharacters;
}

/**
 * Whether the answer was made in a page of its own. In a frame on a page of another origin, the person may not see whom they
 * answer (WebAuthn level 3, sections 7.1 and 7.2: `crossOrigin` and `topOrigin`).
 */
function isOfOwnPage(clientDataJSON: string): boolean {
  const clientData = clientDataOf(clientDataJSON);
  return isFields(clientData) && clientData['crossOrigin'] !== true && clientData['topOrigin'] === undefined;
}

function clientDataOf(clientDataJSON: string): unknown {
  return parse(Buffer.from(clientDataJSON, 'base64url').toString());
}

/** Transports are hints for a browser; those of the future are kept, whatever they are called. */
function transportsOf(transports: unknown): readonly string[] {
  if (!Array.isArray(transports)) return [];
  const known = transports
    .slice(0, maxTransports)
    .filter((transport) => typeof transport === 'string' && /^[a-z-]{1,20}$/.test(transport));
  return [...new Set<string>(known)];
}
