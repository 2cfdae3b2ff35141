import {
  ERRORS,
  type ErrorCode,
  type ErrorDetails,
  problemOf,
  SelfballoonError,
  selfballoonError,
} from "../core/errors.ts";

/** An error as the API tells it: a problem object (RFC 9457), with the error's stable code and its facts. */
export interface Problem {
  readonly type: string;
  /** The kind of error in a few words, always the same for a code. */
  readonly title: string;
  readonly status: number;
  /** What it should have been, what it was, and what was done. */
  readonly detail: string;
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
}

export const PROBLEM_TYPE = "application/problem+json";

/** The problem object of whatever was thrown; what is not from our table is a bug. */
export function problemObject(thrown: unknown): Problem {
  const error =
    thrown instanceof SelfballoonError ? thrown : selfballoonError("ERR_INTERNAL", { problem: problemOf(thrown) });
  const { code, message, details } = error;
  return {
    type: problemType(code),
    title: problemTitle(code),
    status: ERRORS[code].httpStatus,
    detail: message,
    code,
    details,
  };
}

/** The URI of a kind of error. */
export function problemType(code: ErrorCode): string {
  return `urn:selfballoon:${code}`;
}

/** `ERR_TUNABLE_UNKNOWN` in words: `tunable unknown`. */
export function problemTitle(code: ErrorCode): string {
  return code.slice("ERR_".length).toLowerCase().replaceAll("_", " ");
}
