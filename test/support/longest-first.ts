/** The order of the test files: those that start processes come first, so that no worker ends a run alone with one. */

import { BaseSequencer, type TestSpecification } from 'vitest/node';

const startsProcesses =
  /\/test\/(maintenance|cli|server|mail|metrics|browser|storage\/postgres)\/|\/prefixes\./;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [long, short] = [[], []] as [TestSpecification[], TestSpecification[]];
    for (const file of await super.sort(files)) {
      (startsProcesses.test(file.moduleId) ? long : short).push(file);
    }
    return [...long, ...short];
  }
}
