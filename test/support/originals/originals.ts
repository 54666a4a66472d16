/** Hashes of known passwords, made by the programs that other systems hash with. */

import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed } from '../installed.ts';

/** A password that a program hashed; `null` if it takes no such password. */
export interface OriginalHash {
  readonly origin: string;
  readonly password: string;
  readonly hash: string | null;
}

/** A program of the machine, the script that it runs, and the Debian packages that it needs. */
interface Program {
  readonly name: string;
  readonly script: string;
  /** Fails where something is missing. */
  readonly probe: readonly string[];
  readonly packages: string;
}

const python: Program = {
  name: 'python3',
  script: 'hashes.py',
  probe: ['-c', 'import argon2, bcrypt, django, passlib, werkzeug'],
  packages: 'python3-passlib python3-django python3-argon2 python3-bcrypt python3-werkzeug',
};
const php: Program = { name: 'php', script: 'hashes.php', probe: ['-v'], packages: 'php-cli' };
const ruby: Program = {
  name: 'ruby',
  script: 'hashes.rb',
  probe: ['-e', 'require "bcrypt"'],
  packages: 'ruby-bcrypt',
};

export const programs: Readonly<Record<string, Program>> = { Python: python, PHP: php, Ruby: ruby };

/** What runs a program with all that its script needs: of several of one name on the path, one that has it. */
function found({ name, probe }: Program): string | undefined {
  if (installed(name) === undefined) return undefined;
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => spawnSync(path, probe).status === 0);
}

/** The title of tests, whether they are skipped, and the path of the program. */
export function madeBy(language: string): {
  readonly title: string;
  readonly isMissing: boolean;
  readonly path?: string | undefined;
} {
  const program = programOf(language);
  const path = found(program);
  if (path !== undefined) return { title: `made with ${language}`, isMissing: false, path };
  return { title: `made with ${language}: skipped, because it needs ${program.packages}`, isMissing: true };
}

/** Hashes each password with each hasher of a language, at the lowest costs. */
export function hashesBy(language: string, passwords: readonly string[]): readonly OriginalHash[] {
  const program = programOf(language);
  const script = fileURLToPath(new URL(program.script, import.meta.url));
  const input = JSON.stringify(passwords);
  const { status, stdout, stderr } = spawnSync(found(program) ?? program.name, [script], { input });
  if (status !== 0) throw new Error(`${program.script} failed: ${stderr}`);
  return JSON.parse(stdout.toString());
}

function programOf(language: string): Program {
  const program = programs[language];
  if (!program) throw new Error(`There is no script for ${language}.`);
  return program;
}
