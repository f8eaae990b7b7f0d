// The simulator's page as one object: inputs, and what follows from them.

import { untrack } from 'svelte';
import type { Comparison, Explanation, Simulator, SweepPoint, TimelineDay, View } from '../engine/types.js';
import { Answer } from './answer.svelte.js';
import { Unread } from '../parts/unread.svelte.js';
import { Handover } from './handover.js';
import { parseDraft } from './draft.js';
import { Inputs, type SideName, type SnapshotSource } from './inputs.svelte.js';
import { Side } from './side.svelte.js';
import { sweepables, type Sweepable } from './sweepable.js';
import { Tester, type Trials } from './trials.js';

/** A view with the places of the seats that the query wants. */
export interface Listing {
  readonly view: View;
  readonly places: Uint32Array;
}

export class Workbench {
  readonly inputs = new Inputs();
  /** Another page may be in front of this one. */
  isVisible = $state(true);
  readonly simulator: Simulator;
  readonly a: Side;
  readonly b: Side;
  readonly shown: Side = $derived.by(() => this.side(this.inputs.shown));

  /** The newest snapshot that somebody wants: it takes the place of the one before when the engine has read it. */
  readonly taking = new Answer<SnapshotSource>();
  readonly handover: Handover;
  readonly #tester: Tester;
  /** A settings file that these settings are to be merged into. It stays on this page, and ends with it. */
  settingsFile: { readonly name: string; readonly text: string } | undefined = $state.raw();
  /** Fields of settings and time that hold nothing that could be asked about. */
  readonly unread = new Unread();

  readonly listing = new Answer<Listing>();
  readonly explanation = new Answer<Explanation>();
  readonly trials = new Answer<Trials>();
  readonly comparison = new Answer<Comparison>();
  readonly sweep = new Answer<readonly SweepPoint[]>();
  readonly timeline = new Answer<readonly TimelineDay[]>();

  readonly sweepable: readonly Sweepable[] = $derived.by(() => sweepables(this.shown.numbers.value ?? []));
  /** What is swept: the chosen numbers, or the first that there are. */
  readonly swept: Sweepable | undefined = $derived.by(
    () => this.sweepable.find(({ key }) => key === this.inputs.swept) ?? this.sweepable[0],
  );

  /** To be called while a component is made: its effects end with it. */
  constructor(simulator: Simulator) {
    this.simulator = simulator;
    this.handover = new Handover(simulator);
    this.#tester = new Tester(simulator);
    const open = this.handover.open.bind(this.handover);
    this.a = new Side(open, this.inputs, 'a');
    this.b = new Side(open, this.inputs, 'b');
    $effect(() => this.#list());
    $effect(() => this.#explain());
    $effect(() => this.#try());
    $effect(() => this.#compare());
    $effect(() => this.#sweep());
    $effect(() => this.#timeline());
    $effect(() => () => simulator.close());
  }

  #sweptBefore: string | undefined;

  side(name: SideName): Side {
    return name === 'a' ? this.a : this.b;
  }

  #list(): void {
    const view = this.shown.showing;
    const { query } = this.inputs;
    untrack(() => {
      if (view) void this.listing.ask(async () => ({ view, places: await view.order(query) }));
      else this.listing.clear();
    });
  }

  #explain(): void {
    const view = this.shown.view.value;
    const { place } = this.inputs;
    untrack(() => {
      if (view && place !== undefined) void this.explanation.ask(() => view.explain(place));
      else this.explanation.clear();
    });
  }

  /** What would really become of the seat, while its explanation is on screen. */
  #try(): (() => void) | undefined {
    const found = this.explanation.value;
    const { view, input } = this.shown;
    const { snapshot, place } = this.inputs;
    const { policy } = input;
    const at = view.value;
    if (!this.isVisible || this.explanation.stale || place === undefined || found?.row.place !== place) return undefined;
    if (!policy || !snapshot || !at) return undefined;
    const gone = new AbortController();
    untrack(() => {
      this.trials.clear();
      const start = { policy, snapshot: snapshot.bytes, draft: parseDraft(at.draft), now: at.now };
      const ontrial = (trials: Trials) => {
        if (!gone.signal.aborted) this.trials.show(trials);
      };
      void this.trials.ask(() => this.#tester.tryAll(start, place, found.changes, { ontrial, signal: gone.signal }));
    });
    return () => gone.abort();
  }

  #compare(): void {
    const before = this.a.view.value;
    const after = this.b.view.value;
    untrack(() => {
      if (before && after) void this.comparison.ask(() => after.compare(before));
      else this.comparison.clear();
    });
  }

  /** Only while its chart is on screen. */
  #sweep(): (() => void) | undefined {
    const session = this.shown.session.value;
    const draft = this.shown.draftText;
    // By its key: the list of numbers is made anew with every draft.
    const key = this.swept?.key;
    const { now, tab } = this.inputs;
    if (tab !== 'sweep' || !this.isVisible || !session || draft === undefined || key === undefined) return undefined;
    untrack(() => {
      const { swept } = this;
      if (!swept) return;
      if (key !== this.#sweptBefore) this.sweep.clear();
      this.#sweptBefore = key;
      const { pointers, values } = swept;
      const partly = this.sweep.value === undefined ? (points: readonly SweepPoint[]) => this.sweep.show(points) : undefined;
      void this.sweep.ask(() => session.sweep({ draft, pointers, values, ...at(now) }, partly));
    });
    return () => session.giveUp('sweep');
  }

  /** Only while its chart is on screen. */
  #timeline(): (() => void) | undefined {
    const session = this.shown.session.value;
    const draft = this.shown.draftText;
    const { now, tab } = this.inputs;
    if (tab !== 'timeline' || !this.isVisible || !session || draft === undefined) return undefined;
    untrack(() => void this.timeline.ask(() => session.timeline({ draft, ...at(now) })));
    return () => session.giveUp('timeline');
  }
}

const at = (now: number | undefined) => (now === undefined ? {} : { now });
