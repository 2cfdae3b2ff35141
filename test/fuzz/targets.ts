import type { Target } from "./target.ts";
import { KERNEL_TARGETS } from "./targets/kernel.ts";
import { PEER_TARGETS } from "./targets/peers.ts";
import { PEOPLE_TARGETS } from "./targets/people.ts";

/** All that is fuzzed. */
export const TARGETS: readonly Target[] = [...KERNEL_TARGETS, ...PEER_TARGETS, ...PEOPLE_TARGETS];
