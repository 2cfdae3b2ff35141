import type { Colour } from "./output.ts";

/** Gives text a colour, or leaves it as it is where colours are not wanted. It takes no columns. */
export type Paint = (colour: Colour, text: string) => string;
