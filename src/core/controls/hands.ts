/**
 * Whose hand is on a guest's balloon: ours; nobody's, while the operator paused it; or nobody's after it was given all its
 * memory back, while he released it.
 */
export const HANDS = ["managed", "paused", "released"] as const;
export type Hand = (typeof HANDS)[number];

/** What a guest that is not ours to move does, for people. */
export const HELD = {
  paused: "It keeps what it has until it is resumed, also when memory runs short.",
  released: "It has its memory back, as far as its host has it, and is left alone until it is resumed.",
} as const satisfies Partial<Record<Hand, string>>;

/** What the operator said of all guests, and of those of which he said something else since. By names: a guest may come and go. */
export interface Hands {
  readonly everybody: Hand;
  readonly guests: ReadonlyMap<string, Hand>;
}

/** The operator said nothing. */
export const ALL_MANAGED: Hands = Object.freeze({ everybody: "managed", guests: new Map() });

export function handOf({ everybody, guests }: Hands, guest: string): Hand {
  return guests.get(guest) ?? everybody;
}

/** The same for these guests from now on; null: for all, also those that come later, whatever was said of single ones. */
export function withHand(before: Hands, names: readonly string[] | null, hand: Hand): Hands {
  if (names === null) return { everybody: hand, guests: new Map() };
  const guests = new Map(before.guests);
  for (const name of names) {
    if (hand === before.everybody) guests.delete(name);
    else guests.set(name, hand);
  }
  return { everybody: before.everybody, guests };
}
