// Removes the symbols of a program for Linux: only compilers, debuggers and profilers read them, and Node.js has 33 MB of them.
// Plain JavaScript that an old Node.js understands: it may be the machine's. As a program: `node scripts/elf-symbols.js FILE`.

import { closeSync, openSync, readSync, truncateSync, writeSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * Cuts an ELF program (64 bits, little-endian) behind the last segment that is loaded. Only sections lie there: symbols
 * and the notes of the compiler. Neither the kernel nor the loader reads them.
 */
export function removeSymbols(path) {
  const file = openSync(path, 'r+');
  const header = Buffer.alloc(64);
  readSync(file, header, 0, header.length, 0);
  if (header.toString('latin1', 0, 6) === '\x7fELF\x02\x01') {
    const [size, count] = [header.readUInt16LE(0x36), header.readUInt16LE(0x38)];
    const segments = Buffer.alloc(size * count);
    readSync(file, segments, 0, segments.length, Number(header.readBigUInt64LE(0x20)));
    const ends = Array.from({ length: count }, (_, index) => {
      const segment = segments.subarray(index * size);
      return Number(segment.readBigUInt64LE(0x08) + segment.readBigUInt64LE(0x20));
    });
    // There is no table of sections any more: no offset, no entries, no names.
    header.fill(0, 0x28, 0x30).fill(0, 0x3c, 0x40);
    writeSync(file, header, 0, header.length, 0);
    truncateSync(path, Math.max(...ends));
  }
  closeSync(file);
}

if (argv[1] === fileURLToPath(import.meta.url)) removeSymbols(argv[2]);
