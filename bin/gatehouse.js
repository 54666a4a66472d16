#!/usr/bin/env node
// Starts the server or a command of the operator, after a look at the runtime that even an old one understands.

import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15) || major === 25) {
  console.error(
    `Gatehouse needs Node.js 24.15 or later in 24, or 26; this is ${process.version}. Install one of them and try again.`,
  );
  process.exit(1);
}

// The server is the default, and loads nothing of the commands.
const words = process.argv.slice(2);
const program = words.length === 0 || words.join(' ') === 'serve' ? 'server' : 'cli';

// The sources where there are some (a clone), the build elsewhere (the package).
const sources = new URL(`../src/${program}/main.ts`, import.meta.url);
if (existsSync(sources)) {
  // Sources are stripped of their types once and kept: it halves the time of a start and saves 30 MB.
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
  await import(sources.href);
  module.flushCompileCache();
} else {
  await import(new URL(`../dist/${program}/main.js`, import.meta.url).href);
}
