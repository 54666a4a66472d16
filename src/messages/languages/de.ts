/** The texts in German. */

import type { Messages } from '../texts.ts';

const code = (token: string) => [
  'Wo statt eines Links nach einem Code gefragt wird, lautet er',
  '',
  token,
  '',
];

export const de = {
  language: 'de',
  mails: {
    verify_email: {
      subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
      body: ({ site, link, code: token }) => [
        `Jemand, wahrscheinlich Sie, hat bei ${site} ein Konto mit dieser Adresse.`,
        'Um zu bestätigen, dass die Adresse Ihnen gehört, öffnen Sie innerhalb von 24 Stunden diesen Link:',
        '',
        link,
        '',
        ...code(token),
        'Wenn Sie es nicht waren, müssen Sie nichts tun: Die Adresse bleibt unbestätigt.',
      ],
    },
    change_email: {
      subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
      body: ({ site, link, code: token }) => [
        `Jemand, wahrscheinlich Sie, möchte diese Adresse für ein Konto bei ${site} verwenden.`,
        'Um zu bestätigen, dass die Adresse Ihnen gehört, öffnen Sie innerhalb von 24 Stunden diesen Link:',
        '',
        link,
        '',
        ...code(token),
        'Wenn Sie es nicht waren, müssen Sie nichts tun: Es ändert sich nichts.',
      ],
    },
    reset_password: {
      subject: 'Legen Sie ein neues Passwort fest',
      body: ({ site, link, code: token }) => [
        `Jemand, wahrscheinlich Sie, hat bei ${site} ein neues Passwort angefordert.`,
        'Um eines festzulegen, öffnen Sie innerhalb von 30 Minuten diesen Link. Er gilt einmal und beendet alle Sitzungen:',
        '',
        link,
        '',
        ...code(token),
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
  },
  pages: {},
} as const satisfies Messages;
