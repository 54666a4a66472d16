/**
 * The variables that Kubernetes and Docker put into an environment for services and linked containers.
 *
 * For a service named `gatehouse` or `gatehouse-…` their names begin like those of settings. They are known by name
 * and value together: kubelet's `envvars.go`, and the links of Docker's bridge network.
 */

import { parseAddress } from './ip-addresses.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const port = '_PORT_\\d+_(?:TCP|UDP|SCTP)';

/** How a name ends, and what stands there. */
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
 * The names of the variables that are no settings but come from a service or a link. Where a name is in `settings`,
 * only the address of a service makes it one of them: anything else is a value of that setting.
 */
export function linkVariables(env: Environment, settings: readonly string[]): string[] {
  return Object.keys(env).filter((name) => {
    const value = env[name] ?? '';
    if (!/^GATEHOUSE_[A-Z0-9_]+$/.test(name)) return isCopied(name, env);
    if (settings.includes(name)) return name.endsWith('_PORT') && isServiceUrl(value);
    return shapes.some(([ending, isValue]) => ending.test(name) && isValue(value)) || isCopied(name, env);
  });
}

/** Docker copies the variables of a linked container, under any name and with any value, beside the name of the link. */
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

/** `/web/db`: a container, and what it calls the one it is linked to. */
function isLinkName(text: string): boolean {
  return /^\/[\w.-]+\/[\w.-]+$/.test(text);
}
