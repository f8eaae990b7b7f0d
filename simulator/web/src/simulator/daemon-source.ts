// What the simulator may take from a daemon. The page works without one, so it is handed in.

export interface DaemonPolicy {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

export interface DaemonSource {
  /** The snapshot that the latest plan was made of, as a file of `steward snapshot`. */
  snapshot(): Promise<Uint8Array>;
  /** Policies that are stored or active, and not part of this page. */
  policies(): Promise<readonly DaemonPolicy[]>;
  component(digest: string): Promise<Uint8Array>;
}
