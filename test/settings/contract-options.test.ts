/** Which contracts are served, and who may register: what can be set, and what is refused with a sentence (ruling W5). */

import { expect, test } from 'vitest';
import { readSettings } from '../../src/settings/read-settings.ts';
import { problems } from '../support/settings.ts';

test('GATEHOUSE_CONTRACTS is one to three of the contracts, in any order, each once', () => {
  const read = (text: string) => readSettings({ GATEHOUSE_CONTRACTS: text }).contracts;
  expect(read('rest')).toEqual(['rest']);
  expect(read(' dotjson , envelope ,')).toEqual(['dotjson', 'envelope']);
  expect(read('dotjson,rest,envelope')).toEqual(['dotjson', 'rest', 'envelope']);
  expect(read('  ')).toEqual(['envelope', 'rest', 'dotjson']);
  const sentence =
    'expected one or more of `envelope`, `rest` and `dotjson`, each once, separated by commas.';
  const unusable = [
    ',',
    'rest,rest',
    'rest, REST',
    'Rest',
    'rest;dotjson',
    'rest dotjson',
    'none',
    'toString',
  ];
  for (const text of unusable)
    expect(problems({ GATEHOUSE_CONTRACTS: text })).toEqual([
      `GATEHOUSE_CONTRACTS is ${JSON.stringify(text)}; ${sentence}`,
    ]);
});

test('GATEHOUSE_REGISTRATION is open, invite or closed', () => {
  for (const word of ['open', 'invite', 'closed'])
    expect(readSettings({ GATEHOUSE_REGISTRATION: word }).registration).toBe(word);
  for (const word of ['on', 'OPEN', 'invites', 'true', 'closed,invite'])
    expect(problems({ GATEHOUSE_REGISTRATION: word })).toEqual([
      `GATEHOUSE_REGISTRATION is "${word}"; expected \`open\`, \`invite\` or \`closed\`.`,
    ]);
});
