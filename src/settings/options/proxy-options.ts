/** The options of the table for proxies. */

import { addressBlock, blockHint } from '../address-blocks.ts';
import type { SettingRows } from '../setting.ts';
import { choice, hintsOf, listOf } from '../value-parsers.ts';

const unixHint = 'All unix domain sockets are meant by the one word unix, without a path.';

/** In the order of the documentation. */
export const proxyOptions = {
  trustedProxies: {
    env: 'GATEHOUSE_TRUSTED_PROXIES',
    default: '',
    expects: 'addresses or CIDR blocks such as `10.0.0.0/8`, or the word `unix`, separated by commas',
    meaning: "Proxies whose header with the client's address is trusted. The header is read from the right.",
    read: listOf((text) => (text === 'unix' ? text : addressBlock(text))),
    hint: hintsOf((text) => (/^unix/i.test(text) ? unixHint : blockHint(text))),
  },
  forwardedHeader: {
    env: 'GATEHOUSE_FORWARDED_HEADER',
    default: 'x-forwarded-for',
    ...choice('x-forwarded-for', 'forwarded'),
    meaning:
      "The header in which the trusted proxies write the client's address: `X-Forwarded-For`, or `Forwarded` (RFC 7239). The other header is never read.",
  },
} satisfies SettingRows;
