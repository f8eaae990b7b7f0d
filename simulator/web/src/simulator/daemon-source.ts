// What the simulator may take from a daemon. The page works without one, so it is handed in.

export interface DaemonPolicy {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

export interface DaemonSource {
  /** The snapshot that a plan was made of, as a file of `steward snapshot`; left out: the latest plan. */
  snapshot(plan?: string): Promise<Uint8Array>;
  /** The policy that made a plan. */
  policyOf(plan: string): Promise<DaemonPolicy>;
  /** Policies that are stored or active, and not part of this page. */
  policies(): Promise<readonly DaemonPolicy[]>;
  component(digest: string): Promise<Uint8Array>;
}
