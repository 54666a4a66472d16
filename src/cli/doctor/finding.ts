/** What the doctor finds: the result of one check, in a sentence. */

/** The result of one check. A warning may be intended; a problem is not. */
export interface Finding {
  readonly check:
    | 'settings'
    | 'database'
    | 'files'
    | 'disk'
    | 'tls'
    | 'durability'
    | 'clock'
    | 'key'
    | 'notifications'
    | 'origin'
    | 'connections'
    | 'proxies'
    | 'mail'
    | 'server'
    | 'forward';
  readonly verdict: 'ok' | 'warning' | 'problem';
  readonly says: string;
}

export function finder(check: Finding['check']) {
  const found =
    (verdict: Finding['verdict']) =>
    (says: string): Finding => ({ check, verdict, says });
  return { ok: found('ok'), warning: found('warning'), problem: found('problem') };
}
