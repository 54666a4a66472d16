/** The part of the table of options that is about proxies. */

import { addressBlock, blockHint } from './ip-addresses.ts';
import type { OptionTable } from './settings.ts';
import { hintsOf, listOf } from './values.ts';

/** In the order of the documentation. */
export const proxyOptions: Pick<OptionTable, 'trustedProxies'> = {
  trustedProxies: {
    env: 'GATEHOUSE_TRUSTED_PROXIES',
    default: '',
    expects: 'addresses or CIDR blocks such as `10.0.0.0/8`, separated by commas',
    meaning: 'Proxies whose `X-Forwarded-For` is believed, read from the right.',
    read: listOf(addressBlock),
    hint: hintsOf(blockHint),
  },
};
