/** Opens what formats read beside files, and what they keep on the disk; engines are loaded only here. */

import type { KeptRows, OtherDatabase } from '../../../storage/port/imports.ts';

/** Texts that are kept on the disk, to put rows of several tables together. */
export async function openKeptRows(): Promise<KeptRows> {
  return (await import('../../../storage/sqlite/maintenance/kept-rows.ts')).openKeptRows();
}

/** @throws {StoreUnusable} if the file cannot be opened. */
export async function openOtherFile(path: string): Promise<OtherDatabase> {
  return (await import('../../../storage/sqlite/maintenance/other-database.ts')).openOtherFile(path);
}

/** @throws {StoreUnusable} if the server cannot be reached. */
export async function openOtherServer(url: string): Promise<OtherDatabase> {
  return (await import('../../../storage/postgres/maintenance/other-database.ts')).openOtherServer(url);
}
