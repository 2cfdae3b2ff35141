import type * as z from "zod";
import { parseObject } from "../../api/body.ts";
import { selfballoonError } from "../../core/errors.ts";

/** A body that must be what the schema takes, `expected` in words. @throws ERR_BODY_INVALID. */
export function bodyOf<T>(schema: z.ZodType<T>, body: string, expected: string): T {
  const read = schema.safeParse(parseObject(body, expected));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const problem = `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`.slice(0, 200);
  throw selfballoonError("ERR_BODY_INVALID", { expected, problem });
}
