// A starter that takes a lock whenever its parent says so: told `{ path }`, it says whether it won; told null, it gives
// back what it has.
import { takeLock } from "../../src/daemon/lock.ts";

let giveBack: (() => void) | null = null;

process.on("message", (order: { readonly path: string } | null) => {
  if (order === null) {
    giveBack?.();
    giveBack = null;
    process.send?.("done");
    return;
  }
  try {
    giveBack = takeLock(order.path);
    process.send?.("won");
  } catch (thrown) {
    process.send?.(thrown instanceof Error && "code" in thrown ? thrown.code : String(thrown));
  }
});
process.send?.("ready");
