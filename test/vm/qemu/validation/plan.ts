/** The guest that is played in, with swap on disk of the same size. */
export const GUEST_MIB = 512;
export const FILE_MIB = 96;

/** A program that holds memory of its own, or one that reads a file of `FILE_MIB` over and over. Times in seconds. */
export type Program = { readonly name: string; readonly forS: number } & (
  | {
      readonly anonMib: number;
      readonly fillS: number;
      /** It touches all its memory once in this time; 0: never again. */
      readonly passS: number;
    }
  | { readonly cachePassS: number }
);

/** What happens, and when: programs start, and the balloon's target moves. */
export const PLAN: readonly ({ readonly atS: number } & (Program | { readonly targetMib: number }))[] = [
  { atS: 8, targetMib: 400 },
  { atS: 16, name: "hot", forS: 64, anonMib: 120, fillS: 3, passS: 4 },
  { atS: 25, name: "files", forS: 50, cachePassS: 5 },
  { atS: 36, name: "cold", forS: 48, anonMib: 80, fillS: 3, passS: 0 },
  { atS: 46, targetMib: 320 },
  { atS: 57, targetMib: 270 },
  { atS: 68, targetMib: 512 },
  { atS: 86, targetMib: 200 },
  { atS: 94, name: "burst", forS: 8, anonMib: 200, fillS: 2, passS: 0 },
  { atS: 106, targetMib: 512 },
];
export const LENGTH_S = 114;
