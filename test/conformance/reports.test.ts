/** The reports of a run: what failed comes first, each with its sentence and its request, and no server controls the terminal. */

import { expect, test } from 'vitest';
import { jsonReport, junitReport, peopleReport, runConformance } from '../../src/conformance/conformance.ts';
import { right } from './right-behaviour.ts';
import { startRight } from './right-server.ts';

/** A server with a fault of the contract, one of a reading of ours, and a text that clears a terminal. */
async function reportOfFaults() {
  const url = await startRight({
    cookie: (id) => right.cookie(id).replace('HttpOnly; ', ''),
    alter: (reply, { path }) => {
      if (path === '/auth/session') return { ...reply, status: 404 };
      const body = reply.body.replace('Invalid email or password', String.raw`\u001b[2JWrong`);
      return { ...reply, body };
    },
  });
  const only = [
    'rest.cookie.http-only',
    'rest.login.wrong-password.reason',
    'rest.register.session',
    'rest.logout.cookie.ends',
    'rest.login.status',
  ];
  return runConformance({ url, contracts: ['rest'], only });
}

test('the report for people has what the contract says first, then our readings, then each reason once', async () => {
  const report = await reportOfFaults();
  const text = peopleReport(report);
  expect(
    text.split('\n').map((line) => line.replace(/(try {7}).*/, '$1…').replace(/\d\.\d s/, '… s')),
  ).toEqual([
    'The contract rest: 1 passed, 2 failed, 2 inconclusive, 0 noted',
    '',
    '  Failed, and the contract says it:',
    '    scripts cannot read the cookie: it is HttpOnly (rest.cookie.http-only)',
    '      expected  the cookie session_id with HttpOnly',
    '      got       no HttpOnly',
    '      sentence  docs/contracts/rest.md: `HttpOnly` | always: scripts cannot read it',
    '      try       …',
    '',
    '  Failed by our reading of the contract:',
    '    the reason of the 401 is "Invalid email or password" (rest.login.wrong-password.reason, ruling G7)',
    '      expected  the field "detail" with "Invalid email or password"',
    String.raw`      got       "\u001b[2JWrong"`,
    '      sentence  docs/contracts/rest.md: 401 | `Invalid email or password` | The address is unknown or the password is wrong.',
    '      try       …',
    '',
    '  Inconclusive:',
    '    Whether a session of `rest` is alive cannot be seen: GET /auth/session answers 404 to a new session and 404 to an id ' +
      'that was never issued; give a route that tells them apart, with --check.',
    '      rest.register.session',
    '      rest.logout.cookie.ends',
    '',
    `${report.url} does not do what the contracts say.`,
    'Failed on what a contract says: 1. Failed by our readings, which count with --strict only: 1.',
    'Inconclusive cases neither passed nor failed: 2. The reasons say what they need.',
    'The pages and the rulings are in docs/ of the package gatehouse-auth; docs/conformance.md explains this report.',
    'Requests: 15, of these registrations and failed logins: 3. Time: … s.',
    '',
  ]);
  expect(text).toMatch(
    /try {7}curl -i -X POST --path-as-is 'http:\/\/127\.0\.0\.1:\d+\/auth\/login' -H 'Content-Type: application\/json' --data-binary '\{"email":/,
  );
  expect(peopleReport(report, { colour: true })).toContain(
    '\u001b[31mFailed, and the contract says it:\u001b[39m',
  );
});

test('no report has the value of a header that every request has', async () => {
  const report = await runConformance({
    url: await startRight({ cookie: (id) => right.cookie(id).replace('HttpOnly; ', '') }),
    contracts: ['rest'],
    headers: { 'X-Key': 'the secret of the gateway' },
  });
  expect(report.counts.failed).toBe(2);
  for (const text of [peopleReport(report), jsonReport(report), junitReport(report)]) {
    expect(text).toMatch(/-H (?:'|&apos;)X-Key: …/);
    expect(text).not.toContain('secret of the gateway');
  }
});

test('no report has the password of the user, whatever it is and whatever the server answers', async () => {
  // The start of a body is shown: the password must not be cut where it ends.
  const password = `it's "the" \\ secret ${'that is long '.repeat(15)}`;
  const url = await startRight({
    alter: (reply, { path, bytes }) =>
      path === '/auth/login' ? { ...reply, status: 418, body: String(bytes) } : reply,
  });
  const user = { name: 'joe@example.com', password };
  const report = await runConformance({ url, contracts: ['rest'], user });
  expect(report.counts.failed).toBeGreaterThan(5);
  for (const text of [peopleReport(report), jsonReport(report), junitReport(report, true)])
    expect(text).not.toMatch(/it(?:'|&apos;)\S{0,12}s \S{0,7}the/);
});

test('a reading that failed is skipped in JUnit unless the report is strict', async () => {
  const report = await reportOfFaults();
  const counts = (xml: string) => /failures="(\d)" errors="(\d)" skipped="(\d)"/.exec(xml)?.slice(1);
  expect(counts(junitReport(report))).toEqual(['1', '0', '3']);
  expect(counts(junitReport(report, true))).toEqual(['2', '0', '2']);
  expect(JSON.parse(jsonReport(report))).toEqual(JSON.parse(JSON.stringify(report)));
});
