import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { PROJECT } from "../release/programs.ts";

/** Rooms whose score SPECIFICATION.md keeps. */
export const ROOMS_WITH_A_GOAL = ["core", "api", "daemon", "backends"];

/** @returns every folder and TypeScript file below src/, as `core/guard` and `core/guard/guard.ts` */
export function allSources(): readonly string[] {
  const sources = join(PROJECT, "src");
  return readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.endsWith(".ts"))
    .map((entry) => relative(sources, join(entry.parentPath, entry.name)));
}

/** The folder of src/ and of the tests that the place belongs to. */
export function roomOf(place: string): string {
  return place.split("/")[0] ?? place;
}

/** The files of a place, in the words of the mutation tester. */
export function patternOf(place: string): string {
  return place.endsWith(".ts") ? `src/${place}` : `src/${place}/**/*.ts`;
}
