import { DRAW_PLOTS, type Plot } from "./plots.ts";
import { PAGE_STYLE } from "./style.ts";
import { UPLOT } from "./uplot.ts";

/** A page that needs nothing else: it holds its style, its plots and the library that draws them. */
export interface Page {
  readonly title: string;
  readonly heading: string;
  /** Text below the heading. */
  readonly about: string;
  /** HTML. */
  readonly sections: readonly string[];
  readonly plots: readonly Plot[];
}

/** Nothing is loaded from anywhere, whatever a name in the page says. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'";

export function htmlPage({ title, heading, about, sections, plots }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${UPLOT.style}</style>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(heading)}</h1>
<p>${escaped(about)}</p>
</header>
${sections.join("\n")}
<footer><p>Plots are drawn by uPlot, Copyright (c) Leon Sorokin, MIT licence, which this file holds.</p></footer>
<script>${UPLOT.script}</script>
<script type="application/json" id="plots">${JSON.stringify(plots).replaceAll("<", "\\u003c")}</script>
<script>${DRAW_PLOTS}</script>
</body>
</html>
`;
}

/** A part of the page; `body` is HTML. */
export function section(title: string, summary: string, body: string): string {
  const text = summary === "" ? "" : `<p>${escaped(summary)}</p>`;
  return `<section><h2>${escaped(title)}</h2>${text}${body}</section>`;
}

/** Text as HTML has it. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
