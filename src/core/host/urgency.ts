/** What a guest in an emergency waits for: memory that programs may take, or cache and swapped pages that it had. */
export type Need = "lack" | "cache";

/** How much a guest needs what it was refused; a wish is no emergency. */
export type Urgency = Need | "wish";
