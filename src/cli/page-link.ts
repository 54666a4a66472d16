/** Links that commands print: they lead to the pages of Gatehouse, or to those of the application. */

import { registerLink, resetLink } from '../mail/page-links.ts';
import { linkBase } from '../settings/outbound-addresses.ts';
import type { Settings } from '../settings/settings.ts';
import { printNote } from './output.ts';

const links = { register: registerLink, 'reset-password': resetLink } as const;

/** A link with a token. Without a public URL it begins with this machine, and standard error says so. */
export function pageLink(settings: Settings, page: keyof typeof links, token: string): string {
  if (settings.publicUrl === '')
    printNote('Warning: GATEHOUSE_PUBLIC_URL is not set; the link begins with this machine.');
  return links[page](linkBase(settings), token);
}
