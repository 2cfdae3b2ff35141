/** The kernel writes blank, tab, newline and backslash in a path as a backslash and three octal digits. */
export function decodeOctal(path: string): string {
  return path.replace(/\\([01][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
