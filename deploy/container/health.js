// Ends with 0 if the server of this container answers `/healthz`, and with 1 otherwise: the health check of the image.

import { get } from 'node:http';

const { HOST, PORT } = process.env;
const host = HOST?.trim() || '127.0.0.1';
// A server that listens on all addresses is asked on this machine.
const hostname = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;

get({ hostname, port: PORT?.trim() || 3000, path: '/healthz', timeout: 4_000 }, ({ statusCode }) =>
  process.exit(statusCode === 200 ? 0 : 1),
)
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1));
