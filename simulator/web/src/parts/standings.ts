// What becomes of a seat, as people read it.

export type Standing = 'kept' | 'released' | 'held' | 'guarded' | 'later';

/** First what happens, then what stops it, then the rest. */
export const STANDINGS_SHOWN: readonly Standing[] = ['released', 'held', 'guarded', 'later', 'kept'];

export const STANDING_NAMES: Record<Standing, string> = {
  kept: 'Kept',
  released: 'Released',
  held: 'Held',
  guarded: 'Guarded',
  later: 'Later',
};

export const STANDING_HELP: Record<Standing, string> = {
  kept: 'The policy keeps these seats.',
  released: 'These seats go in this run.',
  held: 'The policy releases these seats; a gate of their licence type or of the whole run stops them.',
  guarded: 'The policy releases these seats; a gate of the guard keeps each of them.',
  later: 'The policy releases these seats and leaves them for a later run.',
};

export const STANDING_OF_ONE: Record<Standing, string> = {
  kept: 'The policy keeps the seat.',
  released: 'The seat goes in this run.',
  held: 'The policy releases the seat; a gate of its licence type or of the whole run stops it.',
  guarded: 'The policy releases the seat; a gate of the guard keeps it.',
  later: 'The policy releases the seat and leaves it for a later run.',
};
