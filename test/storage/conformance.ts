/** The suite every store must pass, whatever its engine: named cases that any test runner can run. */

import { accountCases } from './conformance/accounts.ts';
import { auditCases } from './conformance/audit.ts';
import { cascadeCases } from './conformance/cascades.ts';
import type { ConformanceCase } from './conformance/case.ts';
import { chainCases } from './conformance/chain.ts';
import { deviceCases } from './conformance/devices.ts';
import { endedCases } from './conformance/ended.ts';
import { endingCases } from './conformance/endings.ts';
import { browserTokenCases } from './conformance/factors/browser-tokens.ts';
import { codeCases } from './conformance/factors/codes.ts';
import { passkeyCases } from './conformance/factors/passkeys.ts';
import { factorRemovalCases } from './conformance/factors/removals.ts';
import { secondFactorCases } from './conformance/factors/second-factors.ts';
import { feedCases } from './conformance/feed.ts';
import { importedAccountCases } from './conformance/imports/import-accounts.ts';
import { importsAtOnceCases } from './conformance/imports/import-at-once.ts';
import { importedBelongingCases } from './conformance/imports/import-belongings.ts';
import { importedChangeCases } from './conformance/imports/import-changes.ts';
import { importedKindCases } from './conformance/imports/import-kinds.ts';
import { importedNameCases } from './conformance/imports/import-names.ts';
import { importedRenameCases } from './conformance/imports/import-renames.ts';
import { importedSessionCases } from './conformance/imports/import-sessions.ts';
import { invitationCases } from './conformance/invitations.ts';
import { listeningCases } from './conformance/listening.ts';
import { mailLimitCases } from './conformance/mail-limits.ts';
import { mailCases } from './conformance/mails.ts';
import { ownerCases } from './conformance/owners.ts';
import { removedCases } from './conformance/removed.ts';
import { sessionCases } from './conformance/sessions.ts';
import { storeCases } from './conformance/store.ts';
import { throttleCases } from './conformance/throttle.ts';
import { tokenCases } from './conformance/tokens.ts';

export type { ConformanceCase, StoreFixture, Tampering } from './conformance/case.ts';

/** Each case wants a ground of its own, with nothing in it. */
export const conformance: readonly ConformanceCase[] = [
  ...accountCases,
  ...ownerCases,
  ...sessionCases,
  ...removedCases,
  ...endingCases,
  ...listeningCases,
  ...cascadeCases,
  ...endedCases,
  ...feedCases,
  ...throttleCases,
  ...auditCases,
  ...chainCases,
  ...tokenCases,
  ...invitationCases,
  ...mailCases,
  ...mailLimitCases,
  ...deviceCases,
  ...browserTokenCases,
  ...codeCases,
  ...secondFactorCases,
  ...passkeyCases,
  ...factorRemovalCases,
  ...importedAccountCases,
  ...importedBelongingCases,
  ...importsAtOnceCases,
  ...importedNameCases,
  ...importedSessionCases,
  ...importedChangeCases,
  ...importedRenameCases,
  ...importedKindCases,
  ...storeCases,
];
