// The site out of docs/, as it lies there: `npm run docs:site`.
import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitepress";

const docs = new URL("../../docs/", import.meta.url);

/** The pages of a folder of docs/, each under its own heading. */
function pages(folder) {
  const names = readdirSync(new URL(`${folder}/`, docs)).filter((name) => name.endsWith(".md"));
  return names.sort().map((name) => {
    const [, text = name] = /^# (.+)$/m.exec(readFileSync(new URL(`${folder}/${name}`, docs), "utf8")) ?? [];
    return { text, link: `/docs/${folder}/${name.replace(/\.md$/, "")}` };
  });
}

const FRONT = ["README", "ARCHITECTURE", "SPECIFICATION", "CHANGELOG", "SECURITY", "CONTRIBUTING"];

export default defineConfig({
  title: "selfballoon",
  description: "Each VM uses as little RAM as its load needs and hands the rest back.",
  // The project's folder, so that a link from a page to a file of the project is checked as well.
  srcDir: "..",
  srcExclude: [
    "**/node_modules/**",
    "test/**",
    ".cache/**",
    "dist/**",
    "packaging/**",
    "src/**",
    "site/**",
    "scripts/**",
  ],
  outDir: "../.cache/site",
  cacheDir: "../.cache/site-cache",
  rewrites: { "README.md": "index.md" },
  cleanUrls: false,
  // Nothing is loaded from elsewhere, the search neither.
  themeConfig: {
    search: { provider: "local" },
    outline: "deep",
    sidebar: [
      { text: "The project", items: FRONT.map((name) => ({ text: name, link: name === "README" ? "/" : `/${name}` })) },
      { text: "Guides", items: pages("guides") },
      { text: "Reference", items: pages("reference") },
    ],
  },
  // Files of the project that are no pages: a test checks that they are there.
  ignoreDeadLinks: [/\/(src|test|packaging|scripts)\//, /(^|\/)(LICENSE|NOTICE)$/],
});
