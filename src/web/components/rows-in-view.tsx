import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { visibleRange } from "../rows.ts";

interface RowsInView {
  /** The box that scrolls. */
  readonly box: RefObject<HTMLElement | null>;
  /** The rows to draw: the first, and one past the last. */
  readonly first: number;
  readonly end: number;
}

/** Which of `count` rows of one height are to be drawn in a box that scrolls, so that a thousand stay smooth. */
export function useRowsInView(rowHeight: number, count: number): RowsInView {
  const box = useRef<HTMLElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  return { box, ...visibleRange({ ...view, rowHeight }, count) };
}

interface SpacerProps {
  readonly rows: number;
  readonly rowHeight: number;
}

/** Stands for rows that are not drawn. */
export function Spacer({ rows, rowHeight }: SpacerProps) {
  if (rows <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row of nothing takes no focus
    <tr aria-hidden="true" class="spacer" style={{ height: `${rows * rowHeight}px` }}>
      <td />
    </tr>
  );
}
