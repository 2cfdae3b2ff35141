/** How the goal is found, each with a sentence for people. */
export const POLICIES = {
  driver: "What is committed, as the Linux driver did.",
  adaptive: "What is in use, and a headroom that grows while demand rises; needs the guard, which keeps the cache.",
} as const satisfies Record<string, string>;

export type Policy = keyof typeof POLICIES;

export const POLICY_NAMES = Object.keys(POLICIES) as readonly Policy[];
