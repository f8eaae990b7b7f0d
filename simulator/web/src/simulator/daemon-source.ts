// What the simulator may take from a daemon. The page works without one, so it is handed in.

export interface DaemonPolicyIdentity {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

export interface DaemonPolicy extends DaemonPolicyIdentity {
  /** It decides. */
  readonly isActive: boolean;
  /** It decided before. */
  readonly isPrevious: boolean;
  /** It decides in the shadow. */
  readonly isShadow: boolean;
}

export interface DaemonSource {
  /** The snapshot that a plan was made of, as a file of `steward snapshot`; left out: the latest plan. */
  snapshot(plan?: string): Promise<Uint8Array>;
  /** The policy that made a plan. */
  policyOf(plan: string): Promise<DaemonPolicyIdentity>;
  /** Every policy that can be had: those of this page are among them. */
  policies(): Promise<readonly DaemonPolicy[]>;
  component(digest: string): Promise<Uint8Array>;
}

/** What is known of a daemon behind this page. */
export type DaemonAccess =
  | { readonly kind: 'unknown' | 'absent' | 'signed-out' }
  | { readonly kind: 'signed-in'; readonly source: DaemonSource };
