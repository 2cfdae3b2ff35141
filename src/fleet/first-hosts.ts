import { MAX_FIRST } from "./rollout-limits.ts";

/** How many hosts have a change first: so many, or a share of those that it is for. */
export type FirstHosts = { readonly count: number } | { readonly share: number };

/** What `parseFirst` takes, in words. */
export const FIRST_HOSTS_TEXT = `a number of hosts from 1 to ${MAX_FIRST}, or a share of them such as 10%`;

/** Read how many hosts are first: `3`, or `10%`; null for anything else. */
export function parseFirst(text: string): FirstHosts | null {
  const [, digits = "", percent] = /^([1-9]\d{0,3})(%)?$/.exec(text) ?? [];
  const number = Number(digits);
  if (percent === undefined && number >= 1 && number <= MAX_FIRST) return { count: number };
  if (percent !== undefined && number <= 100) return { share: number / 100 };
  return null;
}
