import type { OnProgress } from "./run.ts";

/** Tells on a terminal what is being simulated; says nothing anywhere else. */
export function showProgress(): { readonly tell: OnProgress; readonly end: () => void } {
  if (!process.stderr.isTTY) return { tell: () => {}, end: () => {} };
  return {
    tell: (what, done, total) => void process.stderr.write(`\r\u001b[K${done + 1}/${total} ${what}`),
    end: () => void process.stderr.write("\r\u001b[K"),
  };
}
