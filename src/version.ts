/** Set by the build from package.json. */
declare const SELFBALLOON_VERSION: string;

/** This program's version. */
export const VERSION = SELFBALLOON_VERSION;
