// Entries of the ledger as sentences. The daemon says the details; who did it to whom is said here.

import type { Schemas } from '../../api/client.js';
import { TYPE_NAMES, counted, shortDigest } from '../../parts/format.js';

export type Entry = Schemas['AuditEntry'];

/** What somebody does, or what happens, without a detail. */
const PHRASES: Readonly<Record<string, string>> = {
  'ledger-created': 'The ledger was made',
  armed: 'armed releases',
  paused: 'paused all releases',
  resumed: 'let releases go on',
  'plan-made': 'A plan was made',
  'rules-accepted': 'Changed rules were accepted: they newly take few enough seats',
  'cap-approved': 'lifted the cap for a plan',
  protected: 'protected',
  unprotected: 'ended the protection of',
  'person-erased': 'erased the names of a person',
  'run-started': 'began run',
  'release-intended': 'will be taken',
  'release-skipped': 'was left alone',
  'release-answered': 'was asked for',
  'release-settled': 'is settled',
  'restore-intended': 'will be given back',
  'restore-answered': 'was given back',
  'run-finished': 'ended',
  bounced: 'holds a seat again without an undo',
  'policy-added': 'stored a policy',
  'policy-activated': 'let a policy decide',
  'policy-removed': 'removed a policy',
  'shadow-compared': 'A policy in the shadow was compared',
  'notice-sent': 'A notice was sent',
  'ledger-restored': 'restored the ledger',
};

export const TYPES: readonly string[] = Object.keys(PHRASES);

/** What kinds of entries are called where one is chosen. */
export const TYPE_LABELS: Readonly<Record<string, string>> = {
  'ledger-created': 'Ledger made',
  armed: 'Armed',
  paused: 'Paused',
  resumed: 'Resumed',
  'plan-made': 'Plan made',
  'rules-accepted': 'Rules accepted',
  'cap-approved': 'Cap lifted',
  protected: 'Protected',
  unprotected: 'Protection ended',
  'person-erased': 'Person erased',
  'run-started': 'Run began',
  'release-intended': 'Release announced',
  'release-skipped': 'Release left out',
  'release-answered': 'Release asked for',
  'release-settled': 'Release settled',
  'restore-intended': 'Return announced',
  'restore-answered': 'Return asked for',
  'run-finished': 'Run ended',
  bounced: 'Came back by itself',
  'policy-added': 'Policy stored',
  'policy-activated': 'Policy activated',
  'policy-removed': 'Policy removed',
  'shadow-compared': 'Shadow compared',
  'notice-sent': 'Notice sent',
  'ledger-restored': 'Ledger restored',
};

/** An entry in parts, so that people, runs and plans can be links. */
export interface Sentence {
  /** Who did it; undefined for what happens by itself. */
  readonly by: string | undefined;
  /** Between whoever did it and whom it is about. */
  readonly words: string;
  /** Whom it is about stands before the words: `jdoe was left alone`. */
  readonly startsWithPerson: boolean;
  /** It names people after the words: `protected jdoe`. */
  readonly endsWithPerson: boolean;
  readonly seat: string | undefined;
  readonly run: number | undefined;
  /** What the daemon says beyond that, without what is said already. */
  readonly detail: string;
}

const SEAT_EVENTS = /^(release|restore)-/;

export function sentenceOf(entry: Entry): Sentence {
  const { type, by, run, licenseType } = entry;
  const isOfSeat = SEAT_EVENTS.test(type);
  const aboutPerson = entry.peopleCount > 0;
  return {
    by: by ?? undefined,
    words: PHRASES[type] ?? type,
    startsWithPerson: aboutPerson && (isOfSeat || type === 'bounced'),
    endsWithPerson: aboutPerson && (type === 'protected' || type === 'unprotected'),
    // Whoever came back holds another seat than the one that was taken.
    seat: type === 'bounced' ? undefined : licenseType ? `${TYPE_NAMES[licenseType]} seat` : isOfSeat ? 'seat' : undefined,
    run: run ?? undefined,
    detail: shortened(type, entry.detail),
  };
}

/** Digests are cut: the whole ones stand in the entry. */
function shortened(type: string, detail: string): string {
  if (type === 'bounced') return '';
  return detail.replace(/sha256:[0-9a-f]{64}/g, (digest) => shortDigest(digest));
}

/** The same in one text, for whoever cannot follow links. */
export function textOf(entry: Entry): string {
  const sentence = sentenceOf(entry);
  const people = peopleOf(entry);
  const parts = [
    sentence.startsWithPerson ? `${sentence.seat ? `The ${sentence.seat} of ` : ''}${people}` : sentence.by,
    sentence.words,
    sentence.endsWithPerson ? people : undefined,
  ];
  const run = sentence.run === undefined ? '' : entry.type === 'run-started' ? ` ${sentence.run}` : entry.type === 'run-finished' ? '' : ` in run ${sentence.run}`;
  const start = entry.type === 'run-finished' ? `Run ${entry.run ?? ''} ended` : parts.filter((part) => part !== undefined).join(' ') + run;
  return `${start}${sentence.detail === '' ? '' : `: ${sentence.detail}`}.`;
}

/** Such as `ACME\jdoe`, or how many there are. */
export function peopleOf({ people, peopleCount }: Pick<Entry, 'people' | 'peopleCount'>): string {
  const [first] = people;
  if (peopleCount !== 1 || !first) return counted(peopleCount, 'person', 'people');
  return first.userId === null ? 'an erased person' : `${first.userDirectory ?? ''}\\${first.userId}`;
}

/** The plan that an entry names, to link to. */
export function planOf({ detail }: Pick<Entry, 'detail'>): string | undefined {
  return /\bplan (sha256:[0-9a-f]{64})/.exec(detail)?.[1];
}
