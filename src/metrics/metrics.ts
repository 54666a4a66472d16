/** Collects the metrics of a running Gatehouse, under their public names. */

import type { EventCount } from '../concepts/audit.ts';
import type { ResponseCounters } from '../http/response-counters.ts';
import type { CheckCounts } from '../http/routes/session-check.ts';
import type { Sender } from '../mail/queue-sender.ts';
import type { Metric, Sample, Store } from '../storage/port/port.ts';
import type { FactorKind } from '../usecases/factor-loader.ts';
import type { Services } from '../usecases/services.ts';
import { version } from '../version.ts';

/** Successful and failed sweeps. */
export type SweepCounts = Record<'ok' | 'failed', number>;

/** The sources of counters. */
export interface MetricSources {
  readonly services: Services;
  readonly store: Store;
  readonly sender: Sender;
  readonly responseCounters: ResponseCounters;
  readonly checks: Readonly<CheckCounts>;
  readonly sweeps: Readonly<SweepCounts>;
}

/** Exported with 0 from the start: an alert on a change needs a first value. */
const expectedEvents: Readonly<Record<string, readonly string[]>> = {
  register: ['ok', 'identifier_taken', 'too_many_attempts', 'overloaded', 'unavailable'],
  login: ['ok', 'wrong_password', 'unknown_account', 'too_many_attempts', 'overloaded', 'unavailable'],
  logout: ['ok', 'no_session', 'unavailable'],
};

const expectedFactors: Readonly<Record<FactorKind, readonly string[]>> = {
  totp: ['ok'],
  recovery: ['ok'],
  passkey: ['ok'],
  code: ['invalid_code', 'codes_locked', 'codes_unavailable'],
};

/** Reads every counter and changes none. */
export function collectMetrics(sources: MetricSources): Metric[] {
  const { services, store, sender, responseCounters, checks, sweeps } = sources;
  return [
    {
      ...gauge('gatehouse_build_info', 'Always 1; its label tells the version.', [
        { labels: { version: version() }, value: 1 },
      ]),
      isOfOne: true,
    },
    ...trafficMetrics(responseCounters),
    counter(
      'gatehouse_session_checks_total',
      'Session checks, by result.',
      by('outcome', {
        ...checks,
        unavailable: responseCounters.counts.get('session')?.failures.unavailable ?? 0,
      }),
    ),
    counter(
      'gatehouse_events_total',
      'Events of the audit, by outcome.',
      eventSamples(services.audit.counts),
    ),
    counter(
      'gatehouse_second_factors_total',
      'Uses of second factors, by kind and outcome.',
      factorSamples(services.factors.counts),
    ),
    ...cacheMetrics(services),
    ...hashingMetrics(services),
    counter(
      'gatehouse_mails_total',
      'Mails that were to be queued, by whether they were.',
      by('outcome', services.mails.counts),
    ),
    counter('gatehouse_mail_tries_total', 'Tries to send a mail, by outcome.', by('outcome', sender.counts)),
    counter('gatehouse_sweeps_total', 'Sweeps of what is dead, by outcome.', by('outcome', sweeps)),
    ...(store.metrics?.() ?? []),
  ];
}

function trafficMetrics({ counts }: ResponseCounters): Metric[] {
  const contracts = [...counts];
  return [
    counter(
      'gatehouse_requests_total',
      'Requests that were answered, by contract and class of status.',
      contracts.flatMap(([contract, { statuses }]) => by('status', statuses, { contract })),
    ),
    counter(
      'gatehouse_broken_requests_total',
      'Requests that could not be dealt with, by contract and reason.',
      contracts.flatMap(([contract, { failures }]) => by('reason', failures, { contract })),
    ),
  ];
}

function cacheMetrics({ cache }: Services): Metric[] {
  const { lookups, answers, dead, bytes } = cache.counts;
  return [
    counter(
      'gatehouse_check_memory_lookups_total',
      'Lookups of session checks in the cache, by whether it had an answer, knew the session as dead, or neither.',
      by('answer', lookups),
    ),
    gauge(
      'gatehouse_check_memory_entries',
      'Sessions in the cache of session checks.',
      by('kind', { live: answers, dead }),
    ),
    gauge('gatehouse_check_memory_bytes', 'Their estimated size.', [{ value: bytes }]),
  ];
}

function hashingMetrics({ hashing }: Services): Metric[] {
  const { threads, places, running, refused, hashed, hashedMs } = hashing.counts;
  const one = (value: number) => [{ value }];
  return [
    gauge('gatehouse_hashing_threads', 'Password hashes that can be computed at once.', one(threads)),
    gauge('gatehouse_hashing_places', 'Places taken in the queue for hashes.', one(places)),
    gauge('gatehouse_hashing_running', 'Password hashes being computed.', one(running)),
    counter('gatehouse_hashing_refused_total', 'Refusals because the queue was full.', one(refused)),
    counter('gatehouse_hashes_total', 'Password hashes that were computed.', one(hashed)),
    counter('gatehouse_hash_seconds_total', 'Time that password hashes took.', one(hashedMs / 1_000)),
  ];
}

/** The expected outcomes first, then all others that occurred. */
function eventSamples(counts: readonly EventCount[]): Sample[] {
  const all = withExpected(
    expectedEvents,
    counts.map(({ event, ...rest }) => ({ ...rest, of: event })),
  );
  return all.map(({ of, outcome, count }) => ({ labels: { event: of, outcome }, value: count }));
}

function factorSamples(counts: Services['factors']['counts']): Sample[] {
  const all = withExpected(
    expectedFactors,
    counts.map(({ kind, ...rest }) => ({ ...rest, of: kind })),
  );
  return all.map(({ of, outcome, count }) => ({ labels: { kind: of, outcome }, value: count }));
}

interface OutcomeCount {
  readonly of: string;
  readonly outcome: string;
  readonly count: number;
}

function withExpected(
  expected: Readonly<Record<string, readonly string[]>>,
  counts: readonly OutcomeCount[],
): OutcomeCount[] {
  const first = Object.entries(expected).flatMap(([of, outcomes]) =>
    outcomes.map((outcome) => ({ of, outcome, count: 0 })),
  );
  return [...new Map([...first, ...counts].map((each) => [`${each.of} ${each.outcome}`, each])).values()];
}

function by(
  label: string,
  counts: Readonly<Record<string, number>>,
  labels: Readonly<Record<string, string>> = {},
): Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: { ...labels, [label]: name }, value }));
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { kind: 'counter', name, help, samples };
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric & { kind: 'gauge' } {
  return { kind: 'gauge', name, help, samples };
}
