/** The checker of the fault trials finds what it is there to find, and excuses nothing else than it says. */

import { expect, test } from 'vitest';
import type { Told } from '../support/agent.ts';
import { type Kind, type Operation, type Outcome, outcomeOf } from '../support/faults/operation.ts';
import { type Circumstances, violations } from '../support/faults/verdict.ts';

const calm: Circumstances = { windows: [], down: [] };
const stormy: Circumstances = { windows: [{ from: 100, until: 200, nodes: [0] }], down: [] };

/** An operation that takes ten milliseconds. */
function at(
  startedAt: number,
  kind: Kind,
  outcome: Outcome,
  about: Partial<Pick<Operation, 'node' | 'name' | 'session' | 'broke' | 'endedAt'>> = {},
): Operation {
  return { kind, node: 0, startedAt, endedAt: startedAt + 10, outcome, said: outcome, ...about };
}

const ann = { name: 'ann' };
const id = { session: 'abc' };
const elsewhere = { session: 'abc', node: 1 };
const begun = at(0, 'login', 'done', { ...ann, ...id });

/** What a record is found guilty of, without the details. */
function faults(record: readonly Operation[], circumstances = calm): string[] {
  return violations(record, circumstances).map((line) => line.replace(/^.*?: \w+(?:, |: | )/, ''));
}

test('a record without faults passes every check', () => {
  const record = [
    at(0, 'register', 'done', ann),
    at(20, 'login', 'done', { ...ann, ...id }),
    at(40, 'check', 'done', elsewhere),
    at(60, 'logout', 'done', id),
    at(80, 'check', 'refused', id),
    at(1_000, 'check', 'done', elsewhere),
    at(1_100, 'check', 'refused', elsewhere),
    at(1_200, 'register', 'taken', ann),
    at(1_300, 'health', 'done'),
  ];
  expect(faults(record)).toEqual([]);
});

test('an answer that no contract allows is found, during any fault', () => {
  expect(faults([at(150, 'check', 'wrong', id)], stormy)).toEqual(['which is no answer at any time']);
});

test('503 is found outside the windows and on nodes they are not about', () => {
  const found = ['while nothing was wrong'];
  const unavailable = (startedAt: number, node = 0) =>
    faults([at(startedAt, 'login', 'unavailable', { node })], stormy);
  expect(unavailable(80)).toEqual(found);
  expect(unavailable(95)).toEqual([]);
  expect(unavailable(200)).toEqual([]);
  expect(unavailable(201)).toEqual(found);
  expect(unavailable(150, 1)).toEqual(found);
});

test('on a machine that is too busy only 503 is excused', () => {
  const overloaded = { ...calm, isOverloaded: true };
  expect(faults([at(80, 'login', 'unavailable')], overloaded)).toEqual([]);
  expect(faults([at(80, 'login', 'wrong')], overloaded).length).toBe(1);
  expect(faults([begun, at(100, 'check', 'refused', id)], overloaded).length).toBe(1);
});

test('a missing answer is found, unless its node was killed, or was stopped before it began', () => {
  const silent = (broke: Operation['broke'], how?: 'killed' | 'stopped', node = 0) => {
    const down = how ? [{ from: 100, until: 200, node, how }] : [];
    return faults([at(150, 'login', 'unanswered', { broke })], { windows: [], down }).length;
  };
  const ways = ['late', 'reset', 'unconnected'] as const;
  expect(ways.map((way) => silent(way))).toEqual([1, 1, 1]);
  expect(ways.map((way) => silent(way, 'killed'))).toEqual([0, 0, 0]);
  expect(ways.map((way) => silent(way, 'stopped'))).toEqual([1, 0, 0]);
  expect(ways.map((way) => silent(way, 'killed', 1))).toEqual([1, 1, 1]);
});

test('an answer that comes after ten seconds is found', () => {
  expect(faults([at(0, 'login', 'done', { ...ann, endedAt: 9_999 })])).toEqual([]);
  expect(faults([at(0, 'login', 'done', { ...ann, endedAt: 10_001 })])).toEqual(['after more than 10000 ms']);
});

test('a second account of a name is found', () => {
  const record = [at(0, 'register', 'done', ann), at(5, 'register', 'done', ann)];
  expect(faults(record)).toEqual(['a second account of that name']);
});

test('a lost account is found: it was acknowledged, or an answer said that it exists', () => {
  const found = ['the account was there'];
  const refused = at(100, 'login', 'refused', ann);
  expect(faults([at(0, 'register', 'done', ann), refused])).toEqual(found);
  const told = [at(0, 'register', 'unavailable', ann), at(50, 'register', 'taken', ann), refused];
  expect(faults(told, { ...calm, windows: [{ from: 0, until: 20, nodes: [0] }] })).toEqual(found);
  expect(faults([at(95, 'register', 'done', ann), refused])).toEqual([]);
});

test('a name that is taken without an owner is found', () => {
  const found = ['no other registration of that name'];
  const taken = at(100, 'register', 'taken', ann);
  expect(faults([taken])).toEqual(found);
  expect(faults([at(90, 'register', 'done', ann), taken])).toEqual([]);
  const reset = at(50, 'register', 'unanswered', { ...ann, broke: 'reset' });
  const down = (how: 'killed' | 'stopped') => ({ windows: [], down: [{ from: 0, until: 90, node: 0, how }] });
  // What a node that was stopped left unread cannot have taken the name; of one that was killed this is unknown.
  expect(faults([reset, taken], down('stopped'))).toEqual(found);
  expect(faults([reset, taken], down('killed'))).toEqual([]);
});

test('a live session that is refused is found, unless it was being ended', () => {
  const found = ['the session had not been ended'];
  expect(faults([begun, at(100, 'check', 'refused', id)])).toEqual(found);
  expect(faults([begun, at(100, 'logout', 'refused', id)])).toEqual(found);
  expect(faults([begun, at(100, 'check', 'refused', id), at(120, 'logout', 'done', id)])).toEqual(found);
  expect(faults([begun, at(105, 'logout', 'done', id), at(100, 'check', 'refused', id)])).toEqual([]);
  const doubtful = at(90, 'logout', 'unavailable', id);
  const windows = [{ from: 0, until: 100, nodes: [0] }];
  expect(faults([begun, doubtful, at(110, 'check', 'refused', id)], { windows, down: [] })).toEqual([]);
});

test('an ended session that is accepted is found: at once on the same node, after a second on another', () => {
  const ended = [begun, at(100, 'logout', 'done', id)];
  const accepted = (startedAt: number, node: number) =>
    faults([...ended, at(startedAt, 'check', 'done', { ...id, node })]).length;
  expect([accepted(109, 0), accepted(110, 0), accepted(5_000, 0)]).toEqual([0, 1, 1]);
  expect([accepted(109, 1), accepted(1_110, 1), accepted(1_111, 1), accepted(5_000, 1)]).toEqual([
    0, 0, 1, 1,
  ]);
});

test('a session that was seen dead and comes back is found, though its end was never acknowledged', () => {
  const dead = [begun, at(90, 'logout', 'unavailable', id), at(120, 'check', 'refused', id)];
  const back = (startedAt: number, node: number) =>
    faults([...dead, at(startedAt, 'check', 'done', { ...id, node })], stormy).length;
  expect([back(125, 0), back(130, 0)]).toEqual([0, 1]);
  expect([back(1_130, 1), back(1_131, 1)]).toEqual([0, 1]);
});

test('commits that a lost server acknowledged in the interval may be lost; earlier ones may not', () => {
  const record = (offset: number) => [
    at(offset, 'register', 'done', ann),
    at(offset, 'login', 'done', { ...ann, ...id }),
    at(offset, 'login', 'done', { ...ann, session: 'ended' }),
    at(offset + 20, 'logout', 'done', { session: 'ended' }),
    at(2_500, 'login', 'refused', ann),
    at(2_500, 'check', 'refused', id),
    at(2_500, 'check', 'done', { session: 'ended' }),
  ];
  const lost = (what: 'acknowledged' | 'seen', from: number) => ({
    ...calm,
    lost: { what, from, until: 500 },
  });
  expect(faults(record(300), lost('acknowledged', 300))).toEqual([]);
  expect(faults(record(300), lost('acknowledged', 400)).length).toBe(3);
  expect(faults(record(300), lost('seen', 300)).length).toBe(3);
  expect(faults(record(600), lost('acknowledged', 300)).length).toBe(3);
});

test('a failover may undo a change that was seen and not acknowledged', () => {
  const lost = { what: 'seen', from: 50, until: 150 } as const;
  const record = [
    begun,
    at(60, 'logout', 'unavailable', id),
    at(80, 'check', 'refused', id),
    at(60, 'register', 'unavailable', { name: 'bob' }),
    at(80, 'register', 'taken', { name: 'bob' }),
    at(160, 'check', 'done', id),
    at(160, 'login', 'refused', { name: 'bob' }),
  ];
  const windows = [{ from: 50, until: 155, nodes: [0] }];
  expect(faults(record, { windows, down: [], lost })).toEqual([]);
  expect(faults(record, { windows, down: [] }).length).toBe(2);
});

test('a process that answers its own health with anything but 200 is found', () => {
  const answer = (status: number) => ({ status, retryAfter: '1', json: {}, tookMs: 1, cookies: [] });
  expect(outcomeOf('health', 'rest', answer(503))).toBe('wrong');
  expect(outcomeOf('health', 'rest', answer(200))).toBe('done');
});

test.each<[Kind, 'rest' | 'dotjson', Told['status'], string | undefined, Outcome]>([
  ['register', 'rest', 201, undefined, 'done'],
  ['register', 'dotjson', 200, undefined, 'done'],
  ['register', 'rest', 409, undefined, 'taken'],
  ['login', 'rest', 401, undefined, 'refused'],
  ['logout', 'rest', 204, undefined, 'done'],
  ['logout', 'dotjson', 401, undefined, 'refused'],
  ['check', 'rest', 503, '1', 'unavailable'],
  ['check', 'rest', 503, undefined, 'wrong'],
  ['check', 'rest', 500, undefined, 'wrong'],
  ['login', 'rest', 429, '60', 'wrong'],
  ['logout', 'rest', 401, undefined, 'wrong'],
])('%s through %s: %i (Retry-After %s) is %s', (kind, contract, status, retryAfter, outcome) => {
  expect(outcomeOf(kind, contract, { status, retryAfter, json: {}, tookMs: 1, cookies: [] })).toBe(outcome);
});
