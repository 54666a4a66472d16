/** A page with one form: shown by GET, sent by POST, and shown again with what is wrong. */

import type { AuditEvent } from '../../concepts/audit.ts';
import type { AnyRefusal, Route } from '../../http/contract.ts';
import type { Reply, ReplyHeaders } from '../../http/reply.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { Awaitable } from '../../storage/port/awaitable.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import { pageWords } from '../page-words.ts';
import { emptyFields } from './fields.ts';
import { type FieldName, noProblems, type Problems, problemsOf } from './problems.ts';
import { type PageServices, type View, viewOf } from './view.ts';

/** What people typed, by field; empty for a field that is missing. */
export type Typed<Name extends string = FieldName> = Readonly<Record<Name, string>>;

/** What a form shows besides its texts. */
export interface FormState {
  readonly typed: Readonly<Partial<Record<FieldName, string>>>;
  readonly problems: Problems;
  readonly status: number;
  /** The query of a GET; empty in an answer to a POST. */
  readonly query: URLSearchParams;
  /** As the client gave it, in the query or in the form: `ReturnTargets` decides whether it counts. */
  readonly returnTo: string | undefined;
  readonly isRemembered: boolean;
}

export interface FormPage<Name extends FieldName> {
  readonly path: string;
  readonly event: AuditEvent;
  readonly hashes?: true;
  /** The fields that have to be filled in. */
  readonly names: readonly Name[];
  /** The field of a new password. */
  readonly newPassword?: FieldName;
  show(view: View, state: FormState, context: RequestContext): Awaitable<Reply>;
  /** Acts on a form in which no field is empty. */
  act(view: View, typed: Typed<Name>, state: FormState, context: RequestContext): Promise<Reply | AnyRefusal>;
  /** The words for a refusal, where they differ from the usual ones. */
  explain?(view: View, refusal: AnyRefusal): Problems | undefined;
}

/** The two routes of a page with a form. */
export function formPage<Name extends FieldName>(pages: PageServices, page: FormPage<Name>): Route[] {
  const { path, event, hashes, names, newPassword, show, act, explain } = page;
  return [
    {
      method: 'GET',
      path,
      answer(context) {
        const query = new URLSearchParams(context.query);
        return show(viewOf(pages, context.request, path), firstState(query), context);
      },
    },
    {
      method: 'POST',
      path,
      body: 'form',
      event,
      ...(hashes && { hashes }),
      async answer(context) {
        const view = viewOf(pages, context.request, path);
        const typed = typedIn(context.fields, names);
        const state = stateOf(context.fields, typed);
        const empty = emptyFields(view.texts, typed, names);
        if (empty) {
          const reply = await show(view, { ...state, problems: empty, status: 400 }, context);
          return { refused: 'missing_field', field: Object.keys(empty.beside).join(), reply };
        }
        const outcome = await act(view, typed, state, context);
        if (!isRefusal(outcome)) return outcome;
        const problems = explain?.(view, outcome) ?? problemsOf(view.texts, outcome, names, newPassword);
        const { status } = pageWords[outcome.refused];
        return { ...outcome, reply: await show(view, { ...state, problems, status }, context) };
      },
    },
  ];
}

/** Redirects a browser after a form, so that going back and reloading send nothing twice (RFC 9110, section 15.4.4). */
export function seeOther(location: string, headers: ReplyHeaders = {}): Reply {
  return { status: 303, headers: { ...headers, location } };
}

/**
 * What was typed. Spaces around a name and in a code come from pasting and from keyboards of phones, and neither has any;
 * a password stays as it is (ruling G4).
 */
export function typedIn<Name extends FieldName>(
  fields: RequestContext['fields'],
  names: readonly Name[],
): Typed<Name> {
  const clean: Readonly<Record<FieldName, (text: string) => string>> = {
    identifier: (text) => text.trim(),
    code: (text) => text.replace(/\s+/g, '').toLowerCase(),
    password: (text) => text,
    new_password: (text) => text,
  };
  return Object.fromEntries(names.map((name) => [name, clean[name](textOf(fields, name))])) as Typed<Name>;
}

/** The text of a field of the form; empty if it is missing. */
export function textOf(fields: RequestContext['fields'], name: string): string {
  return Object.hasOwn(fields, name) ? String(fields[name]) : '';
}

function firstState(query: URLSearchParams): FormState {
  return {
    typed: {},
    problems: noProblems,
    status: 200,
    query,
    returnTo: query.get('return_to') ?? undefined,
    isRemembered: false,
  };
}

function stateOf(fields: RequestContext['fields'], typed: FormState['typed']): FormState {
  const returnTo = textOf(fields, 'return_to');
  return {
    typed,
    problems: noProblems,
    status: 200,
    query: new URLSearchParams(),
    returnTo: returnTo === '' ? undefined : returnTo,
    isRemembered: textOf(fields, 'remember') !== '',
  };
}
