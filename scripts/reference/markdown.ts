/** One page of docs/reference. */
export interface Page {
  /** File name below docs/reference. */
  readonly file: string;
  readonly text: string;
}

/** A page of Markdown out of its blocks; the first line says that it is generated. */
export function page(file: string, blocks: readonly string[]): Page {
  const notice = "<!-- Generated from the tables in src/ by `npm run docs`. Do not edit. -->";
  return { file, text: `${[notice, ...blocks].join("\n\n")}\n` };
}

/** A table; bars in cells are escaped. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heading), line(heading.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A list of one line a point. */
export function list(points: readonly string[]): string {
  return points.map((point) => `- ${point}`).join("\n");
}

/** A block of verbatim text. */
export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** Verbatim words within a line. */
export function code(text: string | number): string {
  return `\`${text}\``;
}
