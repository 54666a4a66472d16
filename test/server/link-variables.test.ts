/** Variables that Kubernetes and Docker set for services named like Gatehouse: the server starts, and says what it ignores. */

import { expect, test } from 'vitest';
import { command } from '../support/command.ts';
import { failToStart, startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

/** What Kubernetes sets for a service with one named port and one without a name. */
const kubernetes = {
  GATEHOUSE_SERVICE_HOST: '10.0.0.1',
  GATEHOUSE_SERVICE_PORT: '3000',
  GATEHOUSE_SERVICE_PORT_HTTP: '3000',
  GATEHOUSE_PORT: 'tcp://10.0.0.1:3000',
  GATEHOUSE_PORT_3000_TCP: 'tcp://10.0.0.1:3000',
  GATEHOUSE_PORT_3000_TCP_PROTO: 'tcp',
  GATEHOUSE_PORT_3000_TCP_PORT: '3000',
  GATEHOUSE_PORT_3000_TCP_ADDR: '10.0.0.1',
};

const metrics = {
  GATEHOUSE_METRICS_SERVICE_HOST: 'fd00::2',
  GATEHOUSE_METRICS_SERVICE_PORT: '9464',
  GATEHOUSE_METRICS_PORT: 'tcp://[fd00::2]:9464',
  GATEHOUSE_METRICS_PORT_9464_TCP: 'tcp://[fd00::2]:9464',
};

const postgres = {
  GATEHOUSE_POSTGRES_SERVICE_HOST: '10.0.0.3',
  GATEHOUSE_POSTGRES_PORT: 'tcp://10.0.0.3:5432',
};

test('a server starts beside services named gatehouse, and one line of the log names the variables', async () => {
  const server = await startProcess({ ...kubernetes, ...postgres });
  const lines = server.log.filter(({ msg }) => msg.includes('GATEHOUSE_SERVICE_HOST'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ level: 30 });
  const named = lines[0]?.msg.match(/\bGATEHOUSE_[A-Z0-9_]+/g);
  expect(named).toEqual(Object.keys({ ...kubernetes, ...postgres }));
  expect(lines[0]?.msg).toContain('enableServiceLinks: false');
  expect(server.stderr).not.toContain('GATEHOUSE_SERVICE_HOST');
  expect((await server.send({ path: '/readyz' })).status).toBe(200);
});

test('a variable in the place of a setting is ignored, and warned about in the same line', async () => {
  const server = await startProcess(metrics);
  const lines = server.log.filter(({ msg }) => msg.includes('GATEHOUSE_METRICS'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ level: 40 });
  expect(lines[0]?.msg).toContain('GATEHOUSE_METRICS_PORT is a setting too');
  expect(lines[0]?.msg).toContain('enableServiceLinks: false');
  expect(server.stderr).toContain(`Warning: ${lines[0]?.msg}\n`);
  expect(server.log.map(({ msg }) => msg)).not.toContain('serving metrics');
});

test('a value in the container sets it', async () => {
  const server = await startProcess({ ...metrics, GATEHOUSE_METRICS_PORT: '0' });
  expect(server.log.map(({ msg }) => msg)).toContain('serving metrics');
  expect(server.log.filter(({ msg }) => msg.includes('is a setting too'))).toEqual([]);
});

test('workers start as well, and the line is logged once', async () => {
  const server = await startProcess({ ...kubernetes, GATEHOUSE_WORKERS: '2' });
  const lines = server.log.filter(({ msg }) => msg.includes('GATEHOUSE_SERVICE_HOST'));
  expect(lines).toHaveLength(1);
});

test('commands work beside them, and the doctor names what is ignored', async () => {
  const file = `${temporaryFolder()}/gatehouse.db`;
  const environment = { ...kubernetes, ...metrics };
  expect(await command(['user', 'add', 'ada'], { file, environment })).toMatchObject({ code: 0 });
  const { code, json } = await command(['doctor', '--json'], { file, environment });
  const said = json.filter(({ says }) => String(says).includes('GATEHOUSE_SERVICE_HOST'));
  expect(said).toMatchObject([{ check: 'settings', verdict: 'warning' }]);
  expect(code).toBe(0);
});

test('a variable that only looks like one stops the start by name', async () => {
  const near = { GATEHOUSE_SERVICE_HOSTS: '10.0.0.1', GATEHOUSE_SERVICE_HOST: 'hello' };
  const ended = await failToStart({ ...kubernetes, ...near });
  expect(ended.code).toBe(1);
  expect(ended.stderr.trim().split('\n').slice(1)).toEqual([
    expect.stringMatching(/^GATEHOUSE_SERVICE_HOST is not a setting\. /),
    expect.stringMatching(/^GATEHOUSE_SERVICE_HOSTS is not a setting\. /),
  ]);
});
