/** As many branches as can be counted; more share a counter. */
export const COUNTERS = 32_768;

/** The name of the counters in the code that counts: a `Uint8Array` of `COUNTERS`, on the global object. */
export const COUNTERS_NAME = "__branches";
