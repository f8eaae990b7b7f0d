/**
 * The rules, in the order in which they are tried.
 *
 * Each rule looks at one seat and says what it found and why. A rule that keeps may say until when; the seat is
 * released when every rule that keeps it has run out. Every doubt keeps.
 *
 * Instants are BigInt, as the contract gives them, and stay so: a `Number` cannot hold all of them.
 */

import { CALENDAR_END, MS_PER_DAY, overAt, parseDay } from './days.js';
import { fold, shorten } from './text.js';

/** @import { Candidate, KnownOwner, Outcome } from 'steward:policy/policy@1.0.0' */
/** @import { Settings } from './settings.js' */

/**
 * What holds for the whole run.
 * @typedef {{ now: bigint, settings: Settings }} Run
 */

/**
 * What a rule found. Without `until` it holds for good.
 * @typedef {{ outcome: Outcome, evidence: string, until?: bigint | undefined }} Finding
 */

/** @typedef {{ id: string, summary: string, look: (run: Run, seat: Candidate) => Finding }} Rule */

/** @type {Rule[]} */
export const RULES = [
  {
    id: 'license-type-disabled',
    summary: 'Keeps seats of a licence type for which idleDays has no number.',
    look: ({ settings }, { licenseType }) => {
      const days = settings.idleDays[licenseType];
      return days === undefined
        ? keeps(`idleDays has no number for ${licenseType} seats`)
        : passes(`idleDays for ${licenseType} seats is ${days}`);
    },
  },
  {
    id: 'quarantined',
    summary: 'Keeps seats that are quarantined already.',
    look: (_, { quarantined }) =>
      quarantined ? keeps('the seat is quarantined already') : passes('the seat is not quarantined'),
  },
  {
    id: 'owner-unknown',
    summary: 'Keeps seats whose owner was deleted or is not described by the user list.',
    look: (_, { owner }) => {
      switch (owner.tag) {
        case 'known':
          return passes('the owner is known');
        case 'deleted':
          return keeps('the owner was deleted from the user list');
        default:
          return keeps('the user list does not describe the owner');
      }
    },
  },
  {
    id: 'unknown-last-use',
    summary: 'Keeps seats of which nobody can tell since when they are idle.',
    look: (_, seat) => {
      if (idleSince(seat) !== undefined) {
        return passes('it is known since when the seat is idle');
      }
      return seat.lastUse.tag === 'never'
        ? keeps('never used, and nobody can tell when it was allocated')
        : keeps('nobody can tell when the seat was last used');
    },
  },
  {
    id: 'keep-tag',
    summary: 'Keeps seats of owners with a tag listed in keepTags.',
    look: ({ settings }, seat) => {
      const tag = known(seat)?.tags.find((tag) => settings.keepTags.has(fold(tag)));
      return tag === undefined
        ? passes('no tag of the owner is in keepTags')
        : keeps(`the owner has the tag \`${shorten(tag)}\`, which keepTags has`);
    },
  },
  {
    id: 'keep-property',
    summary: 'Keeps seats of owners with a custom property listed in keepProperties.',
    look: ({ settings }, seat) => {
      const found = known(seat)?.customProperties.find(({ name, value }) =>
        settings.keepProperties.get(fold(name))?.has(fold(value)),
      );
      return found === undefined
        ? passes('no custom property of the owner is in keepProperties')
        : keeps(`the owner has \`${shorten(found.name)}\` = \`${shorten(found.value)}\`, which keepProperties has`);
    },
  },
  {
    id: 'keep-until',
    summary: 'Keeps seats until the date in the custom property that keepUntilProperty names.',
    look: keepUntil,
  },
  {
    id: 'never-used-grace',
    summary: 'Keeps seats that were never used and were allocated a short while ago.',
    look: (run, seat) => notIdle(run, seat, 'never'),
  },
  {
    id: 'recently-used',
    summary: 'Keeps seats that were used within the idle days of their type.',
    look: (run, seat) => notIdle(run, seat, 'at'),
  },
  {
    id: 'never-used',
    summary: 'Releases seats that were never used, after their grace.',
    look: (run, seat) => idle(run, seat, 'never'),
  },
  {
    id: 'idle',
    summary: 'Releases seats that were not used for the idle days of their type.',
    look: (run, seat) => idle(run, seat, 'at'),
  },
];

/**
 * Several dates: the latest counts. A date that cannot be read keeps the seat, because somebody meant to keep it.
 *
 * @type {Rule['look']}
 */
function keepUntil({ now, settings }, seat) {
  const property = settings.keepUntilProperty;
  if (property === undefined) {
    return passes('keepUntilProperty is not set');
  }
  const dates = known(seat)?.customProperties.filter(({ name }) => fold(name) === property) ?? [];
  /** @type {{ until: bigint, name: string, value: string } | undefined} */
  let last;
  for (const { name, value } of dates) {
    const day = parseDay(value);
    if (day === undefined) {
      return keeps(`\`${shorten(name)}\` = \`${shorten(value)}\` is no date such as 2027-03-31`);
    }
    if (last === undefined || last.until < overAt(day)) {
      last = { until: overAt(day), name, value };
    }
  }
  if (last === undefined) {
    return passes('the owner has no keep-until date');
  }
  const shown = `\`${shorten(last.name)}\` = \`${shorten(last.value)}\``;
  return now < last.until ? keeps(`${shown} is not over`, last.until) : passes(`${shown} is over`);
}

/**
 * Keeps while the days are not over that a seat with this kind of last use may be idle.
 *
 * @param {Run} run
 * @param {Candidate} seat
 * @param {'never' | 'at'} kind
 */
function notIdle(run, seat, kind) {
  const idle = idleTime(run, seat, kind);
  if (idle === undefined) {
    return passes(otherKind(kind));
  }
  return run.now < idle.overAt ? keeps(idle.said, idle.overAt) : passes(idle.said);
}

/**
 * Releases when those days are over.
 *
 * @param {Run} run
 * @param {Candidate} seat
 * @param {'never' | 'at'} kind
 */
function idle(run, seat, kind) {
  const idle = idleTime(run, seat, kind);
  if (idle === undefined) {
    return passes(otherKind(kind));
  }
  return run.now < idle.overAt ? passes(idle.said) : releases(idle.said);
}

/** @param {'never' | 'at'} kind */
function otherKind(kind) {
  return kind === 'at' ? 'the seat was never used, or nobody can tell' : 'the seat was used, or nobody can tell';
}

/**
 * When the days are over that a seat may be idle; nothing for seats of the other kind and for those in doubt.
 *
 * @param {Run} run
 * @param {Candidate} seat
 * @param {'never' | 'at'} kind
 */
function idleTime({ now, settings }, seat, kind) {
  const since = seat.lastUse.tag === kind ? idleSince(seat) : undefined;
  const idleDays = settings.idleDays[seat.licenseType];
  if (since === undefined || idleDays === undefined) {
    return undefined;
  }
  const days = kind === 'never' ? (settings.neverUsedDays ?? idleDays) : idleDays;
  const ago = since < now ? (now - since) / MS_PER_DAY : 0n;
  const said =
    kind === 'never'
      ? `never used, allocated ${ago} days ago; the grace is ${days} days`
      : `last used ${ago} days ago; idleDays is ${days}`;
  return { overAt: since + BigInt(days) * MS_PER_DAY, said };
}

/**
 * The instant from which a seat is idle. `undefined` when nobody can tell.
 *
 * @param {Candidate} seat
 */
function idleSince({ lastUse, allocatedAt }) {
  switch (lastUse.tag) {
    case 'at':
      return lastUse.val;
    case 'never':
      return allocatedAt;
    default:
      return undefined;
  }
}

/**
 * @param {Candidate} seat
 * @returns {KnownOwner | undefined}
 */
function known({ owner }) {
  return owner.tag === 'known' ? owner.val : undefined;
}

/**
 * @param {string} evidence
 * @param {bigint} [until] a date after the calendar's end is as good as never, and the contract cannot carry it
 * @returns {Finding}
 */
function keeps(evidence, until) {
  return { outcome: 'keeps', evidence, until: until !== undefined && until <= CALENDAR_END ? until : undefined };
}

/**
 * @param {string} evidence
 * @returns {Finding}
 */
function releases(evidence) {
  return { outcome: 'releases', evidence };
}

/**
 * @param {string} evidence
 * @returns {Finding}
 */
function passes(evidence) {
  return { outcome: 'passes', evidence };
}
