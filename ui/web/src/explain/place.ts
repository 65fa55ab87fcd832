/** The width of an explanation in pixels; a phone gives it all it has. */
export const cardWidth = 380;

const gap = 6; // pixels between the number and its explanation

/** Where an explanation stands: below its number, or above it in the lower half, and within the window. */
export function place(at: { left: number; top: number; bottom: number }, width: number, height: number) {
  const left = Math.max(gap, Math.min(at.left, width - cardWidth - gap));
  const below = at.bottom < height / 2;
  return below
    ? { left: `${left}px`, top: `${at.bottom + gap}px`, maxHeight: `${height - at.bottom - 3 * gap}px` }
    : { left: `${left}px`, bottom: `${height - at.top + gap}px`, maxHeight: `${at.top - 3 * gap}px` };
}
