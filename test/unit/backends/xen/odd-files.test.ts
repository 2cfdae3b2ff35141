import { describe, expect, it } from "vitest";
import { rowsOf } from "../../../../src/backends/registry.ts";
import { INITIAL_GUEST_STATE, step } from "../../../../src/core/guest/step.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { guestWithOdd, ODD_FILES, OPTIONAL_FILES } from "../../../support/odd-files.ts";
import { type Tree, XEN_MEMORY } from "../../../support/trees.ts";

const NEVER = new AbortController().signal;

/** The guest as the registry makes it, with its compressed swap. */
async function openGuest({ root }: Tree) {
  const [row] = rowsOf("xen");
  if (row === undefined) throw new Error("there is no backend of Xen");
  const backend = await row.load({
    section: {},
    simulated: { guests: 1, seed: 1, isRestless: false },
    isAskedFor: true,
    root,
  });
  expect(await backend.probe()).toMatchObject({ usable: true });
  return backend.open();
}

describe.each(ODD_FILES)("a file of the kernel that is %s", (_, make) => {
  it.each(OPTIONAL_FILES)("changes no step of a Xen guest for the worse: %s", async (path) => {
    const tree = guestWithOdd([path], make);
    const xen = await openGuest(tree);
    const [guest = ""] = await xen.guests(NEVER);
    const { observation } = await xen.observe(guest, NEVER);
    const { decision } = step(INITIAL_GUEST_STATE, observation, DEFAULT_TUNABLES, 0);
    const { balloonTargetPages, targetPages, floorPages } = decision;
    // With all its files it has 445 MiB, of which it needs 50 and what the guard leaves it.
    expect(targetPages).toBeGreaterThanOrEqual(floorPages ?? Number.POSITIVE_INFINITY);
    await xen.apply(guest, balloonTargetPages ?? 0, observation.pageBytes, NEVER);
    const targetKib = Number(tree.read(`${XEN_MEMORY}/target_kb`));
    expect(targetKib).toBe((balloonTargetPages ?? 0) * 4);
    expect(targetKib).toBeGreaterThanOrEqual(300_000);
    expect(targetKib).toBeLessThanOrEqual(1_048_576);
    await xen.close();
  });
});
