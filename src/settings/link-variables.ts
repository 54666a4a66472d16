/**
 * Recognises the variables that Kubernetes and Docker set for services and linked containers.
 *
 * For a service named `gatehouse` or `gatehouse-…` their names begin like those of settings. A variable is recognised by
 * its name and value together, as in kubelet's `envvars.go` and the links of Docker's bridge network.
 */

import { parseAddress } from './ip-addresses.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const port = '_PORT_\\d+_(?:TCP|UDP|SCTP)';

/** The end of a name, and the form of its value. */
const shapes: readonly (readonly [ending: RegExp, isValue: (text: string) => boolean])[] = [
  [/_SERVICE_HOST$/, isAddress],
  [/_SERVICE_PORT(?:_[A-Z0-9_]+)?$/, isPort],
  [new RegExp(`(?:_PORT|${port}(?:_START|_END)?)$`), isServiceUrl],
  [new RegExp(`${port}_PROTO$`), (text) => /^(?:tcp|udp|sctp)$/.test(text)],
  [new RegExp(`${port}_PORT(?:_START|_END)?$`), isPort],
  [new RegExp(`${port}_ADDR$`), isAddress],
  [/_NAME$/, isLinkName],
];

/**
 * The names of the variables that come from a service or a link. A name in `settings` is among them only if its value is
 * the address of a service; any other value is one of the setting.
 */
export function linkVariables(env: Environment, settings: readonly string[]): string[] {
  return Object.keys(env).filter((name) => {
    const value = env[name] ?? '';
    if (!/^GATEHOUSE_[A-Z0-9_]+$/.test(name)) return isCopied(name, env);
    if (settings.includes(name)) return name.endsWith('_PORT') && isServiceUrl(value);
    return shapes.some(([ending, isValue]) => ending.test(name) && isValue(value)) || isCopied(name, env);
  });
}

/** Docker copies all variables of a linked container, and sets the name of the link. */
function isCopied(name: string, env: Environment): boolean {
  const [, link] = /^(GATEHOUSE(?:_[A-Z0-9_]+?)?)_ENV_./.exec(name) ?? [];
  return link !== undefined && isLinkName(env[`${link}_NAME`] ?? '');
}

function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined;
}

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}

function isServiceUrl(text: string): boolean {
  const [, v4, v6, number = ''] = /^(?:tcp|udp|sctp):\/\/(?:([\d.]+)|\[([^\]]+)\]):(\d+)$/.exec(text) ?? [];
  return isAddress(v4 ?? v6 ?? '') && isPort(number);
}

/** `/web/db`: a container, and its alias for the linked one. */
function isLinkName(text: string): boolean {
  return /^\/[\w.-]+\/[\w.-]+$/.test(text);
}
