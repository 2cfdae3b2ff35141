/**
 * A matcher for names of guests and files: `*` stands for any letters, `?` for one. It takes at most as many looks as both
 * have letters, multiplied: a pattern is untrusted, and a regular expression may take ages over one.
 */
export function globMatcher(pattern: string): (name: string) => boolean {
  return (name) => isMatch(pattern, name);
}

function isMatch(pattern: string, name: string): boolean {
  let at = 0;
  /** The last `*` that was met, and where what comes after it was tried in the name; earlier ones never have to give way again. */
  let star = -1;
  let tried = 0;
  for (let nth = 0; nth < name.length; ) {
    if (pattern[at] === "*") {
      star = at;
      tried = nth;
      at += 1;
    } else if (pattern[at] === "?" || pattern[at] === name[nth]) {
      at += 1;
      nth += 1;
    } else if (star >= 0) {
      tried += 1;
      nth = tried;
      at = star + 1;
    } else return false;
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}
