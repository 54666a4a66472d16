/** Behind nginx, over TLS and below a path, Gatehouse keeps every case of the kit: the command says so (G12, W6). */

import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { casesFor, type Report } from '../../../src/conformance/conformance.ts';
import { command } from '../../support/command.ts';
import { deploy } from '../../support/deployed.ts';
import { sharedProcess } from '../../support/process.ts';
import { certificates } from '../../support/reverse-proxies.ts';
import { page, settings } from './each-case.ts';

const server = sharedProcess({
  ...settings,
  GATEHOUSE_BASE_PATH: '/id',
  GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1',
});

const nginx = (context: TestContext) =>
  deploy(context, 'nginx', {
    name: 'path-prefix',
    hosts: { '127.0.0.1:3000': new URL(server().url).host, '127.0.0.1:8080': '127.0.0.1:1' },
    readyPath: '/id/readyz',
  });

test('W6: the configuration of nginx in `deploy/` changes no answer of a contract', async (context) => {
  const { url } = await nginx(context);
  const words = ['--url', `${url}id`, '--second-origin', page, '--strict', '--format', 'json'];
  const said = await command(['conformance', ...words], {
    file: 'none',
    environment: { NODE_EXTRA_CA_CERTS: join(certificates, 'authority.pem') },
  });
  const report: Report = JSON.parse(said.stdout);
  expect(report.unjudged).toEqual([]);
  expect(report.results.filter(({ verdict }) => verdict !== 'passed')).toEqual([]);
  expect(report.results).toHaveLength(casesFor(['envelope', 'rest', 'dotjson']).length);
  expect([said.code, said.stderr, report.sessionsLeft]).toEqual([0, '', 0]);
});

test('G8: a body that nginx lets through and Gatehouse refuses is answered with 413, and never with 502', async (context) => {
  const { client } = await nginx(context);
  for (const length of [17_000, 60_000, 200_000, 900_000]) {
    const body = { username: 'x'.repeat(length), password: 'x' };
    const answers = [];
    for (let turn = 0; turn < 10; turn += 1) answers.push(await client.ask('POST', '/id/login.json', body));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(413));
    expect(answers[0]?.text).toBe('{"error":"The body is larger than 16 KiB"}');
  }
});
