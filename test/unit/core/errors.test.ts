import { describe, expect, it } from "vitest";
import { ERRORS, type ErrorCode, SelfballoonError, selfballoonError } from "../../../src/core/errors.ts";

const codes = Object.keys(ERRORS) as ErrorCode[];

describe.each(codes)("%s", (code) => {
  const row = ERRORS[code];
  const details = Object.fromEntries([...row.message.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, `<${name}>`]));
  const error = selfballoonError(code, details);

  it("is an error of the class of its owner, with its exit code and status", () => {
    expect(error).toBeInstanceOf(SelfballoonError);
    expect(error.name.toLowerCase()).toBe(`${row.owner}error`);
    expect([error.code, error.exitCode, error.httpStatus]).toEqual([code, row.exitCode, row.httpStatus]);
  });

  it("says its facts, and leaves no gap in its sentence", () => {
    for (const value of Object.values(details)) expect(error.message).toContain(value);
    expect(error.message).not.toMatch(/[{}]/);
  });
});
