/** How the goal is found, each with a sentence for people. */
export const POLICIES = {
  driver: "What is committed, as the Linux driver did.",
  adaptive: "What is in use, the cache that was seen to be needed, and a headroom that grows while demand rises.",
} as const satisfies Record<string, string>;

export type Policy = keyof typeof POLICIES;

export const POLICY_NAMES = Object.keys(POLICIES) as readonly Policy[];
