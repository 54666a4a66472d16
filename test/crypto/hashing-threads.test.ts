/** Hashing threads: the right bytes, at a lower priority, and a death that harms only its own task. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { HashingThreads } from '../../src/crypto/hashing-threads.ts';
import type { Pbkdf2Parameters } from '../../src/crypto/phc.ts';

function openThreads(): HashingThreads {
  const threads = new HashingThreads();
  onTestFinished(() => threads.close());
  return threads;
}

const parameters = (
  digest: Pbkdf2Parameters['digest'],
  iterations: number,
  hashBytes: number,
): Pbkdf2Parameters => ({ digest, iterations, saltBytes: 0, hashBytes });

const cheap = parameters('sha512', 1, 64);
const bytes = (text: string) => Buffer.from(text);

/** The threads of this process with their priorities, from the system itself (proc(5): field 19 is the nice value). */
function niceByThread(): Map<string, number> {
  const nice = (id: string) => {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  };
  return new Map(readdirSync('/proc/self/task').map((id) => [id, nice(id)]));
}

const vectors: [
  source: string,
  password: string,
  salt: string,
  parameters: Pbkdf2Parameters,
  hash: string,
][] = [
  ['RFC 6070', 'password', 'salt', parameters('sha1', 1, 20), '0c60c80f961f0e71f3a9b524af6012062fe037a6'],
  ['RFC 6070', 'password', 'salt', parameters('sha1', 2, 20), 'ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957'],
  ['RFC 6070', 'password', 'salt', parameters('sha1', 4_096, 20), '4b007901b765489abead49d926f721d065a429c1'],
  [
    'RFC 6070',
    'passwordPASSWORDpassword',
    'saltSALTsaltSALTsaltSALTsaltSALTsalt',
    parameters('sha1', 4_096, 25),
    '3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038',
  ],
  ['RFC 6070', 'pass\0word', 'sa\0lt', parameters('sha1', 4_096, 16), '56fa6aa75548099dcc37d7f03425e0c3'],
  [
    'RFC 7914, section 11',
    'passwd',
    'salt',
    parameters('sha256', 1, 64),
    '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc' +
      '49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
  ],
  [
    'widely published',
    'password',
    'salt',
    parameters('sha512', 4_096, 64),
    'd197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5' +
      '143f30602641b3d55cd335988cb36b84376060ecd532e039b742a239434af2d5',
  ],
];

test.each(vectors)('%s: "%s" with "%s"', async (_source, password, salt, given, expected) => {
  const { hash } = await openThreads().compute({
    password: bytes(password),
    salt: bytes(salt),
    parameters: given,
  });
  expect(Buffer.from(hash).toString('hex')).toBe(expected);
});

test('answers many at once, each with its own hash and the time it took', async () => {
  const threads = openThreads();
  const alone = await threads.compute({ password: bytes('pw3'), salt: bytes('salt'), parameters: cheap });
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      threads.compute({ password: bytes(`pw${n}`), salt: bytes('salt'), parameters: cheap }),
    ),
  );
  const texts = all.map(({ hash }) => Buffer.from(hash).toString('hex'));
  expect(new Set(texts).size).toBe(8);
  expect(texts[3]).toBe(Buffer.from(alone.hash).toString('hex'));
  for (const { tookMs } of all) expect(tookMs).toBeGreaterThan(0);
});

test.runIf(process.platform === 'linux')('it lowers only its own priority', async () => {
  const before = niceByThread();
  const threads = openThreads();
  await Promise.all(
    [1, 2].map(() => threads.compute({ password: bytes('pw'), salt: bytes('salt'), parameters: cheap })),
  );
  const after = niceByThread();
  const steppedBack = [...after].filter(([id, nice]) => nice === 5 && before.get(id) !== 5);
  expect(steppedBack).toHaveLength(2);
  for (const [id, nice] of before) expect(after.get(id) ?? nice).toBe(nice);
});

test('a thread that dies rejects its own task; the next call gets a new thread', async () => {
  const threads = openThreads();
  const deadly = { ...cheap, digest: 'no such digest' as 'sha512' };
  await expect(
    threads.compute({ password: bytes('pw'), salt: bytes('salt'), parameters: deadly }),
  ).rejects.toThrow('ended before it answered');
  const neighbours = await Promise.allSettled([
    threads.compute({ password: bytes('pw'), salt: bytes('salt'), parameters: cheap }),
    threads.compute({ password: bytes('pw'), salt: bytes('salt'), parameters: deadly }),
    threads.compute({ password: bytes('pw'), salt: bytes('salt'), parameters: cheap }),
  ]);
  expect(neighbours.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(
    (await threads.compute({ password: bytes('pw'), salt: bytes('salt'), parameters: cheap })).hash
      .byteLength,
  ).toBe(64);
});

test('closing ends running hashes, and none begins after it', async () => {
  const threads = new HashingThreads();
  const hashing = threads.compute({
    password: bytes('pw'),
    salt: bytes('salt'),
    parameters: { ...cheap, iterations: 99_999_999 },
  });
  const ended = expect(hashing).rejects.toThrow('ended before it answered');
  await threads.close();
  await ended;
  await expect(
    threads.compute({ password: bytes('pw'), salt: bytes('salt'), parameters: cheap }),
  ).rejects.toThrow('threads were ended');
});
