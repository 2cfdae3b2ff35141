/** The page sizes that Linux has on the machines it runs on, in bytes. */
export const PAGE_SIZES_BYTES = [4096, 8192, 16_384, 32_768, 65_536] as const;
