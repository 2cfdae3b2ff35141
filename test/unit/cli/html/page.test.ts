import { describe, expect, it, vi } from "vitest";
import type { Plot } from "../../../../src/cli/html/plots.ts";

// The build puts the library in.
vi.stubGlobal("UPLOT_SCRIPT", "");
vi.stubGlobal("UPLOT_STYLE", "");
const { htmlPage } = await import("../../../../src/cli/html/page.ts");

const EVIL = "</script><script>alert(1)</script>";

describe("a page", () => {
  it("holds its plots as JSON that no text in them can end", () => {
    const plot: Plot = {
      time: "run",
      seconds: [0],
      area: { label: EVIL, mib: [1] },
      lines: [],
      marks: [],
      words: null,
    };
    const page = htmlPage({ title: EVIL, heading: EVIL, about: EVIL, sections: [], plots: [plot] });
    expect(page).not.toContain(EVIL);
    const [, json] = /id="plots">([^<]*)<\/script>/.exec(page) ?? [];
    expect(JSON.parse(json ?? "null")).toEqual([plot]);
  });
});
