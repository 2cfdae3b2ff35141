import { type ErrorCode, problemOf, SelfballoonError, selfballoonError } from "../../core/errors.ts";

/** Whether `thrown` is the error `code` of the table. */
export function hasCode(thrown: unknown, code: ErrorCode): thrown is SelfballoonError {
  return thrown instanceof SelfballoonError && thrown.code === code;
}

/** `thrown` if it is an error of the table; anything else is a bug of ours. */
export function asSelfballoonError(thrown: unknown): SelfballoonError {
  if (thrown instanceof SelfballoonError) return thrown;
  return selfballoonError("ERR_INTERNAL", { problem: problemOf(thrown) }, thrown);
}
