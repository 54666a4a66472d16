/** All findings of `gatehouse doctor`, in the order of the report. */

import { UnusableSettings } from '../../settings/read-settings.ts';
import { isFile, type Settings } from '../../settings/settings.ts';
import { environmentSettings, operatorCaller, withServices } from '../command-services.ts';
import { type Finding, finder } from './finding.ts';
import { domainFindings } from './forward/domain-checks.ts';
import { localFindings, proxyFindings, settingsFindings } from './local-checks.ts';
import { mailFindings } from './mail-checks.ts';
import { remoteFindings } from './postgres-checks.ts';
import { serverFindings } from './server-checks.ts';

/** Recent entries that are searched for the doctor's own. */
const maxSearched = 200;

/** With `url` the server at that address is checked, too. */
export async function findingsOf(url: URL | undefined): Promise<Finding[]> {
  let settings: Settings;
  try {
    settings = environmentSettings();
  } catch (error) {
    // Without settings nothing else can be checked.
    if (error instanceof UnusableSettings) return error.problems.map(finder('settings').problem);
    throw error;
  }
  const local = [
    ...(await (isFile(settings)
      ? localFindings(settings, operatorCaller().now)
      : postgresFindings(settings))),
    ...(await mailFindings(settings)),
    ...(await domainFindings(settings)),
  ];
  if (!url) return local;
  const isUsable = local.every(({ check, verdict }) => check !== 'database' || verdict === 'ok');
  const ask = (findEntry?: Parameters<typeof serverFindings>[2]) => serverFindings(url, settings, findEntry);
  if (!isUsable) return [...local, ...(await ask())];
  const asked = await withServices(({ services }) =>
    ask(async (requestId) => {
      const entries = await services.store.audit.read({ limit: maxSearched });
      return entries.find((entry) => entry.requestId === requestId);
    }),
  );
  return [...local, ...asked];
}

async function postgresFindings(settings: Settings): Promise<Finding[]> {
  return [
    ...settingsFindings(settings),
    ...(await remoteFindings(settings, () => operatorCaller().now)),
    ...proxyFindings(settings),
  ];
}
