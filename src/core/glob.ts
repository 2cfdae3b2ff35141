/** A matcher for names of guests and files: `*` stands for any letters, `?` for one. */
export function globMatcher(pattern: string): (name: string) => boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  const expression = new RegExp(`^${escaped}$`, "s");
  return (name) => expression.test(name);
}
