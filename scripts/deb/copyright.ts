/** Our licence's names in Debian's machine-readable form, by those in NOTICE. */
const LICENCES: Readonly<Record<string, string>> = {
  "Apache licence 2.0": "Apache-2.0",
  "MIT licence": "Expat",
  "BSD 3-clause licence": "BSD-3-clause",
  Unlicense: "Unlicense",
};

const APACHE = `License: Apache-2.0
 On Debian systems, the full text of the Apache License, Version 2.0 is in /usr/share/common-licenses/Apache-2.0.`;

/** debian/copyright in its machine-readable form, out of what NOTICE says. @throws if NOTICE says it in other words. */
export function copyrightFile(notice: string): string {
  const [, ours] = /^Copyright (.*)$/m.exec(notice) ?? [];
  const bundled = [...notice.matchAll(/^- ([^,\n]+), Copyright (?:\(c\) )?(.+), ([^,\n]+)$/gim)];
  if (ours === undefined || bundled.length === 0) throw new Error("NOTICE names no copyright, or no package");
  return `${[
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: selfballoon",
    paragraph("*", ours, "Apache-2.0"),
    ...bundled.map(([, name = "", holder = "", licence = ""]) => {
      const known = LICENCES[licence];
      if (known === undefined)
        throw new Error(`give the licence of ${name}, ${licence}, its name in scripts/deb/copyright.ts`);
      return paragraph(`node_modules/${name}/*`, holder, known);
    }),
    APACHE,
    ...["MIT licence", "BSD 3-clause licence", "Unlicense"].map((licence) => licenceText(notice, licence)),
  ].join("\n\n")}\n`;
}

function paragraph(files: string, holder: string, licence: string): string {
  return `Files: ${files}\nCopyright: ${holder}\nLicense: ${licence}`;
}

/** The text below a heading of NOTICE, as far as the next heading. */
function licenceText(notice: string, licence: string): string {
  const [, after] = notice.split(`\n${licence}\n${"-".repeat(licence.length)}\n`);
  if (after === undefined) throw new Error(`NOTICE has no text of the ${licence}`);
  const [text = ""] = after.split(/\n[^\n]+\n-{5,}\n/);
  const lines = text.trim().split("\n");
  return `License: ${LICENCES[licence]}\n${lines.map((line) => ` ${line === "" ? "." : line}`).join("\n")}`;
}
