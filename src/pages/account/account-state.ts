/** The sections of the account page, and what they know. */

import type { SignedIn } from '../../usecases/account/step-up.ts';
import type { FactorOverview } from '../../usecases/factors/overview.ts';
import type { Problems } from '../parts/problems.ts';
import type { PageServices, View } from '../parts/view.ts';

/** The sections, by their fragments, in the order of the page. */
export const sections = ['profile', 'password', 'factors', 'sessions', 'activity', 'data', 'delete'] as const;

export type Section = (typeof sections)[number];

/** The section that a client names; the first one if it names none. */
export function sectionOf(text: string | null): Section {
  return sections.find((name) => name === text) ?? sections[0];
}

/** What the sections know. */
export interface AccountState {
  readonly pages: PageServices;
  readonly view: View;
  readonly person: SignedIn;
  /** Whether the password was confirmed recently (ruling P5). */
  readonly isProven: boolean;
  /** The second factors; `undefined` without any. */
  readonly factors: FactorOverview | undefined;
  /** The section whose form was refused, and why. */
  readonly refused: Section | undefined;
  readonly problems: Problems;
  /** What was typed as a new address. */
  readonly identifier: string;
  /** The query of a GET, which may name what was done; empty in an answer to a POST. */
  readonly query: URLSearchParams;
}

/** A form of the page that was refused. */
export interface RefusedForm {
  readonly section: Section;
  readonly problems: Problems;
  readonly status: number;
  readonly identifier?: string;
}
