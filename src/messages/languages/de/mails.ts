/** The texts of mails in German. */

import type { MailTexts } from '../../mail-texts.ts';

/** A link, and the code that can be typed in its place. */
const linkLines = (link: string, code: string) => ['', link, '', 'Wo statt eines Links nach einem Code gefragt wird, lautet er', '', code, ''];

/** What was added to an account, or removed from it, after "wurde". */
function factorIn(factor: string): string {
  if (factor === 'totp') return 'eine Authenticator-App';
  if (factor === 'passkey') return 'ein Passkey';
  return factor === 'all' ? 'jeder zweite Faktor' : 'ein zweiter Faktor';
}

export const mails = {
  verify_email: {
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
    body: ({ site, link, code }) => [
      `Jemand, wahrscheinlich Sie, hat bei ${site} ein Konto mit dieser Adresse.`,
      'Um zu bestätigen, dass die Adresse Ihnen gehört, öffnen Sie innerhalb von 24 Stunden diesen Link:',
      ...linkLines(link, code),
      'Wenn Sie es nicht waren, müssen Sie nichts tun: Die Adresse bleibt unbestätigt.',
    ],
  },
  change_email: {
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    body: ({ site, link, code }) => [
      `Jemand, wahrscheinlich Sie, möchte diese Adresse für ein Konto bei ${site} verwenden.`,
      'Um zu bestätigen, dass die Adresse Ihnen gehört, öffnen Sie innerhalb von 24 Stunden diesen Link:',
      ...linkLines(link, code),
      'Wenn Sie es nicht waren, müssen Sie nichts tun: Es ändert sich nichts.',
    ],
  },
  reset_password: {
    subject: 'Legen Sie ein neues Passwort fest',
    body: ({ site, link, code }) => [
      `Jemand, wahrscheinlich Sie, hat bei ${site} ein neues Passwort angefordert.`,
      'Um eines festzulegen, öffnen Sie innerhalb von 30 Minuten diesen Link. Er gilt einmal und beendet alle Sitzungen:',
      ...linkLines(link, code),
      'Wenn Sie es nicht waren, müssen Sie nichts tun: Das Passwort bleibt, wie es ist.',
    ],
  },
  password_changed: {
    subject: 'Ihr Passwort wurde geändert',
    body: ({ site, when }) => [
      `Das Passwort Ihres Kontos bei ${site} wurde geändert (${when}).`,
      'Alle anderen Sitzungen wurden abgemeldet.',
      '',
      'Wenn Sie es nicht waren, legen Sie sofort ein neues Passwort fest: Dafür genügt Ihr Postfach.',
    ],
  },
  email_changed: {
    subject: 'Ihre E-Mail-Adresse wurde geändert',
    body: ({ site, when, email }) => [
      `Ihr Konto bei ${site} hat jetzt eine andere E-Mail-Adresse (${when}): ${email}.`,
      'Dies ist die letzte Mail dazu an die Adresse, unter der Sie diese Zeilen lesen.',
      '',
      'Wenn Sie es nicht waren, wenden Sie sich an die Betreiber: Die Person, die es war, kennt Ihr Passwort.',
    ],
  },
  new_device: {
    subject: 'Eine neue Anmeldung an Ihrem Konto',
    body: ({ site, when, device, network }) => [
      `Jemand hat sich an Ihrem Konto bei ${site} angemeldet, mit einem Gerät, das dafür noch nie verwendet wurde.`,
      '',
      `Wann: ${when}`,
      `Gerät: ${device || 'unbekannt'}`,
      `Netz: ${network || 'unbekannt'}`,
      '',
      'Wenn Sie es nicht waren, legen Sie sofort ein neues Passwort fest: Die Person, die es war, kennt Ihr Passwort.',
    ],
  },
  factor_added: {
    subject: 'Ein zweiter Faktor wurde hinzugefügt',
    body: ({ site, when, factor }) => [
      `Zu Ihrem Konto bei ${site} wurde ${factorIn(factor)} hinzugefügt (${when}).`,
      'Damit ist jetzt eine Anmeldung möglich.',
      '',
      'Wenn Sie es nicht waren, legen Sie sofort ein neues Passwort fest und wenden Sie sich an die Betreiber: Die Person, die es war, kennt Ihr Passwort.',
    ],
  },
  factor_removed: {
    subject: 'Ein zweiter Faktor wurde entfernt',
    body: ({ site, when, factor }) => [
      `Von Ihrem Konto bei ${site} wurde ${factorIn(factor)} entfernt (${when}).`,
      'Damit ist keine Anmeldung mehr möglich.',
      '',
      'Wenn Sie es nicht waren und die Betreiber nicht darum gebeten haben, legen Sie sofort ein neues Passwort fest.',
    ],
  },
  recovery_code_used: {
    subject: 'Ein Wiederherstellungscode wurde benutzt',
    body: ({ site, when }) => [
      `Einer der Wiederherstellungscodes Ihres Kontos bei ${site} wurde benutzt (${when}). Er gilt nicht noch einmal.`,
      '',
      'Wenn Sie es nicht waren, legen Sie sofort ein neues Passwort fest und erstellen Sie neue Codes: Die Person, die es war, kennt Ihr Passwort.',
    ],
  },
  codes_locked: {
    subject: 'Ihre Anmeldecodes sind gesperrt',
    body: ({ site, when }) => [
      `Für Ihr Konto bei ${site} gab es zu viele falsche Codes (${when}). Die Codes Ihrer Authenticator-App gelten nicht mehr.`,
      'Sie gelten wieder, wenn Sie sich mit einem Wiederherstellungscode oder einem Passkey angemeldet haben. Wenn Sie beides nicht haben, wenden Sie sich an die Betreiber.',
      '',
      'Wenn Sie es nicht waren, legen Sie sofort ein neues Passwort fest: Die Person, die es war, kennt Ihr Passwort.',
    ],
  },
} as const satisfies MailTexts;
