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
  pages: {
    fields: {
      email: 'E-Mail-Adresse',
      username: 'Benutzername',
      emailOrUsername: 'E-Mail-Adresse oder Benutzername',
      newEmail: 'Neue E-Mail-Adresse',
      password: 'Passwort',
      currentPassword: 'Aktuelles Passwort',
      newPassword: 'Neues Passwort',
      code: 'Code aus der E-Mail',
      invitation: 'Einladungscode',
      remember: 'Angemeldet bleiben',
      rememberHint:
        'Nur auf Ihrem eigenen Gerät. Sonst werden Sie abgemeldet, wenn der Browser geschlossen wird.',
    },
    missing: {
      identifier: 'Geben Sie den Namen Ihres Kontos ein.',
      password: 'Geben Sie das Passwort ein.',
      new_password: 'Wählen Sie ein neues Passwort.',
      code: 'Geben Sie den Code ein.',
    },
    problems: {
      unknown_account:
        'Es gibt kein Konto mit diesem Namen und Passwort. Prüfen Sie beides und versuchen Sie es erneut.',
      wrong_password: 'Das ist nicht das aktuelle Passwort.',
      invalid_email: 'Das ist keine E-Mail-Adresse. Sie sieht aus wie name@example.com.',
      invalid_username: 'Ein Benutzername hat 3 bis 40 Buchstaben ohne Umlaute, Ziffern oder Unterstriche.',
      invalid_identifier:
        'Nehmen Sie eine E-Mail-Adresse wie name@example.com oder einen Benutzernamen aus 3 bis 40 Buchstaben ohne Umlaute, Ziffern oder Unterstrichen.',
      identifier_taken:
        'Es gibt schon ein Konto mit diesem Namen. Melden Sie sich an oder wählen Sie einen anderen.',
      password_too_short: (limit) => `Das Passwort muss mindestens ${limit} Zeichen haben.`,
      password_too_long: (limit) => `Das Passwort darf höchstens ${limit} Zeichen haben.`,
      password_malformed: 'Das Passwort enthält ein Zeichen, das nicht verwendet werden kann.',
      password_common:
        'Dieses Passwort gehört zu den häufigsten und ist leicht zu erraten. Wählen Sie ein anderes.',
      password_is_identifier: 'Das Passwort darf nicht der Name des Kontos sein.',
      password_of_context:
        'Das Passwort muss mehr sein als der Name dieses Dienstes oder Ihres Kontos mit ein paar weiteren Zeichen.',
      registration_closed: 'Hier können keine neuen Konten angelegt werden.',
      not_invited:
        'Diese Einladung gilt nicht für diesen Namen. Vielleicht wurde sie schon benutzt, oder sie ist abgelaufen.',
      invalid_token:
        'Dieser Code ist ungültig. Vielleicht wurde er schon benutzt, oder er ist abgelaufen. Fordern Sie eine neue E-Mail an.',
      nothing_to_verify: 'Es gibt keine Adresse zu bestätigen.',
      not_proven: 'Bestätigen Sie Ihr Passwort und wiederholen Sie dann Ihre Eingabe.',
      unknown_session: 'Diese Sitzung ist schon beendet.',
      too_many_attempts: (minutes) =>
        minutes === 1
          ? 'Es gab zu viele Versuche. Versuchen Sie es in einer Minute erneut.'
          : `Es gab zu viele Versuche. Versuchen Sie es in ${minutes} Minuten erneut.`,
      overloaded: 'Im Moment melden sich zu viele Menschen an. Versuchen Sie es in einigen Sekunden erneut.',
      too_many_exports: 'Ein anderer Export läuft noch. Versuchen Sie es in einigen Sekunden erneut.',
    },
    errors: {
      title: 'Das hat nicht funktioniert',
      back: 'Zurück zum Anfang',
      malformed:
        'Das Formular ist nicht so angekommen, wie es gesendet wurde. Öffnen Sie die Seite neu und füllen Sie es noch einmal aus.',
      cross_site:
        'Das Formular kam von einer anderen Website, deshalb wurde nichts getan. Öffnen Sie diese Seite über die Adresszeile und versuchen Sie es erneut. Für den Betreiber: Der Proxy muss die Kopfzeile Host weitergeben.',
      not_found: 'Unter dieser Adresse gibt es keine Seite.',
      method_not_allowed: 'Diese Adresse nimmt nicht an, was Ihr Browser gesendet hat.',
      too_large: 'Das Formular ist zu groß: 16 KiB sind das Höchste.',
      media_type:
        'Das Formular muss so gesendet werden, wie es ein Browser tut (application/x-www-form-urlencoded).',
      unavailable:
        'Der Dienst kann im Moment nicht antworten. Sie sind nicht abgemeldet. Versuchen Sie es in einigen Sekunden erneut.',
      failed:
        'Auf dem Server ist etwas schiefgegangen. Versuchen Sie es erneut. Wenn es wieder geschieht, wenden Sie sich an den Betreiber.',
      request: (id) => `Nummer der Anfrage: ${id}`,
    },
    done: {
      signed_out: 'Sie sind abgemeldet.',
      mail_sent:
        'Wenn es ein Konto mit einer E-Mail-Adresse gibt, ist eine E-Mail dorthin unterwegs. Der Link darin gilt 30 Minuten.',
      password_reset: 'Das neue Passwort gilt, und alle Sitzungen sind beendet. Melden Sie sich damit an.',
      password_changed: 'Das Passwort ist geändert, und alle anderen Sitzungen sind beendet.',
      email_verified: 'Die E-Mail-Adresse ist bestätigt.',
      verification_sent: 'Eine E-Mail mit einem Link ist unterwegs.',
      change_sent:
        'Eine E-Mail mit einem Link ist zur neuen Adresse unterwegs. Nichts ändert sich, bevor Sie ihn öffnen.',
      session_ended: 'Die Sitzung ist beendet.',
      sessions_ended: 'Alle anderen Sitzungen sind beendet.',
      confirmed: 'Ihr Passwort ist bestätigt. Zehn Minuten lang können Sie Wichtiges ändern.',
      account_deleted: 'Ihr Konto ist gelöscht.',
    },
    signIn: {
      title: 'Anmelden',
      submit: 'Anmelden',
      forgot: 'Passwort vergessen?',
      noAccount: 'Noch kein Konto?',
      register: 'Konto anlegen',
      signedInAs: (name) => `Sie sind angemeldet als ${name}.`,
      goOn: 'Weiter',
    },
    register: {
      title: 'Konto anlegen',
      submit: 'Konto anlegen',
      haveAccount: 'Sie haben schon ein Konto?',
      signIn: 'Anmelden',
      closed: 'Hier können keine neuen Konten angelegt werden. Fragen Sie den Betreiber.',
      usernameHint: 'Ein Benutzername hat 3 bis 40 Buchstaben ohne Umlaute, Ziffern oder Unterstriche.',
      passwordHint: (least) =>
        `Mindestens ${least} Zeichen. Ein Satz aus einigen Wörtern ist ein gutes Passwort.`,
      invitationHint: 'Er steht im Link Ihrer Einladung.',
    },
    signOut: {
      title: 'Abmelden',
      question: 'Möchten Sie sich von diesem Browser abmelden?',
      nothing: 'Sie sind nicht angemeldet.',
      submit: 'Abmelden',
    },
    forgot: {
      title: 'Passwort vergessen?',
      explanation: 'Sie erhalten eine E-Mail mit einem Link, mit dem Sie ein neues Passwort setzen.',
      submit: 'E-Mail senden',
      haveCode: 'Ich habe einen Code',
      back: 'Zurück zur Anmeldung',
    },
    token: {
      resetTitle: 'Neues Passwort setzen',
      resetExplanation: 'Damit enden alle Sitzungen Ihres Kontos, auf allen Geräten.',
      resetSubmit: 'Passwort setzen',
      resetAgain: 'Neue E-Mail anfordern',
      verifyTitle: 'E-Mail-Adresse bestätigen',
      verifyExplanation: 'Bestätigen Sie, dass die Adresse der E-Mail Ihnen gehört.',
      verifySubmit: 'Adresse bestätigen',
      codeHint: 'Er steht in der E-Mail unter dem Link.',
      fromLink: 'Der Code Ihres Links ist eingetragen.',
    },
    account: {
      title: 'Ihr Konto',
      sections: 'Teile dieser Seite',
      profile: 'Name und Adresse',
      name: 'Kontoname',
      since: 'Seit',
      address: 'E-Mail-Adresse',
      noAddress: 'keine',
      verified: 'bestätigt',
      unverified: 'nicht bestätigt',
      sendLink: 'E-Mail zum Bestätigen senden',
      enterCode: 'Code aus der E-Mail eingeben',
      changeEmail: 'E-Mail-Adresse ändern',
      changeEmailHint:
        'Die neue Adresse erhält eine E-Mail mit einem Link. Nichts ändert sich, bevor Sie ihn öffnen.',
      changeEmailSubmit: 'E-Mail senden',
      password: 'Passwort',
      passwordHint: 'Ein neues Passwort beendet alle anderen Sitzungen.',
      passwordSubmit: 'Passwort ändern',
      sessions: 'Sitzungen',
      sessionsHint:
        'Überall, wo Sie angemeldet sind. Beenden Sie eine Sitzung, die Sie nicht kennen, und ändern Sie Ihr Passwort.',
      current: 'Dieser Browser',
      unknownDevice: 'Unbekanntes Gerät',
      network: 'Netz',
      lastUsed: 'Zuletzt benutzt',
      signedIn: 'Angemeldet',
      endSession: 'Beenden',
      endSessionOf: (device) => `Sitzung beenden: ${device}`,
      endOthers: 'Alle anderen Sitzungen beenden',
      allSessions: 'Alle Sitzungen',
      activity: 'Aktivität',
      allActivity: 'Gesamte Aktivität',
      noActivity: 'Noch nichts.',
      when: 'Wann',
      what: 'Was',
      older: 'Ältere',
      newest: 'Neueste',
      exportTitle: 'Ihre Daten',
      exportHint: 'Eine Datei (JSON) mit allem, was über Sie gespeichert ist, ohne Ihr Passwort.',
      exportSubmit: 'Herunterladen',
      deleteTitle: 'Konto löschen',
      deleteHint: 'Ihr Konto und alle seine Sitzungen werden sofort und für immer entfernt.',
      deleteSubmit: 'Mein Konto löschen',
      confirmTitle: 'Passwort bestätigen',
      confirmExplanation: 'Sie sind dabei, etwas Wichtiges zu ändern. Bestätigen Sie, dass Sie es sind.',
      confirmSubmit: 'Bestätigen',
      confirmFirst: 'Bestätigen Sie Ihr Passwort, bevor Sie dies ändern.',
      confirmLink: 'Passwort bestätigen',
      cancel: 'Abbrechen',
      back: 'Zurück zu Ihrem Konto',
      signOut: 'Abmelden',
    },
    activity: {
      events: {
        register: 'Konto angelegt',
        login: 'Angemeldet',
        logout: 'Sitzung beendet',
        confirm: 'Passwort bestätigt',
        password_change: 'Passwort geändert',
        password_forgot: 'Neues Passwort angefordert',
        password_reset: 'Neues Passwort mit einem Link gesetzt',
        email_verify_request: 'E-Mail zum Bestätigen der Adresse angefordert',
        email_verify: 'E-Mail-Adresse bestätigt',
        email_change_request: 'Änderung der E-Mail-Adresse angefordert',
        email_change: 'E-Mail-Adresse geändert',
        account_export: 'Daten heruntergeladen',
        account_delete: 'Konto gelöscht',
        account_disable: 'Konto vom Betreiber gesperrt',
        account_enable: 'Konto vom Betreiber entsperrt',
        password_link: 'Link für ein neues Passwort vom Betreiber erstellt',
        throttle_clear: 'Begrenzung der Versuche vom Betreiber aufgehoben',
      },
      refused: (event) => `${event}: abgelehnt`,
    },
  },
} as const satisfies Messages;
