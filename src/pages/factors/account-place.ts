/** The account page as a place where second factors are set up. */

import type { SignedIn } from '../../usecases/account/step-up.ts';
import { notProven } from '../../usecases/account/step-up.ts';
import { accountPage } from '../account/account-page.ts';
import { confirmPage } from '../account/confirm-page.ts';
import { forPerson } from '../account/person.ts';
import { pageWords } from '../page-words.ts';
import { nothing } from '../parts/html.ts';
import type { PageServices } from '../parts/view.ts';
import type { Place } from './place.ts';

export function accountPlace(pages: PageServices): Place<SignedIn> {
  const { services, cookies } = pages;
  return {
    base: '/account',
    answer: (path, answer) => forPerson(pages, path, answer),
    unproven: (person, now) => notProven(services, person, now),
    refused(person, view, context, { refused }, problems) {
      const { status } = pageWords[refused];
      return refused === 'not_proven'
        ? confirmPage(pages, view, person, { section: 'factors', problems, status })
        : accountPage(pages, view, person, context, { section: 'factors', problems, status });
    },
    carried: () => nothing,
    back: ({ root }) => `${root}account#factors`,
    page: ({ root }, _context, name) => `${root}account/${name}`,
    again: ({ root }, _context, done) => `${root}account?done=${done}#factors`,
    goOn: ({ root }) => `${root}account#factors`,
    cookies: (person, { id }) => cookies.renew(id, services.sessions.lastingOf(person.session)),
  };
}
