/** Reads the forms that pages send: bounded, strictly UTF-8, each field at most once. */

import { isRefusal } from '../../usecases/refusals.ts';
import type { IncomingRequest } from '../exchange.ts';
import { type ReadBody, readTyped, utf8 } from './body.ts';

/** The type of a form, in any case (WHATWG HTML, section 4.10.21.7). */
export const formType = /^application\/x-www-form-urlencoded\s*(?:;\s*charset\s*=\s*(?:utf-8|"utf-8")\s*)?$/i;

/**
 * The fields of a form (WHATWG URL, section 5.1), all of them strings; none for an empty body. A browser writes each field of
 * our pages once and in UTF-8. Anything else is refused as malformed: a repeated name, of which another program may use the
 * other value, a percent sign that escapes nothing, bytes that are not UTF-8, and U+0000. Line breaks stay as they were sent.
 */
export async function readForm(request: IncomingRequest): Promise<ReadBody> {
  const bytes = await readTyped(request, formType);
  return isRefusal(bytes) ? bytes : parseForm(bytes);
}

function parseForm(bytes: Uint8Array): ReadBody {
  // Without a prototype, `__proto__` is a name like any other.
  const fields: Record<string, string> = Object.create(null);
  try {
    for (const pair of utf8.decode(bytes).split('&')) {
      if (pair === '') continue;
      const mark = pair.indexOf('=');
      const name = decoded(mark < 0 ? pair : pair.slice(0, mark));
      const value = mark < 0 ? '' : decoded(pair.slice(mark + 1));
      if (Object.hasOwn(fields, name) || `${name}${value}`.includes('\0'))
        return { refused: 'malformed_body' };
      fields[name] = value;
    }
    return { fields };
  } catch {
    return { refused: 'malformed_body' };
  }
}

/** @throws {URIError} for a percent sign that escapes nothing, and for bytes that are not UTF-8. */
function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
