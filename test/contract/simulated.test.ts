import { createSimulatedBackend } from "../../src/backends/simulated/backend.ts";
import { createSimHost } from "../../src/sim/host.ts";
import { PAGE_BYTES } from "../../src/sim/watermarks.ts";
import { loadOf } from "../support/sim.ts";
import { type BackendRig, describeBackendContract } from "./backend.ts";

const MIB = 1_048_576;

/** Long enough for the simulated balloon to reach its target. */
const SETTLE_MS = 30_000;

async function makeRig(): Promise<BackendRig> {
  const guest = { name: "one", maximumMib: 512, loads: [loadOf((seconds) => ({ anon: Math.min(seconds, 50) }))] };
  const host = createSimHost({ guests: [guest] });
  let ms = 0;
  return {
    backend: createSimulatedBackend({ nowMs: () => (ms += 1), host }),
    guest: "one",
    maximumBytes: 512 * MIB,
    reachableBytes: 300 * MIB,
    targetBytes: () => {
      host.advance(SETTLE_MS);
      return (host.observe("one").balloonCurrentPages ?? 0) * PAGE_BYTES;
    },
    hideOptional: () => [],
    stop: async () => {},
  };
}

describeBackendContract("simulated", makeRig, { absence: true, hanging: true });
