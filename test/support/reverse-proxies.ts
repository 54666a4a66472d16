/** Real reverse proxies in front of what is tested, where they are installed. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished, type TestContext } from 'vitest';

/** A certificate for `localhost`, its key and the authority that signed it. */
export const certificates = join(import.meta.dirname, 'certificates');

/** Skips a test aloud where a program is missing. */
export function assertInstalled(context: TestContext, program: string): void {
  if (spawnSync(program, ['-v'], { stdio: 'ignore' }).error)
    context.skip(`${program} is not installed: apt-get install ${program}`);
}

/** Writes a configuration of nginx that needs nothing outside a folder; returns the arguments that start it. */
export function writeNginx(folder: string, servers: string): string[] {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; user root; pid ${join(folder, 'pid')}; error_log ${join(folder, 'log')}; events {}
     http { access_log off; ${paths.join(' ')} ${servers} }`,
  );
  return ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'log')];
}

/** Starts a proxy and waits until it answers: over TLS, or without where it is plain. */
export async function startProxy(
  program: string,
  args: readonly string[],
  port: number,
  { isPlain = false, env = process.env, readyPath = '/readyz' } = {},
): Promise<Client> {
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const client = clientOf(port, isPlain);
  for (let tries = 0; ; tries += 1) {
    const answer = await client.ask('GET', readyPath).catch(() => undefined);
    if (answer?.status === 200) return client;
    if (tries === 200 || child.exitCode !== null) throw new Error(`${program} does not answer: ${said}`);
    await sleep(25);
  }
}

export interface ProxyAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export interface Client {
  ask(
    method: string,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ProxyAnswer>;
}

/** Asks `localhost` from an address of its own. */
export function clientOf(port: number, isPlain = false): Client {
  const options = { keepAlive: true, localAddress: '127.0.0.9' };
  const ca = readFileSync(join(certificates, 'authority.pem'));
  const agent = isPlain ? new http.Agent(options) : new https.Agent({ ...options, ca });
  const { request } = isPlain ? http : https;
  return {
    ask: (method, path, body, more) =>
      new Promise((resolve, reject) => {
        const text = body && JSON.stringify(body);
        const headers = {
          host: `localhost:${port}`,
          ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...more,
        };
        const at = { host: '127.0.0.1', port, method, path, headers, agent, servername: 'localhost' };
        const sent = request(at, (response) => {
          let answer = '';
          response.setEncoding('utf8').on('data', (part) => {
            answer += part;
          });
          const { statusCode: status = 0, headers } = response;
          response.once('end', () => resolve({ status, headers, text: answer }));
        });
        sent.once('error', reject).end(text);
      }),
  };
}
