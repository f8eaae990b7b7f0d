// Entries of the ledger as sentences. The daemon says the details; who did it to whom is said here.

import type { Schemas } from '../../api/client.js';
import { TYPE_NAMES, counted } from '../../parts/format.js';

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

/** A part of what the daemon says: plans can be followed, times are those of this browser. */
export interface Piece {
  readonly kind: 'text' | 'plan' | 'digest' | 'time';
  readonly text: string;
}

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
  readonly detail: readonly Piece[];
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
    detail: type === 'bounced' ? [] : piecesOf(entry.detail),
  };
}

const KNOWN = /(?<plan>(?<=\bplan )sha256:[0-9a-f]{64})|(?<digest>sha256:[0-9a-f]{64})|(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/g;

export function piecesOf(detail: string): readonly Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of detail.matchAll(KNOWN)) {
    if (match.index > end) found.push({ kind: 'text', text: detail.slice(end, match.index) });
    const kind = match.groups?.['plan'] ? 'plan' : match.groups?.['digest'] ? 'digest' : 'time';
    found.push({ kind, text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < detail.length) found.push({ kind: 'text', text: detail.slice(end) });
  return found;
}

/** What stands before the details, in one text. */
export function textOf(entry: Entry): string {
  const { by, endsWithPerson, run, seat, startsWithPerson, words } = sentenceOf(entry);
  if (entry.type === 'run-finished') return `Run ${run ?? ''} ended`;
  const people = peopleOf(entry);
  const start = startsWithPerson ? `${seat ? `The ${seat} of ` : ''}${people}` : by;
  const inRun = run === undefined ? undefined : entry.type === 'run-started' ? String(run) : `in run ${run}`;
  return [start, words, endsWithPerson ? people : undefined, inRun].filter((part) => part !== undefined).join(' ');
}

/** Such as `ACME\jdoe`, or how many there are. */
export function peopleOf({ people, peopleCount }: Pick<Entry, 'people' | 'peopleCount'>): string {
  const [first] = people;
  if (peopleCount !== 1 || !first) return counted(peopleCount, 'person', 'people');
  return first.userId === null ? 'an erased person' : `${first.userDirectory ?? ''}\\${first.userId}`;
}
