#!/usr/bin/env node
// Starts the server, after a look at the runtime that even an old one understands.

import { existsSync } from 'node:fs';

var major = Number(process.versions.node.split('.')[0]);
if (major < 24 || major === 25) {
  console.error(
    'Gatehouse needs Node.js 24 or 26; this is ' + process.version + '. Install one of them and try again.',
  );
  process.exit(1);
}

// The sources where there are some (a clone), the build elsewhere (the package).
var sources = new URL('../src/server/main.ts', import.meta.url);
await import((existsSync(sources) ? sources : new URL('../dist/server/main.js', import.meta.url)).href);
