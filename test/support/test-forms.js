// Which test files run in `npm test`, and which only in the full form (`npm run soak`).

import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Files of the full form only. Most start a process or a browser for each case, and what they cover is covered by quicker
 * tests besides: that of a command, of a page over HTTP, or of another fault.
 */
export const fullFormOnly = [
  'test/browser/{accessibility,dotjson,envelope,extension,factor-pages,factors,firefox,host,mail-links,people,separate-front-end,stale-pages}.test.ts',
  'test/cli/{audit-end,audit-tail,explain,export,help,import-better-auth,import-interrupted,import-refused,invitations,large,migrate,migrate-interrupted,migrate-refused,postgres,progress,restore,secrets,terminal,throttle,unreleased,users}.test.ts',
  'test/conformance/deployments/{behind-nginx,below-a-path,workers}.test.ts',
  'test/crypto/hashes/originals.test.ts',
  'test/docs/{container-image,events,moving-in,partitions,rolling-restart,transcripts}.test.ts',
  'test/faults/{failover,locks}.test.ts',
  'test/frameworks/{next,recipes,sveltekit}/*.test.ts',
  'test/frameworks/node/conformance.test.ts',
  'test/harness/*.test.ts',
  'test/mail/encryption.test.ts',
  'test/maintenance/migrate.test.ts',
  'test/maintenance/import/formats/original-programs.test.ts',
  'test/package.test.ts',
  'test/server/{crash,hangup,installation,lost-lines,metrics,refused-paths,stop,survive,terminal,time-zone,two-commands,workers,workers-end}.test.ts',
  'test/storage/postgres/{addresses,cancelled,clock,login,pooler,tls,versions}.test.ts',
  'test/storage/postgres/cluster/{feed-failover,feed-log}.test.ts',
];

/** What depends on what the store does, and runs on SQLite and then on PostgreSQL: always, and in the full form. */
export const onPostgres = {
  always: [
    'test/conformance/deployments/one-server.test.ts',
    'test/library/*.test.ts',
    'test/usecases/{afterwards,login-calls,logout}.test.ts',
    'test/http/{dotjson,envelope,expiry,factors,health,identifiers,own-sessions,passkeys,race,registration}.test.ts',
    'test/http/{rest,second-factor,session-check,status,store,trouble}.test.ts',
    'test/http/forward-domain.test.ts',
    'test/pages/sign-in.test.ts',
  ],
  inFullForm: [
    'test/usecases/{end-all,people,stand-ins,steps}.test.ts',
    'test/http/{audit,browser-sessions,clients,devices,email,export,factor-logs,forward-auth,hostile,ids,large-account,logs}.test.ts',
    'test/http/{hostile-passkeys,own-account,own-hostile,passkey-events,register-mail,reset,reset-links}.test.ts',
    'test/http/{enrolment,enrolment-ends,factor-changes,recovery-codes,second-factor-codes,second-factor-keys}.test.ts',
    'test/http/{throttle,throttle-windows,trust-ends,trusted-browser,worst-request}.test.ts',
    'test/pages/{account,account-lists,at-once,factor-reloads,links,page-sessions,page-trouble,worst-form}.test.ts',
  ],
};

/** The files that the full form runs: those, and each that asks for its length. Paths from the root, with slashes. */
export function filesOfFullForm() {
  const asks = (file) => readFileSync(join(root, file), 'utf8').includes('support/length.ts');
  const all = globSync('test/**/*.test.ts', { cwd: root });
  return [...new Set([...globSync(fullFormOnly, { cwd: root }), ...all.filter(asks)])]
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}
