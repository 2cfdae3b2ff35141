/** What the guard watches over, by name. Each one can be left out by a scenario, to show what it is good for. */
export const SAFETIES = {
  emergency: "Memory ran short: the guest has all of it back until it is calm.",
  back_off: "Memory ran short more than once: the guest keeps what it has for a while.",
  stuck: "The guest did not follow its target: the target is parked at what it has for a while.",
  hot_cache: "Cache that was read lately, or came back after it was evicted, stays beside the memory in use.",
  implausible: "A reading can't be true, or one that was there before is missing: the target does not fall.",
  in_use: "Memory that is in use stays, and the headroom beside it.",
  allocatable: "RAM and swap together stay large enough for a program to ask for that much at once.",
} as const satisfies Record<string, string>;

export type Safety = keyof typeof SAFETIES;
