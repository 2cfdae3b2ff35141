import { describe, expect, it } from "vitest";
import { browserGate, openPage } from "./support/chromium.ts";
import { sharedHost } from "./support/daemon.ts";

describe.skipIf(browserGate().skip)("the settings of a guest on its page", () => {
  it("are changed in place, those that are dangerous only when asked for twice, and reset", async () => {
    const { url, home } = await sharedHost();
    const { page, complaints } = await openPage(url);
    await page.getByRole("link", { name: "idle" }).click();
    // What it goes down from is known from its first step on.
    await page.locator(".why table").waitFor();
    const row = page.locator(".tunable", { hasText: "max_mb" }).first();
    const field = page.getByRole("textbox", { name: "max_mb" });
    await field.fill("100");
    const set = row.getByRole("button", { name: "Set max_mb of this guest", exact: true });
    await set.click();
    await row.getByText(/goes down to 100 MiB/).waitFor();
    const saysSource = async () => await row.locator(".source").textContent();
    expect(await saysSource()).toBe("from: default");
    await row.getByRole("button", { name: "Set max_mb of this guest all the same" }).click();
    await row.getByText("from: set at run time").waitFor();
    expect(await home.succeed("get", "--guest", "idle", "max_mb")).toBe("100\n");
    await row.getByRole("button", { name: "Reset max_mb of this guest" }).click();
    await row.getByText("from: default").waitFor();
    expect(complaints).toEqual([]);
  });

  it("take what was asked about for that change, and for no other", async () => {
    const { url, home } = await sharedHost("[guests.idle]\nguard = 0\n");
    await home.succeed("set", "--guest", "idle", "guard=1");
    const { page } = await openPage(url);
    await page.getByRole("link", { name: "idle" }).click();
    await page.getByText("Tunables of this guest").click();
    const button = (name: string) => page.getByRole("button", { name: `${name} guard of this guest`, exact: true });
    const again = (name: string) => page.getByRole("button", { name: `${name} guard of this guest all the same` });
    await page.getByRole("textbox", { name: "guard", exact: true }).fill("0");
    await button("Set").click();
    await again("Set").waitFor();
    await button("Reset").click();
    await again("Reset").waitFor();
    expect(await home.succeed("get", "--guest", "idle", "guard")).toBe("1\n");
    await again("Reset").click();
    await button("Reset").waitFor();
    expect(await home.succeed("get", "--guest", "idle", "guard")).toBe("0\n");
  });

  it("say beside the field why a value is refused", async () => {
    const { url } = await sharedHost();
    const { page } = await openPage(url);
    await page.getByRole("link", { name: "idle" }).click();
    const row = page.locator(".tunable", { hasText: "weight" }).first();
    await page.getByRole("textbox", { name: "weight" }).fill("heavy");
    await row.getByRole("button", { name: "Set weight of this guest", exact: true }).click();
    expect(await row.locator(".error").textContent()).toContain("a whole number from 1 to 1000");
  });

  it("show what is reserved, and for whom, on the first page", async () => {
    const { url, home } = await sharedHost();
    const { page } = await openPage(url);
    await home.succeed("reserve", "100", "--for", "newcomer");
    await page.locator(".budget", { hasText: "reserved 100 MiB for newcomer" }).waitFor();
  });
});
