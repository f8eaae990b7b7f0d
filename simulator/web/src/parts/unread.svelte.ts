// Fields that hold something which cannot be read: what is shown beside them belongs to what they held before.

import { getContext, onDestroy, setContext } from 'svelte';

const KEY = Symbol('unread');

export class Unread {
  #fields: ReadonlySet<object> = $state.raw(new Set());
  /** Grows when fields are to forget what was written in them. */
  forgotten = $state(0);
  readonly any: boolean = $derived.by(() => this.#fields.size > 0);

  mark(field: object, isUnread: boolean): void {
    if (this.#fields.has(field) === isUnread) return;
    const rest = [...this.#fields].filter((one) => one !== field);
    this.#fields = new Set(isUnread ? [...rest, field] : rest);
  }

  /** Every field shows again what is in force. */
  forget(): void {
    this.forgotten += 1;
  }
}

/** For the fields inside of the component that calls it. */
export function provideUnread(unread: Unread): void {
  setContext(KEY, unread);
}

/** Of a field: tells whether it can be read, and hears when it is to forget. To be called while a component is made. */
export function tellUnread(isUnread: () => boolean, forget: () => void): void {
  const unread = getContext<Unread | undefined>(KEY);
  if (!unread) return;
  const field = {};
  let seen = unread.forgotten;
  $effect(() => unread.mark(field, isUnread()));
  $effect(() => {
    if (unread.forgotten === seen) return;
    seen = unread.forgotten;
    forget();
  });
  onDestroy(() => unread.mark(field, false));
}
