import { describe, expect, it } from "vitest";
import { browserGate, openPage } from "./support/chromium.ts";
import { sharedHost } from "./support/daemon.ts";

describe.skipIf(browserGate().skip)("what is reserved of the host", () => {
  it("is on the page with whom it is for, and is withdrawn there", async () => {
    const { url, home } = await sharedHost();
    const { page, complaints } = await openPage(url);
    await page.getByText("Saved over time").waitFor();
    const list = page.getByRole("list", { name: "Reserved memory" });
    expect(await list.count()).toBe(0);
    await home.succeed("reserve", "100", "--for", "next");
    await home.succeed("reserve", "50");
    await list.getByText(/^100 MiB reserved for next until [\d:]+, free/).waitFor();
    const second = list.getByRole("listitem").filter({ hasText: "50 MiB reserved for anybody" });
    await second.getByRole("button", { name: "Withdraw" }).click();
    await second.waitFor({ state: "detached" });
    expect(await home.succeed("reservations")).toMatch(/next +100 MiB/);
    await list.getByRole("button", { name: "Withdraw" }).click();
    await list.waitFor({ state: "detached" });
    expect(await home.succeed("reservations")).toBe("Nothing is reserved.\n");
    expect(complaints).toEqual([]);
  });
});
