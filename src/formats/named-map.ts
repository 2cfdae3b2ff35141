import * as z from "zod";

/** A table by names that others chose; zod's own records leave one out that is called `__proto__`. */
export function namedMap<Value extends z.ZodType>(name: z.ZodString, value: Value) {
  return z.preprocess(
    (said) =>
      typeof said === "object" && said !== null && !Array.isArray(said) ? new Map(Object.entries(said)) : said,
    z.map(name, value),
  );
}
