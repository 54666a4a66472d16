/** A reporter for `scripts/run-tests.js`: writes which files failed, in which project, and how many errors were no test's. */

import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

export default class FailedFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const list = process.env['FAILED_FILES'];
    if (list === undefined) return;
    const files = modules
      .filter((module) => !module.ok())
      .map(({ project, moduleId }) => ({ project: project.name, file: relative(process.cwd(), moduleId) }));
    writeFileSync(list, JSON.stringify({ files, errors: errors.length }));
  }
}
