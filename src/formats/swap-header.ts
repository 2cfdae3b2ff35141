/** Where Linux looks for what it needs: include/linux/swap.h, `union swap_header`, and the end of the first page. */
const SIGNATURE = "SWAPSPACE2";
const LABEL_AT = 1052;
const LABEL_BYTES = 16;

/**
 * The label of a swap area, from its first page: `mkswap -L` wrote it there. Null if this is no swap area, and empty if it
 * has no label. The length of `page` is the machine's page size in bytes, because the signature ends the page.
 */
export function parseSwapLabel(page: Uint8Array): string | null {
  if (page.length < LABEL_AT + LABEL_BYTES + SIGNATURE.length) return null;
  if (textOf(page.subarray(page.length - SIGNATURE.length)) !== SIGNATURE) return null;
  const label = page.subarray(LABEL_AT, LABEL_AT + LABEL_BYTES);
  const end = label.indexOf(0);
  return textOf(end < 0 ? label : label.subarray(0, end));
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
