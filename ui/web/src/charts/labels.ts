/** Where a label wants to stand: from left to right, above a base; y grows downwards. */
export interface Wish {
  from: number;
  to: number;
  base: number;
}

/** The base of a label that may meet a name at the top of a chart: below that name if it would lie on it. */
export const clearOf = (name: Wish, label: Wish, height: number): number =>
  label.from < name.to && label.to > name.from ? Math.max(label.base, name.base + height) : label.base;

/**
 * The line of each label above its base, 0, 1, …, so that none stands on another: the first
 * ones choose first. Undefined where all lines are taken.
 */
export function stackLabels(wishes: Wish[], height: number, lines: number): (number | undefined)[] {
  const taken: (Wish & { y: number })[] = [];
  return wishes.map((wish) => {
    const line = Array.from({ length: lines }, (_, i) => i).find((i) => {
      const y = wish.base - i * height;
      return taken.every((t) => wish.from >= t.to || wish.to <= t.from || Math.abs(y - t.y) >= height);
    });
    if (line !== undefined) taken.push({ ...wish, y: wish.base - line * height });
    return line;
  });
}
