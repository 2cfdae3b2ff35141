/** The rows that must be drawn, of `count` rows of `rowHeight` each: first and one past the last. */
export function visibleRange(
  view: { readonly top: number; readonly height: number; readonly rowHeight: number },
  count: number,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.floor(view.top / view.rowHeight) - OVERSCAN_ROWS);
  const end = Math.ceil((view.top + view.height) / view.rowHeight) + OVERSCAN_ROWS;
  return { first: Math.min(first, Math.max(0, count - 1)), end: Math.min(count, end) };
}

/** Rows drawn beyond the edge, so that scrolling and the Tab key find them there. */
const OVERSCAN_ROWS = 10;
