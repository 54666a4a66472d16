// The versions of Node.js that Gatehouse runs on, said by a module that even an old Node.js can load.

/** The sentence for a version (`v20.1.0`) that will not do; undefined for one that will. */
exports.versionProblem = (version) => {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  if (major >= 26 || (major === 24 && minor >= 15)) return undefined;
  return `Gatehouse needs Node.js 24.15 or later in 24, or 26; this is ${version}. Install one of them and try again.`;
};

/** Throws the sentence, without a stack, which would only hide it. */
exports.requireVersion = (version) => {
  const problem = exports.versionProblem(version);
  if (problem === undefined) return;
  const error = new Error(problem);
  error.stack = `Error: ${problem}`;
  throw error;
};
