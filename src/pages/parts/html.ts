/** Writes HTML from templates whose values are escaped, with the templates of Hono. */

import { html as template } from 'hono/html';

/** HTML that is safe to send: text from outside is escaped in it. */
export type Html = Extract<ReturnType<typeof template>, string>;

/** A value of a template: text is escaped, HTML is not, the items of a list stand one after another, nothing is left out. */
type Value = string | number | Html | readonly Html[] | undefined;

/**
 * A template for elements and for attribute values in quotes. Not for scripts, styles or attributes without quotes. The
 * library would also wait for promises, which these values never are.
 */
export const html = template as (parts: TemplateStringsArray, ...values: readonly Value[]) => Html;

/** Nothing. */
export const nothing = html``;
