/** What the worst requests that have to do with second factors may cost the store, in calls and in rows (ruling B5). */

/** The bounds of one route. */
export interface Bound {
  /** The maximum of rows that one call answers with, or ends and returns. */
  readonly rows: number;
  /** The most rows of one table that the request writes, all its calls together. */
  readonly writes: number;
  /** Its calls; the number behind one is the length of the list that it is handed. */
  readonly calls: readonly string[];
}

/** A check of the session, which was used last more than a minute ago. */
export const signedIn = ['sessions.findWithUser', 'sessions.touch'];

/** An attempt that is counted, a password that is proven, and its hash that is brought up to date. */
export const attempt = ['throttle.take 2', 'throttle.refund 2', 'accounts.replaceHash'];

export const ownPassword = [...attempt, 'accounts.findCredentialOf'];

/** A message to the owner of the account. */
export const notice = ['accounts.findUser', 'mails.enqueue'];

/** A new device, of which the owner of the account gets a notice. */
export const newDevice = ['devices.any', 'devices.remember', ...notice];

/** As `newDevice`, of a client that keeps cookies and carries the ids of eight others. */
const newDeviceWithIds = [...newDevice, 'devices.findKnown 8', 'devices.remember'];

/** The ends of more than 400 sessions: in steps of 100, and others have their turn between two of them. */
export const endAll = Array.from({ length: 5 }, () => 'sessions.removeOfUser');

const revoke = ['tokens.removeOfUser', 'tokens.removeOfUser'];

/** What a new password ends and makes void: all there was before it, and what began meanwhile. */
export const revokeAllAccess = [
  ...[...endAll, ...revoke, 'sessions.removeOfUser', ...revoke],
  'accounts.replaceHash',
];

/** A recovery code, which is removed, and of which the owner is told. */
const recoveryCode = ['secondFactors.tryCode', ...notice];

/** A session that begins. */
const begun = ['sessions.insert', 'accounts.findCredentialOf'];

const login = [...attempt, 'accounts.findCredential', ...recoveryCode, ...begun];

/** The trust that a browser holds, at most four tokens, and its own that is added. */
const foreignTrust = Array.from({ length: 4 }, () => 'browserTokens.find 1');
const newTrust = ['browserTokens.insert', 'audit.append'];

const loginWithCookies = [...login, ...newDeviceWithIds, ...foreignTrust, ...newTrust];

/** A session whose step-up is compared with the factors of the person. */
const proven = [...signedIn, 'secondFactors.find'];

/** The bounds of each route; an account has 20 passkeys, 10 recovery codes and 20 trusted browsers. */
export const factorBounds: Readonly<Record<string, Bound>> = {
  'POST /api/auth/login': { rows: 1, writes: 202, calls: [...login, ...newDevice] },
  'POST /auth/login': { rows: 1, writes: 402, calls: loginWithCookies },
  'POST /login.json': { rows: 1, writes: 402, calls: loginWithCookies },

  'POST /auth/confirm': {
    rows: 1,
    writes: 4,
    calls: [...signedIn, 'devices.findKnown 8', ...ownPassword, ...recoveryCode, 'sessions.prove'],
  },
  'POST /auth/password': {
    rows: 100,
    writes: 452,
    calls: [
      ...[...signedIn, 'devices.findKnown 8', ...ownPassword, ...revokeAllAccess],
      ...['sessions.rotate', 'mails.enqueue'],
    ],
  },
  'DELETE /auth/account': {
    rows: 1,
    writes: 200,
    calls: [...signedIn, 'devices.findKnown 8', ...ownPassword, 'accounts.remove'],
  },
  'GET /auth/account/export': {
    rows: 201,
    writes: 1,
    calls: [
      ...[...signedIn, 'audit.append', 'accounts.findCredentialOf'],
      ...['secondFactors.find', 'passkeys.ofUser', 'browserTokens.ofUser'],
      ...Array.from({ length: 3 }, () => 'sessions.ofUser'),
      ...Array.from({ length: 3 }, () => 'audit.read'),
    ],
  },

  'GET /auth/factors': {
    rows: 20,
    writes: 0,
    calls: [...proven, 'passkeys.ofUser', 'browserTokens.ofUser'],
  },
  'POST /auth/factors/totp': {
    rows: 1,
    writes: 1,
    calls: [...proven, 'secondFactors.find', 'browserTokens.insert', 'browserTokens.ofUser'],
  },
  'POST /auth/factors/totp/confirm': {
    rows: 1,
    writes: 10,
    calls: [
      ...[...proven, 'browserTokens.ofUser', 'secondFactors.enrolTotp 10', 'browserTokens.removeOfUser'],
      ...[...notice, 'sessions.prove'],
    ],
  },
  'DELETE /auth/factors/totp': {
    rows: 1,
    writes: 20,
    calls: [...proven, 'secondFactors.removeTotp', ...notice],
  },
  'POST /auth/factors/recovery-codes': {
    rows: 1,
    writes: 20,
    calls: [...proven, 'secondFactors.replaceRecoveryCodes 10'],
  },
  'DELETE /auth/factors/trusted-browsers': {
    rows: 20,
    writes: 20,
    calls: [...signedIn, 'browserTokens.removeOfUser'],
  },
  'DELETE /auth/factors/trusted-browsers/:handle': {
    rows: 1,
    writes: 1,
    calls: [...signedIn, 'browserTokens.removeOfUser'],
  },

  'POST /auth/passkeys/options': {
    rows: 20,
    writes: 2,
    calls: [
      // The attempt stays counted until the second step is done.
      ...['throttle.take 2', 'accounts.replaceHash', 'accounts.findCredential', 'devices.findKnown 8'],
      ...[...foreignTrust, 'audit.append', 'browserTokens.insert'],
      ...['browserTokens.find 1', 'accounts.findCredentialOf', 'passkeys.ofUser', 'browserTokens.insert'],
    ],
  },
  'POST /auth/passkeys/register': {
    rows: 1,
    writes: 20,
    calls: [...proven, 'browserTokens.take', 'passkeys.add 10', ...notice, 'sessions.prove'],
  },
  'POST /auth/passkeys/login': {
    rows: 1,
    writes: 402,
    calls: [
      ...['throttle.take 1', 'throttle.refund 1', 'browserTokens.take', 'passkeys.find', 'passkeys.use'],
      // The second step is counted like a login, and refunded with the password before it.
      ...['browserTokens.find 1', 'accounts.findCredentialOf', 'throttle.take 2'],
      ...['throttle.refund 2', 'throttle.refund 2', 'browserTokens.take', 'browserTokens.take'],
      ...[...newTrust, ...begun, ...newDeviceWithIds],
    ],
  },
  'POST /auth/passkeys/confirm': {
    rows: 1,
    writes: 2,
    calls: [
      ...[...signedIn, 'throttle.take 1', 'throttle.refund 1', 'browserTokens.take'],
      ...['passkeys.find', 'passkeys.use', 'sessions.prove'],
    ],
  },
  'POST /auth/passkeys/:handle': { rows: 1, writes: 1, calls: [...proven, 'passkeys.rename'] },
  'DELETE /auth/passkeys/:handle': {
    rows: 1,
    writes: 20,
    calls: [...proven, 'passkeys.remove', ...notice],
  },
};
