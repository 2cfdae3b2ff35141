import { accessSync, constants } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

const CHROMIUM = "/usr/bin/chromium";

/**
 * Whether this machine has the browser. Where it has not, says so in one line; throws instead if `SELFBALLOON_REQUIRE` (a
 * comma list) has `browser`: CI must not pass by skipping.
 */
export function browserGate(): { readonly skip: boolean } {
  try {
    accessSync(CHROMIUM, constants.X_OK);
    return { skip: false };
  } catch {
    const lack = `this machine lacks ${CHROMIUM} (apt-get install chromium)`;
    const required = (process.env["SELFBALLOON_REQUIRE"] ?? "").split(",").map((name) => name.trim());
    if (required.includes("browser")) throw new Error(`browser tests are required here, but ${lack}`);
    process.stderr.write(`browser tests skipped: ${lack}\n`);
    return { skip: true };
  }
}

/** A page, and all that went wrong in it: errors, refused content, requests to anywhere but its own server. */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: string[];
  /** Bytes that came over the line for the page's own files. */
  readonly weightBytes: () => Promise<number>;
}

/** Open `url` in a browser of its own, which is closed when the test ends. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  onTestFinished(() => browser.close());
  const page = await (await browser.newContext({ viewport: { width: 1360, height: 850 }, ...options })).newPage();
  const complaints: string[] = [];
  const weights: Promise<number>[] = [];
  const { origin } = new URL(url);
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // The browser itself reports a server that does not answer, and answers that are no success.
    if (message.type() === "error" && !/net::ERR_|status of 4/.test(message.text())) complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`request to ${request.url()}`);
  });
  page.on("requestfinished", (request) => {
    if (["document", "script", "stylesheet", "image"].includes(request.resourceType()))
      weights.push(
        request.sizes().then(({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize),
      );
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  await page.goto(url);
  const weightBytes = async () => (await Promise.all(weights)).reduce((sum, bytes) => sum + bytes, 0);
  return { page, complaints, weightBytes };
}

/** How dimmed an element is shown, as the browser computes it. */
export function opacityOf(element: Locator): Promise<string> {
  return element.evaluate((found) => getComputedStyle(found).opacity);
}
