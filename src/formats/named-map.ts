import * as z from "zod";

// zod's own records leave out what is called `__proto__`, and say nothing.

/** A table by names that others chose, whatever they are. */
export function namedMap<Value extends z.ZodType>(name: z.ZodString, value: Value) {
  return z.preprocess(
    (said) =>
      typeof said === "object" && said !== null && !Array.isArray(said) ? new Map(Object.entries(said)) : said,
    z.map(name, value),
  );
}

/** The same as an object, whose own key each name is: `ownOf` looks one up. */
export function namedRecord<Value extends z.ZodType>(name: z.ZodString, value: Value) {
  return namedMap(name, value).transform((read) => Object.fromEntries(read));
}

/** An object of words, none of which may be `__proto__`: it is refused, and not passed over. */
export function wordRecord<Value extends z.ZodType>(word: z.ZodString, value: Value) {
  return z.preprocess(
    (said: Readonly<Record<string, z.input<Value>>>, context) => {
      const given: unknown = said; // nobody has checked yet what it is
      if (typeof given === "object" && given !== null && Object.hasOwn(given, "__proto__"))
        context.addIssue({ code: "custom", path: ["__proto__"], message: "nothing can be called so", input: said });
      return said;
    },
    z.record(word, value),
  );
}
