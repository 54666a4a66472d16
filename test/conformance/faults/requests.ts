/** Faults about pages of other origins, other cookies and other contracts, and the cases that find them. */

import { right } from '../right-behaviour.ts';
import { cookie, type Fault, header, is, unknownTo, when } from './parts.ts';

export const faultsOfRequests: readonly Fault[] = [
  {
    name: 'pages of other sites are let through',
    contract: 'rest',
    fault: { isCrossSite: () => false },
    breaks: [
      'rest.cross-site.fetch-metadata',
      'rest.cross-site.origin',
      'rest.cross-site.null',
      'rest.cross-site.logout',
    ],
  },
  {
    name: 'answers may be stored',
    contract: 'rest',
    fault: when(is('/auth/login', 200), header('cache-control', 'max-age=60')),
    breaks: ['rest.headers.no-store'],
  },
  {
    name: 'a preflight of any origin is allowed',
    contract: 'rest',
    fault: {
      alter: (reply, { method, headers }) =>
        method === 'OPTIONS' && headers.origin !== undefined
          ? header('access-control-allow-origin', headers.origin)(reply)
          : reply,
    },
    breaks: ['rest.cross-site.reflected'],
  },
  {
    name: 'an allowed origin is not known',
    contract: 'dotjson',
    secondOrigin: 'https://app.example.com',
    fault: {},
    breaks: ['dotjson.cors.preflight', 'dotjson.cors.login'],
  },
  {
    name: 'the page of an allowed origin may call, and may not read',
    contract: 'envelope',
    secondOrigin: 'https://app.example.com',
    fault: {
      isCrossSite: (headers) => headers.origin !== 'https://app.example.com' && right.isCrossSite(headers),
    },
    breaks: ['envelope.cors.preflight', 'envelope.cors.login'],
  },
  {
    name: 'the cookie of the device can be read by scripts',
    contract: 'rest',
    fault: when(
      is('/auth/login', 200),
      cookie(`__Host-gatehouse_device=${'a'.repeat(26)}; Max-Age=31536000; Path=/; SameSite=Lax; Secure`),
    ),
    breaks: ['rest.cookie.device'],
  },
  {
    name: 'an address does not log in through envelope',
    contract: 'envelope',
    beside: 'rest',
    fault: unknownTo('/api/auth/login', (name) => name.includes('@')),
    breaks: ['envelope.login.registered-elsewhere'],
  },
  {
    name: 'a username does not log in through rest',
    contract: 'rest',
    beside: 'dotjson',
    fault: unknownTo('/auth/login', (name) => !name.includes('@')),
    breaks: ['rest.login.registered-elsewhere'],
  },
  {
    name: 'an address does not log in through dotjson',
    contract: 'dotjson',
    beside: 'rest',
    fault: unknownTo('/login.json', (name) => name.includes('@')),
    breaks: ['dotjson.login.registered-elsewhere'],
  },
  {
    name: 'a logout of rest that ends no session of envelope',
    contract: 'rest',
    beside: 'envelope',
    fault: { presented: (asked) => right.presented(asked).filter((id) => id.includes('-')) },
    breaks: ['rest.id.of-envelope'],
  },
  {
    name: 'a logout of rest that ends no session of dotjson',
    contract: 'rest',
    beside: 'dotjson',
    fault: { presented: (asked) => right.presented(asked).filter((id) => id.includes('-')) },
    breaks: ['rest.id.of-dotjson'],
  },
  {
    name: 'a logout of dotjson that ends no session of rest',
    contract: 'dotjson',
    beside: 'rest',
    fault: { named: (asked) => right.named(asked).filter((id) => !id.includes('-')) },
    breaks: ['dotjson.id.of-rest'],
  },
];
