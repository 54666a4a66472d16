/** `gatehouse export`: writes all accounts with their live sessions, for another Gatehouse or another system. */

import type { Command } from 'commander';
import type { SecretBox } from '../../crypto/secret-box.ts';
import { openSecretBox } from '../../crypto/secret-key-file.ts';
import { type Exported, exportAccounts } from '../../maintenance/import/export.ts';
import { addCommand } from '../command.ts';
import { type CommandContext, withServices } from '../command-services.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { printNote, printResult } from '../output.ts';
import { writePrivateFile } from '../private-file.ts';
import { withProgress } from '../progress.ts';

interface Options {
  readonly json?: true;
  readonly plainSecrets?: true;
}

export function addExportCommand(program: Command): void {
  addCommand(program, 'export [file]', {
    summary: 'Write all accounts with their live sessions as JSON lines, while the server runs',
    more:
      'FILE is a new file that only its owner can read, or - for standard output. `gatehouse import` reads it, and ' +
      'docs/import-format.md describes it. It has password hashes in it: keep it as safe as the database. Session ids are ' +
      'hashed, and secrets of authenticator apps encrypted, as in the database.',
    examples: ['gatehouse export accounts-export.jsonl', 'gatehouse export - | gzip > accounts.jsonl.gz'],
  })
    .option(
      '--plain-secrets',
      'write the secrets of authenticator apps in plain, for a server with another key',
    )
    .action(runExport);
}

async function runExport(file: string | undefined, options: Options): Promise<void> {
  if (file === undefined && process.stdout.isTTY)
    throw new CommandError(exitCodes.usage, 'Name a file, or - for standard output.');
  if (file === undefined || file === '-') {
    const exported = await exportTo(options, (work) => work(writeOut));
    printNote(`${counted(exported)} were written.`);
    for (const note of notes(exported)) printNote(note);
    return;
  }
  const exported = await exportTo(options, (work) => writePrivateFile(file, work));
  const { accounts, sessions, secrets, sealed } = exported;
  const value = { file, accounts, sessions, secrets, secrets_encrypted: sealed };
  await printResult(options, value, `${file} holds ${counted(exported)}.`);
  for (const note of notes(exported)) printNote(note);
}

type Write = (text: string) => Promise<void>;

function exportTo(
  options: Options,
  into: (work: (write: Write) => Promise<Exported>) => Promise<Exported>,
): Promise<Exported> {
  return withServices(async (context) => {
    const { settings, services, caller } = context;
    const box = options.plainSecrets ? await openBox(context) : undefined;
    return into(async (write) => {
      // The audit entry comes first: no copy of the password hashes exists without it.
      await services.audit.keep(caller, 'export', undefined);
      const exported = await withProgress('Exporting', (progress) =>
        exportAccounts(settings, { at: caller.now, box, write, progress }),
      );
      if (exported !== 'pooled') return exported;
      throw new CommandError(
        exitCodes.refused,
        'DATABASE_URL leads through a pooler. Set GATEHOUSE_DATABASE_LISTEN_URL to the address of the database itself.',
      );
    });
  });
}

async function openBox({ settings, store }: CommandContext): Promise<SecretBox> {
  const hasSealed = async () => (await (await store.factors()).secondFactors.countSealed('')).all > 0;
  const box = await openSecretBox(settings, { mayCreate: false, hasSealed });
  if ('refused' in box) throw new CommandError(exitCodes.refused, box.because);
  return box;
}

/** Writes to standard output, and waits for a slow reader. */
async function writeOut(text: string): Promise<void> {
  if (process.stdout.write(text)) return;
  await new Promise((resolve) => process.stdout.once('drain', resolve));
}

function counted({ accounts, sessions }: Exported): string {
  return `${accounts} accounts and ${sessions} sessions`;
}

function notes({ secrets, sealed }: Exported): string[] {
  return [
    ...(sealed > 0
      ? [
          `${sealed} secrets of authenticator apps are encrypted in it: the server that imports it needs the key of this one. ` +
            'Keep the key too, and not in the same place.',
        ]
      : []),
    ...(secrets > sealed
      ? [
          `${secrets - sealed} secrets of authenticator apps are in it in plain: with a password, each opens its account. ` +
            'Delete it as soon as it is imported.',
        ]
      : []),
  ];
}
