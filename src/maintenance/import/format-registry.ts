/** The formats of an import by name, each loaded when it is needed. */

import type { ImportFormat } from './records.ts';

const loaders: Readonly<Record<string, () => Promise<ImportFormat>>> = {
  gatehouse: async () => (await import('./formats/native.ts')).native,
  focusreader: async () => (await import('./formats/focusreader.ts')).focusreader,
  vault: async () => (await import('./formats/vault.ts')).vault,
  broadcaster: async () => (await import('./formats/broadcaster.ts')).broadcaster,
  'better-auth': async () => (await import('./formats/better-auth.ts')).betterAuth,
  django: async () => (await import('./formats/django.ts')).django,
  auth0: async () => (await import('./formats/auth0.ts')).auth0,
  firebase: async () => (await import('./formats/firebase.ts')).firebase,
  keycloak: async () => (await import('./formats/keycloak.ts')).keycloak,
  supabase: async () => (await import('./formats/supabase.ts')).supabase,
  csv: async () => (await import('./formats/csv.ts')).csv,
};

/** As in `--from`. */
export const formatNames: readonly string[] = Object.keys(loaders);

/** @throws {TypeError} for a name that is none of `formatNames`. */
export function loadFormat(name: string): Promise<ImportFormat> {
  const load = loaders[name];
  if (!load) throw new TypeError(`There is no format ${name}.`);
  return load();
}

/** The formats that the beginning of a file looks like. */
export async function recognised(beginning: string, fileName: string): Promise<ImportFormat[]> {
  const formats = await Promise.all(formatNames.map(loadFormat));
  const alike = formats.filter((format) => format.recognises(beginning, fileName));
  const special = alike.filter(({ isGeneric }) => isGeneric !== true);
  return special.length > 0 ? special : alike;
}
