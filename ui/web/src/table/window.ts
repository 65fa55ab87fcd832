/** Which rows of a long table are in the document: [first, end). */
export interface Window {
  first: number;
  end: number;
}

/** Rows kept ready above and below what is seen, so that scrolling shows no gaps. */
const spare = 8;

/** The rows to draw for a scroll position; all lengths in pixels. */
export function windowOf(total: number, scrollTop: number, height: number, rowHeight: number): Window {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - spare;
  const end = Math.ceil((scrollTop + height) / rowHeight) + spare;
  const last = Math.min(total, Math.max(0, end));
  return { first: Math.max(0, Math.min(first, last)), end: last };
}

/** The scroll position that shows row i, which is the present one if it shows it already. */
export function scrollTo(i: number, scrollTop: number, height: number, rowHeight: number): number {
  const top = i * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return scrollTop;
}
