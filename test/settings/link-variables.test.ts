/** Variables of services and links: known by name and value together, and by nothing less. */

import { expect, test } from 'vitest';
import { environmentRemarks } from '../../src/settings/environment/environment-remarks.ts';
import { table } from '../../src/settings/option-table.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { problems } from '../support/settings.ts';

test.each([
  { GATEHOUSE_SERVICE_HOST: '10.0.0.1' },
  { GATEHOUSE_SERVICE_HOST: 'fd00::1' },
  { GATEHOUSE_SERVICE_PORT: '1' },
  { GATEHOUSE_SERVICE_PORT: '65535' },
  { GATEHOUSE_SERVICE_PORT_HTTP: '3000' },
  { GATEHOUSE_SERVICE_PORT_HTTP_METRICS: '3000' },
  { GATEHOUSE_PORT: 'tcp://10.0.0.1:3000' },
  { GATEHOUSE_PORT: 'udp://10.0.0.1:53' },
  { GATEHOUSE_PORT: 'sctp://[fd00::1]:65535' },
  { GATEHOUSE_PORT_3000_TCP: 'tcp://10.0.0.1:3000' },
  { GATEHOUSE_PORT_53_UDP: 'udp://[fd00::1]:53' },
  { GATEHOUSE_PORT_3000_TCP_PROTO: 'tcp' },
  { GATEHOUSE_PORT_3000_TCP_PORT: '3000' },
  { GATEHOUSE_PORT_3000_TCP_ADDR: '10.0.0.1' },
  { GATEHOUSE_POSTGRES_SERVICE_HOST: '10.0.0.1' },
  { GATEHOUSE_POSTGRES_PORT: 'tcp://10.0.0.1:5432' },
  { GATEHOUSE_SERVICE_SERVICE_HOST: '10.0.0.1' },
  { GATEHOUSE_SERVICE_PORT: 'tcp://10.0.0.1:80' },
  { GATEHOUSE_DB_NAME: '/web/db' },
  { GATEHOUSE_NAME: '/web/gatehouse', GATEHOUSE_ENV_SECRET: 'hunter2', GATEHOUSE_ENV_npm_config: '' },
  { GATEHOUSE_DB_NAME: '/web/db', GATEHOUSE_DB_ENV_POSTGRES_PASSWORD: 'hunter2' },
  { GATEHOUSE_DB_PORT_5000_TCP_START: 'tcp://10.0.0.1:5000', GATEHOUSE_DB_PORT_5000_TCP_PORT_END: '5002' },
])('%j is ignored, and named without its value', (env) => {
  expect(readSettings(env)).toEqual(readSettings({}));
  const [remark, ...others] = environmentRemarks(env);
  expect(others).toEqual([]);
  expect(remark?.level).toBe('info');
  for (const name of Object.keys(env)) expect(remark?.text).toContain(name);
  expect(remark?.text).not.toMatch(/=|:\/\/|hunter2/);
});

test.each([
  ['GATEHOUSE_SERVICE_HOSTS', '10.0.0.1'],
  ['GATEHOUSE_SERVICE_HOST', 'hello'],
  ['GATEHOUSE_SERVICE_HOST', ''],
  ['GATEHOUSE_SERVICE_HOST', '10.0.0'],
  ['GATEHOUSE_SERVICE_HOST', '10.0.0.1\n'],
  ['GATEHOUSE_SERVICE_PORT', '0'],
  ['GATEHOUSE_SERVICE_PORT', '65536'],
  ['GATEHOUSE_SERVICE_PORT', 'http'],
  ['GATEHOUSE_SERVICE_PORT_', '3000'],
  ['GATEHOUSE_SERVICE_PORTS', '3000'],
  ['GATEHOUSE_PORT', '3000'],
  ['GATEHOUSE_PORT', 'http://10.0.0.1:3000'],
  ['GATEHOUSE_PORT', 'tcp://gatehouse:3000'],
  ['GATEHOUSE_PORT', 'tcp://10.0.0.1'],
  ['GATEHOUSE_PORT', 'tcp://10.0.0.1:65536'],
  ['GATEHOUSE_PORT', 'tcp://10.0.0.1:3000/'],
  ['GATEHOUSE_PORT_X_TCP', 'tcp://10.0.0.1:3000'],
  ['GATEHOUSE_PORT_3000_ICMP', 'tcp://10.0.0.1:3000'],
  ['GATEHOUSE_PORT_3000_TCP_PROTO', 'TCP'],
  ['GATEHOUSE_PORT_3000_TCP_ADDR', 'hello'],
  ['GATEHOUSE_PORT_3000_TCP_HOST', '10.0.0.1'],
  ['GATEHOUSE_DB_NAME', 'db'],
  ['GATEHOUSE_DB_ENV_PASSWORD', 'x'],
  ['GATEHOUSE_service_HOST', '10.0.0.1'],
])('%s=%j is an unknown name', (name, value) => {
  expect(problems({ [name]: value })).toEqual([expect.stringMatching(/ is not a setting\. /)]);
  expect(environmentRemarks({ [name]: value })).toEqual([]);
});

test('if a setting has such a name, only the address of a service is ignored', () => {
  const ports = Object.values(table).map(({ env }) => env);
  expect(ports.filter((name) => /^GATEHOUSE_.*_PORT$/.test(name))).toContain('GATEHOUSE_METRICS_PORT');
  const at = (value: string) => ({ GATEHOUSE_METRICS_PORT: value });
  expect(readSettings(at('tcp://10.0.0.1:9464')).metricsPort).toBe(null);
  expect(readSettings(at('9464')).metricsPort).toBe(9_464);
  expect(problems(at('tcp://metrics:9464'))).toHaveLength(1);
  expect(problems(at('hello'))).toHaveLength(1);
  expect(environmentRemarks(at('tcp://10.0.0.1:9464'))).toEqual([
    {
      level: 'warn',
      text: expect.stringMatching(/GATEHOUSE_METRICS_PORT is a setting too and takes its default/),
    },
  ]);
  expect(environmentRemarks(at('9464'))).toEqual([]);
});

test('PORT and HOST are no names of a service: an address of one is refused there', () => {
  expect(problems({ PORT: 'tcp://10.0.0.1:3000' })).toHaveLength(1);
  expect(problems({ HOST: 'tcp://10.0.0.1:3000' })).toHaveLength(1);
});

test('a thousand services are one remark', () => {
  const many = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, n) => [`GATEHOUSE_${n}_SERVICE_HOST`, '10.0.0.1']),
  );
  expect(readSettings(many)).toEqual(readSettings({}));
  expect(environmentRemarks(many)).toHaveLength(1);
});
