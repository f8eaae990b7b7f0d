// Which seats of a run are shown, and whose an undo gives back.

import type { Schemas } from '../../api/client.js';

type Named = Pick<Schemas['SeatReport'], 'licenseId' | 'userDirectory' | 'userId'>;

interface Wanted {
  readonly search: string;
  /** Empty for whatever became of it. */
  readonly outcome: string;
}

export function fits(seat: Named & Pick<Schemas['SeatReport'], 'outcome'>, { search, outcome }: Wanted): boolean {
  if (outcome !== '' && seat.outcome !== outcome) return false;
  const text = search.trim().toLowerCase();
  return text === '' || `${seat.userDirectory ?? ''}\\${seat.userId ?? ''} ${seat.licenseId}`.toLowerCase().includes(text);
}

type Restoration = Pick<Schemas['Restoration'], 'userDirectory' | 'userId' | 'way'>;

export const isPossible = ({ way }: Pick<Restoration, 'way'>): boolean => way === 'reinstate' || way === 'allocate';

export const personOf = ({ userDirectory, userId }: Restoration): string => `${userDirectory ?? ''}\\${userId ?? ''}`;

/** What the daemon is asked for: nobody in particular when everybody is wanted. */
export function undoOnly(seats: readonly Restoration[], chosen: ReadonlySet<string>): string[] {
  const people = [...new Set(seats.filter(isPossible).map(personOf))];
  return people.every((person) => chosen.has(person)) ? [] : people.filter((person) => chosen.has(person));
}
