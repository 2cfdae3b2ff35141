import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { browserGate, opacityOf, openPage } from "./support/chromium.ts";
import { sharedHost, startDaemon, withoutToken } from "./support/daemon.ts";

const MAX_WEIGHT_BYTES = 150 * 1024;

describe.skipIf(browserGate().skip)("the page of a daemon with simulated guests", () => {
  it("shows all guests, explains itself, and loads nothing but its own few files", async () => {
    const { url } = await startDaemon();
    const { page, complaints, weightBytes } = await openPage(url);
    await page.getByRole("link", { name: "database" }).waitFor();
    expect(await page.title()).toBe("selfballoon");
    await page.getByRole("heading", { level: 2, name: /^6 guests, [\d.]+ GiB of RAM, / }).waitFor();
    expect(await page.locator("main").textContent()).toContain("When a guest needs more, its balloon gives it back.");
    expect(await page.getByRole("row").count()).toBe(7);
    expect(page.url()).not.toContain("token");
    expect(await weightBytes()).toBeLessThan(MAX_WEIGHT_BYTES);
    expect(complaints).toEqual([]);
  });

  it("follows the guests live", async () => {
    const { url } = await startDaemon();
    const { page } = await openPage(`${withoutToken(url)}#/guests/idle`);
    const steps = page.locator(".facts div", { hasText: "Steps" }).locator("dd");
    await steps.filter({ hasText: /^[1-9]/ }).waitFor();
    const before = Number(await steps.textContent());
    await expect
      .poll(async () => Number(await steps.textContent()), { timeout: PATIENCE_MS })
      .toBeGreaterThan(before + 1);
  });

  it("says why a guest has what it has, and draws its past", async () => {
    const { url } = await startDaemon();
    const { page, complaints } = await openPage(url);
    await page.getByRole("link", { name: "idle" }).click();
    const why = page.locator(".why");
    await why.filter({ hasText: "Its goal is" }).waitFor();
    expect(await why.textContent()).toMatch(
      /Why \d+ MiB\?It has \d+ MiB, and should have \d+ MiB\. The guest has more than its goal/,
    );
    const parts = (await page.locator(".parts tbody tr").allTextContents()).join("; ");
    expect(parts).toMatch(/^In use\d+ MiB; Headroom\+\d+ MiB; Not taken yet\+\d+ MiB; Target=\d+ MiB; Floor/);
    await page.locator("canvas").waitFor();
    await page.locator(".chart .plot").hover();
    expect(await page.locator(".caption-why").textContent()).toMatch(/^\d\d:\d\d:\d\d giving back/);
    expect(await page.locator(".decisions tbody tr").count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  it("changes a tunable, and says beside the field why it refuses a value", async () => {
    const { url, home } = await startDaemon();
    const { page } = await openPage(url);
    await page.getByRole("link", { name: "Tunables" }).click();
    const row = page.locator(".tunable", { hasText: "frontswap_inertia" });
    const field = page.getByRole("textbox", { name: "frontswap_inertia" });
    await field.fill("0");
    await row.getByRole("button", { name: "Set frontswap_inertia", exact: true }).click();
    await row.getByRole("alert").filter({ hasText: "must be a whole number from 1" }).waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await tunable(home, "frontswap_inertia")).toMatchObject({ value: 3, source: "default" });
    await field.fill("7");
    await field.press("Enter");
    await row.getByText("Changed.").waitFor();
    expect(await row.getByRole("alert").count()).toBe(0);
    expect(await tunable(home, "frontswap_inertia")).toMatchObject({ value: 7, source: "runtime" });
    await row.getByRole("button", { name: "Reset frontswap_inertia" }).click();
    await row.getByText("It has its default again.").waitFor();
    expect(await field.inputValue()).toBe("3");
  });

  it("asks before it turns the guard off, says so on every view while it is off, and warns of absurd values", async () => {
    const { url, home } = await startDaemon();
    const { page, complaints } = await openPage(url);
    await page.getByRole("link", { name: "Tunables" }).click();
    const guard = page.getByRole("switch", { name: "guard", exact: true });
    await guard.click();
    const question = page.getByRole("alertdialog", { name: "Set guard to 0?" });
    expect(await question.textContent()).toContain("nothing keeps a guest from running short of memory");
    expect(await tunable(home, "guard")).toMatchObject({ value: 1 });
    await question.getByRole("button", { name: "Leave it" }).click();
    expect(await question.count()).toBe(0);
    await guard.click();
    await question.getByRole("button", { name: "Set guard to 0" }).click();
    const banner = page.locator(".banner");
    await banner.filter({ hasText: "The guard is off for all guests." }).waitFor();
    expect(await tunable(home, "guard")).toMatchObject({ value: 0, source: "runtime" });
    for (const view of ["Events", "Guests"]) {
      await page.getByRole("navigation").getByRole("link", { name: view }).click();
      await page.locator("nav a[aria-current=page]", { hasText: view }).waitFor();
      expect(await banner.count()).toBe(1);
    }
    await page.getByRole("link", { name: "Tunables" }).first().click();
    await guard.click();
    await banner.waitFor({ state: "detached" });
    await page.getByRole("textbox", { name: "selfballoon_interval" }).fill("4294967295");
    await page.keyboard.press("Enter");
    await page.getByRole("alertdialog").filter({ hasText: "more than an hour lies between two steps" }).waitFor();
    expect(await tunable(home, "selfballoon_interval")).toMatchObject({ value: 1 });
    expect(complaints).toEqual([]);
  });

  it("draws what all guests saved since the daemon began", async () => {
    const { url } = await startDaemon();
    const { page, complaints } = await openPage(url);
    await page.getByText("Saved over time").click();
    const chart = page.getByRole("slider", { name: /^Chart of what all guests saved/ });
    await expect
      .poll(() => chart.getAttribute("aria-valuetext"), { timeout: PATIENCE_MS })
      .toMatch(/ saved by 6 guests$/);
    await page.locator(".host-past canvas").waitFor();
    expect(complaints).toEqual([]);
  });

  it("asks once for the token where the address has none, and says when it is wrong", async () => {
    const { url, home } = await startDaemon();
    const { page, complaints } = await openPage(`${withoutToken(url)}#/guests/web`);
    await page.getByRole("button", { name: "Pause" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Token").fill("a-guess-that-is-wrong");
    await dialog.getByRole("button", { name: "Use it" }).click();
    await dialog.getByText("The token was not right").waitFor();
    await dialog.getByLabel("Token").fill(readFileSync(join(home.folder, "run/token"), "utf8").trim());
    await dialog.getByRole("button", { name: "Use it" }).click();
    await page.getByRole("button", { name: "Resume", exact: true }).waitFor();
    expect(await home.ask("GET", "/v1/guests/web")).toMatchObject({ body: { paused: true } });
    await page.getByRole("button", { name: "Resume", exact: true }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    expect(await dialog.count()).toBe(0);
    expect(await home.ask("GET", "/v1/guests/web")).toMatchObject({ body: { paused: false } });
    expect(complaints).toEqual([]);
  });

  it("asks for the token before it shows anything, where reads need it", async () => {
    const home = new Home();
    home.env["SELFBALLOON_CONFIG"] = join(home.folder, "selfballoon.toml");
    writeFileSync(home.env["SELFBALLOON_CONFIG"], "[api]\nreads_need_token = true\n");
    const { url } = await startDaemon(home);
    const { page, complaints } = await openPage(withoutToken(url));
    const dialog = page.getByRole("dialog", { name: "A token is needed to see anything" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("alert").getByText("A token is needed to see anything").waitFor();
    expect(await page.getByRole("row").count()).toBeLessThan(2);
    await page.getByRole("button", { name: "Enter it" }).click();
    await dialog.getByLabel("Token").fill(readFileSync(join(home.folder, "run/token"), "utf8").trim());
    await dialog.getByRole("button", { name: "Use it" }).click();
    await page.getByRole("row", { name: /^web / }).waitFor();
    await page.getByRole("status").getByText("live", { exact: true }).waitFor();
    await page.goto(`${withoutToken(url)}#/events`);
    await page.getByText("It was found.").first().waitFor();
    expect(await dialog.count()).toBe(0);
    await page.getByRole("link", { name: "metrics" }).click();
    await page.getByText("selfballoon_step_duration_seconds").first().waitFor();
    expect(complaints).toEqual([]);
  });

  it("asks no more by itself once neither reading nor a change was worth the token", async () => {
    const { url } = await sharedHost("[api]\nreads_need_token = true\n");
    const { page, complaints } = await openPage(url);
    await page.getByRole("status").getByText("live", { exact: true }).waitFor();
    await page.getByRole("link", { name: "web", exact: true }).click();
    await page.evaluate(() => sessionStorage.setItem("selfballoon-token", "one-that-is-old"));
    for (const what of ["see", "change"]) {
      const dialog = page.getByRole("dialog", { name: `A token is needed to ${what} anything` });
      await dialog.getByRole("button", { name: "Cancel" }).click();
      if (what === "see") await page.getByRole("button", { name: "Pause" }).click();
    }
    for (let polls = 0; polls < 2; polls += 1)
      await page.waitForResponse((answer) => answer.url().endsWith("/v1/host"));
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await page.getByRole("button", { name: "Enter it" }).count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it("releases one guest and pauses all, says so, and gives them back", async () => {
    const { url, home } = await startDaemon();
    const { page, complaints } = await openPage(`${url}`);
    await page.getByRole("link", { name: "idle" }).click();
    await page.getByRole("button", { name: "Release" }).click();
    await page.locator(".why", { hasText: "Released. It has its memory back" }).waitFor();
    expect(await home.ask("GET", "/v1/guests/idle")).toMatchObject({ body: { released: true } });
    await page.getByRole("button", { name: "Resume", exact: true }).click();
    await page.getByRole("button", { name: "Release" }).waitFor();
    await page.goto(`${withoutToken(url)}#/`);
    await page.getByRole("button", { name: "Pause all" }).click();
    await page.getByRole("button", { name: "Resume all" }).waitFor();
    expect(await page.locator("tbody .chip", { hasText: "paused" }).count()).toBe(6);
    await page.getByRole("button", { name: "Resume all" }).click();
    await page.getByRole("button", { name: "Pause all" }).waitFor();
    expect(await home.ask("GET", "/v1/guests/idle")).toMatchObject({ body: { paused: false, released: false } });
    expect(complaints).toEqual([]);
  });

  it("says when the link is lost, and goes on by itself when the daemon is back", async () => {
    const { url, home, command } = await startDaemon();
    const { page } = await openPage(withoutToken(url));
    const link = page.locator(".link");
    await link.filter({ hasText: "live" }).waitFor();
    command.kill("SIGKILL");
    await link.filter({ hasText: /Link lost at \d\d:\d\d:\d\d: what you see is old/ }).waitFor();
    expect(await page.getByRole("link", { name: "database" }).count()).toBe(1);
    expect(await opacityOf(page.locator("td").first())).toBe("0.5");
    await command.ended();
    await startDaemon(home, new URL(url).port);
    await link.filter({ hasText: /^live$/ }).waitFor();
    await page.getByRole("link", { name: "idle" }).click();
    await page.locator(".facts div", { hasText: "Steps" }).filter({ hasText: /[2-9]/ }).waitFor();
  });

  it("is used by keyboard alone", async () => {
    const { url } = await startDaemon();
    const { page } = await openPage(url);
    await page.getByRole("link", { name: "web" }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
    await page.keyboard.press("Tab");
    expect(await focused()).toContain("Skip to the content");
    await page.keyboard.press("Enter");
    // Links to guests that are short or held come before the filter, if there are any.
    const isFilter = () => page.evaluate(() => document.activeElement?.getAttribute("type") === "search");
    for (let tabs = 0; tabs < 5 && !(await isFilter()); tabs += 1) await page.keyboard.press("Tab");
    await page.keyboard.type("web");
    await expect.poll(() => page.getByRole("row").count()).toBe(2);
    for (let tabs = 0; tabs < 20 && (await focused()) !== "web"; tabs += 1) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "web" }).waitFor();
    expect(page.url()).toContain("#/guests/web");
    await page.goBack();
    await page.getByRole("row").nth(1).waitFor();
  });

  it.each(["light", "dark"] as const)("can be read in the %s scheme", async (colorScheme) => {
    const { url } = await startDaemon();
    const { page } = await openPage(url, { colorScheme });
    await page.getByRole("link", { name: "web" }).waitFor();
    const [background = 0] = await page.evaluate(contrasts, ["body"]);
    expect(background).toBeGreaterThan(7);
    for (const contrast of await page.evaluate(contrasts, [
      "h2",
      ".intro",
      ".about",
      "tbody a",
      "tbody .chip",
      ".link",
      ".count",
    ]))
      expect(contrast).toBeGreaterThan(4.5);
    const page255 = await page.evaluate(() =>
      getComputedStyle(document.body).backgroundColor.match(/\d+/g)?.map(Number),
    );
    expect((page255?.[0] ?? 0) > 127).toBe(colorScheme === "light");
  });

  it("fits a telephone", async () => {
    const { url } = await startDaemon();
    const { page } = await openPage(url, { viewport: { width: 390, height: 844 } });
    for (const view of ["#/", "#/guests/web", "#/tunables", "#/events"]) {
      await page.goto(`${withoutToken(url)}${view}`);
      await page.locator("main h2").first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBeLessThanOrEqual(390);
    }
  });
});

async function tunable(home: { ask(method: string, path: string): Promise<{ body: unknown }> }, name: string) {
  const { body } = await home.ask("GET", "/v1/tunables");
  const { tunables } = body as { tunables: readonly { name: string }[] };
  return tunables.find((row) => row.name === name);
}

/** In the page: the contrast between text and what lies behind it, of the first element for each selector (WCAG 2.2). */
function contrasts(selectors: readonly string[]): number[] {
  const parse = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([red = 0, green = 0, blue = 0]: number[]): number => {
    const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element | null): number[] => {
    if (element === null) return [255, 255, 255];
    const colour = parse(getComputedStyle(element).backgroundColor);
    return colour[3] === 0 ? behind(element.parentElement) : colour;
  };
  return selectors.map((selector) => {
    const element = document.querySelector(selector);
    if (element === null) return 0;
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  });
}
