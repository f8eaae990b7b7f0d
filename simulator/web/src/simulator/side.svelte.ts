// What the engine says about one policy with its settings: asked again whenever an input changes.

import { untrack } from 'svelte';
import type { NumberSetting, Policy, Problem, Session, View } from '../engine/types.js';
import { Answer } from './answer.svelte.js';
import { byPlace, parseDraft, type ErrorsByPlace } from './draft.js';
import type { Inputs, SideInputs, SideName, SnapshotSource } from './inputs.svelte.js';
import { ownSettings, takes, type Member } from './schema.js';

const NO_ERRORS: ErrorsByPlace = new Map();

/** Opens a session, or hands over one that was opened before. */
export type Open = (policy: Policy, snapshot: Uint8Array) => Promise<Session>;

export class Side {
  readonly input: SideInputs;
  readonly session = new Answer<Session>();
  readonly view = new Answer<View>();
  /** The last view that the policy answered in full. */
  #whole: View | undefined = $state.raw();
  /** What is shown: while the newest question has no answer, the last good one. */
  readonly showing: View | undefined = $derived.by(() => {
    const { value, problem } = this.view;
    return problem && value?.result.fault ? this.#whole : value;
  });
  /** What a view does not see, because it asks for no sentences: how the policy breaks its contract in them. */
  #breach: { readonly view: View; readonly detail: string } | undefined = $state.raw();
  readonly breach: string | undefined = $derived.by(() => (this.#breach && this.#breach.view === this.view.value ? this.#breach.detail : undefined));
  readonly yaml = new Answer<string>();
  readonly numbers = new Answer<readonly NumberSetting[]>();

  readonly draftText: string | undefined = $derived.by(() => this.input.draft && JSON.stringify(this.input.draft));
  #snapshot: SnapshotSource | undefined;
  readonly #schema: string = $derived.by(() => this.input.policy?.description.settingsSchema ?? '{}');
  /** The settings that only this policy has. */
  readonly own: readonly Member[] = $derived(ownSettings(this.#schema));
  readonly takesLicenseTypes: boolean = $derived(takes(this.#schema, 'licenseType'));
  /** What the policy says against its settings, by place in the draft. */
  readonly errors: ErrorsByPlace = $derived.by(() => {
    const { problem } = this.view;
    return problem?.kind === 'refused' && problem.refusal.tag === 'settings' ? byPlace(problem.refusal.val) : NO_ERRORS;
  });

  /** To be called while a component is made: its effects end with it. */
  constructor(open: Open, inputs: Inputs, name: SideName) {
    this.input = inputs.side(name);
    $effect(() => this.#open(open, inputs));
    $effect(() => {
      const session = this.session.value;
      const { draftText } = this;
      const { now } = inputs;
      if (!session || draftText === undefined) return;
      untrack(() => void this.#ask(session, draftText, now));
    });
  }

  /** Whoever asks more of a view tells what came of it. */
  report(view: View, problem: Problem | undefined): void {
    const fault = problem?.kind === 'fault' ? problem.fault : problem?.kind === 'refused' && problem.refusal.tag === 'fault' ? problem.refusal.val : undefined;
    if (fault) this.tell(view, `${fault.kind}: ${fault.detail}`);
  }

  /** A plan of the same says how the policy broke its contract. */
  tell(view: View, detail: string): void {
    this.#breach = { view, detail };
  }

  /** The numbers first; what somebody may want to copy or sweep when they are there. */
  async #ask(session: Session, draft: string, now: number | undefined): Promise<void> {
    await this.view.ask(() => session.view(draft, now));
    const { value, problem } = this.view;
    if (value && !problem && !value.result.fault) this.#whole = value;
    if (this.draftText !== draft || this.session.value !== session) return;
    void this.yaml.ask(() => session.yaml(draft));
    void this.numbers.ask(() => session.numbers(draft));
  }

  /** A session for this policy on this snapshot; the one before is closed. */
  #open(open: Open, inputs: Inputs): () => void {
    const { policy } = this.input;
    const { snapshot } = inputs;
    let opened: Session | undefined;
    let over = false;
    untrack(() => {
      // The last view of the same facts stays in sight until another policy has its own.
      if (!policy || snapshot !== this.#snapshot) {
        this.view.clear();
        this.#whole = undefined;
      }
      this.#snapshot = snapshot;
      for (const answer of [this.session, this.yaml, this.numbers]) answer.clear();
      if (!policy || !snapshot) return;
      void this.session.ask(async () => {
        opened = await open(policy, snapshot.bytes);
        if (over) opened.close();
        else if (!this.input.draft) this.input.begin(parseDraft(opened.draft));
        return opened;
      });
    });
    return () => {
      over = true;
      opened?.close();
    };
  }
}
