/** All texts of one language. */

import type { MailTexts } from './mail-texts.ts';
import type { PageTexts } from './page-texts.ts';

export interface Messages {
  /** Its tag (BCP 47). */
  readonly language: string;
  readonly mails: MailTexts;
  readonly pages: PageTexts;
}
