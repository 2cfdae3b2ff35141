import { timeText } from "../format.ts";
import type { Link } from "../store.ts";

/** Whether what is shown is live. */
export function LinkState({ link }: { readonly link: Link }) {
  return (
    <p class={`link link-${link.state}`} role="status">
      {link.state === "live" && "live"}
      {link.state === "connecting" && "connecting …"}
      {link.state === "lost" &&
        `Link lost${link.lostAtMs === null ? "" : ` at ${timeText(link.lostAtMs)}`}: what you see is old${link.problem === null ? "" : ` (${link.problem})`}. Trying again …`}
    </p>
  );
}
