/** How a fleet is reached. */
export interface FleetAddress {
  /** NATS servers, such as `nats://10.0.0.1:4222` or `tls://nats.example.org`. */
  readonly servers: readonly string[];
  /** A file with NATS credentials (`.creds`) or the seed of an nkey; null where the servers ask for none. */
  readonly credentials: string | null;
  /** A file with the certificates that the servers' are judged by; null for those of this machine. */
  readonly tlsCa: string | null;
}
