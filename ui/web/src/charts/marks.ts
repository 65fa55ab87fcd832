import type uPlot from "uplot";
import type { Num } from "../api/types";
import type { Said } from "../ledger/days";
import { clearOf, stackLabels, type Wish } from "./labels";
import type { Colors, Mark } from "./plot";
import type { DeviceStep, Point } from "./series";

/** Pixels of the canvas, of which a screen may have several for one of the page. */
const px = (n: number) => n * devicePixelRatio;

const font = () => `${px(11)}px system-ui, sans-serif`;

/** Pixels by which a mark may stick out of the plotting area: a point at the end of the day. */
const margin = 6;

/** Runs with the chart's canvas, clipped to the plotting area and its margin. */
function draw(u: uPlot, color: string, dash: number[], paint: (ctx: CanvasRenderingContext2D) => void) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  const out = px(margin);
  ctx.rect(bbox.left - out, bbox.top, bbox.width + 2 * out, bbox.height);
  ctx.clip();
  ctx.beginPath();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.lineWidth = px(1.25);
  ctx.setLineDash(dash.map(px));
  ctx.font = font();
  paint(ctx);
  ctx.restore();
}

/** Where a label stands: right of x, or left of it where the edge is near, or a line that it would cross; over it where neither has room. */
function placeOf(
  ctx: CanvasRenderingContext2D,
  u: uPlot,
  label: string,
  x: number,
  base: number,
  end = u.bbox.left + u.bbox.width,
): Wish {
  const gap = px(5);
  const { width } = ctx.measureText(label);
  const { left } = u.bbox;
  const before = x - gap - width;
  const from = x + gap + width < end ? x + gap : before >= left ? before : Math.max(left, end - width);
  return { from, to: from + width, base };
}

/** A label beside x. */
function write(ctx: CanvasRenderingContext2D, u: uPlot, label: string, x: number, y: number) {
  ctx.textAlign = "left";
  ctx.fillText(label, placeOf(ctx, u, label, x, y).from, y);
}

const nameHeight = 11; // pixels of the letters of a name

/** Pixels from the top to a name in line 0, 1, … */
const nameTop = (line: number) => 4 + 16 * line;

/** An upright line with its name at the top, in line 0, 1, … so that two names do not meet. */
export function upright(x: number, label: string, color: string, line = 0): Mark {
  return (u) =>
    draw(u, color, [3, 3], (ctx) => {
      const at = u.valToPos(x, "x", true);
      const out = px(margin);
      if (at < u.bbox.left - out || at > u.bbox.left + u.bbox.width + out) return; // half a name is none
      ctx.moveTo(at, u.bbox.top);
      ctx.lineTo(at, u.bbox.top + u.bbox.height);
      ctx.stroke();
      ctx.textBaseline = "top";
      write(ctx, u, label, at, u.bbox.top + px(nameTop(line)));
    });
}

/** A marked interval of x, in the chart's seconds. */
export interface Area {
  from: number;
  to: number;
  label: string;
  draft: boolean; // not kept yet
  plain?: true; // an even ground instead of a striped one
}

const stripe = 7; // pixels between the stripes of an area
const narrowest = 3; // pixels: an hour on a chart of months is still seen

/** A marked interval: a striped ground between two edges, with its name at the bottom in line 0, 1, … */
export function area({ from, to, label, draft, plain }: Area, color: string, line = 0): Mark {
  return (u) =>
    draw(u, color, draft ? [4, 3] : [], (ctx) => {
      const { top, height, left, width } = u.bbox;
      const begin = Math.max(u.valToPos(from, "x", true), left);
      const end = Math.min(u.valToPos(to, "x", true), left + width);
      if (end < left || begin > left + width) return;
      const wide = Math.max(end - begin, px(narrowest));
      ctx.save();
      ctx.rect(begin, top, wide, height);
      ctx.globalAlpha = 0.12;
      ctx.fill();
      ctx.clip();
      ctx.globalAlpha = 0.35;
      ctx.setLineDash([]);
      ctx.lineWidth = px(1);
      ctx.beginPath();
      for (let x = begin - height; !plain && x < begin + wide; x += px(stripe)) {
        ctx.moveTo(x, top + height);
        ctx.lineTo(x + height, top);
      }
      ctx.stroke();
      ctx.restore();
      ctx.beginPath();
      for (const x of [begin, begin + wide]) {
        ctx.moveTo(x, top);
        ctx.lineTo(x, top + height);
      }
      ctx.stroke();
      ctx.textBaseline = "bottom";
      write(ctx, u, label, begin, top + height - px(4 + 14 * line));
    });
}

/** Marked intervals whose names do not meet: each stands a line above the one before, of three. */
export const areasOf = (areas: Area[], color: string): Mark[] => areas.map((a, i) => area(a, color, i % 3));

/** A dot at a place of the canvas. */
function dot(ctx: CanvasRenderingContext2D, x: number, y: number, r: number) {
  ctx.beginPath();
  ctx.arc(x, y, px(r), 0, 2 * Math.PI);
  ctx.fill();
}

/** Goes along an interval of y, where it is known. */
function along(ctx: CanvasRenderingContext2D, u: uPlot, x: number, lower: Num, upper: Num) {
  if (lower === null || upper === null) return;
  ctx.moveTo(x, u.valToPos(lower, "y", true));
  ctx.lineTo(x, u.valToPos(upper, "y", true));
}

/** A moment on the axis with its interval: a bar that ends where the chart does, and a dot. */
export function onAxis(at: number, from: number, to: number, color: string): Mark {
  return (u) =>
    draw(u, color, [], (ctx) => {
      const { top, height, left, width } = u.bbox;
      const place = (x: number) => Math.min(Math.max(u.valToPos(x, "x", true), left), left + width);
      const y = top + height - px(4);
      ctx.lineWidth = px(4);
      ctx.globalAlpha = 0.55;
      ctx.moveTo(place(from), y);
      ctx.lineTo(place(to), y);
      ctx.stroke();
      ctx.globalAlpha = 1;
      const dotAt = u.valToPos(at, "x", true);
      if (dotAt >= left && dotAt <= left + width) dot(ctx, dotAt, y, 4);
    });
}

const stepLine = 14; // pixels from one name of a step to the one above it
const stepLines = 3;

/** Changes of a count on its scale, each with its name above it and before a wall: the largest ones find a place first. */
export function stepNames(
  steps: (DeviceStep & { label: string })[],
  scale: string,
  c: Colors,
  wall: number,
): Mark {
  return (u) =>
    draw(u, c.marked, [], (ctx) => {
      const { left, width } = u.bbox;
      const end = Math.min(left + width, u.valToPos(wall, "x", true) - px(3));
      const wishes = steps
        .toSorted((a, b) => Math.abs(b.by) - Math.abs(a.by))
        .flatMap(({ x, devices, label }) => {
          const at = u.valToPos(x, "x", true);
          if (at < left || at > left + width) return [];
          const wide = ctx.measureText(label).width;
          const from = Math.max(left, Math.min(at - wide / 2, end - wide));
          return [{ at, label, from, to: from + wide, base: u.valToPos(devices, scale, true) }];
        });
      const height = px(stepLine);
      stackLabels(wishes, height, stepLines).forEach((line, i) => {
        const wish = wishes[i];
        if (line === undefined || !wish) return;
        const y = wish.base - px(4) - line * height;
        ctx.beginPath();
        ctx.moveTo(wish.at, wish.base);
        ctx.lineTo(wish.at, y);
        ctx.stroke();
        ctx.textAlign = "left";
        ctx.textBaseline = "bottom";
        ctx.strokeStyle = c.surface; // whatever it stands on, it can be read
        ctx.lineWidth = px(3);
        ctx.strokeText(wish.label, wish.from, y);
        ctx.fillText(wish.label, wish.from, y);
        ctx.strokeStyle = c.marked;
        ctx.lineWidth = px(1);
      });
    });
}

/** A level line with its name above its left end. */
export function level(y: number, label: string, color: string): Mark {
  return (u) =>
    draw(u, color, [6, 4], (ctx) => {
      const at = u.valToPos(y, "y", true);
      ctx.moveTo(u.bbox.left, at);
      ctx.lineTo(u.bbox.left + u.bbox.width, at);
      ctx.stroke();
      ctx.textBaseline = "bottom";
      write(ctx, u, label, u.bbox.left, at - px(2));
    });
}

/** A forecast as a dot on its interval; one that missed has a cross in place of the dot. */
export function whisker({ x, forecast, lower, upper }: Said, missed: boolean, color: string): Mark {
  return (u) =>
    draw(u, color, [], (ctx) => {
      const atX = u.valToPos(x, "x", true);
      const atY = u.valToPos(forecast, "y", true);
      const r = px(3.5);
      along(ctx, u, atX, lower, upper);
      if (missed) {
        for (const way of [-1, 1]) {
          ctx.moveTo(atX - r, atY - way * r);
          ctx.lineTo(atX + r, atY + way * r);
        }
      }
      ctx.stroke();
      if (!missed) dot(ctx, atX, atY, 2);
    });
}

/** An upright line with its name in the first line at the top. */
interface Wall {
  x: number;
  name: string;
}

/** A point with its interval and name, which stands below it where another has the place above, does not cross the line before which it is, and does not lie on that line's name. */
export function point(
  { x, y, lower, upper }: Point,
  label: string,
  color: string,
  below: boolean,
  wall: Wall,
): Mark {
  return (u) =>
    draw(u, color, [], (ctx) => {
      const atX = u.valToPos(x, "x", true);
      const wallX = u.valToPos(wall.x, "x", true);
      const atY = u.valToPos(y, "y", true);
      along(ctx, u, atX, lower, upper);
      ctx.stroke();
      dot(ctx, atX, atY, 4);
      const gap = px(6);
      const end = (bound: Num) => (bound === null ? atY : u.valToPos(bound, "y", true));
      ctx.textBaseline = below ? "top" : "bottom";
      const place = below ? Math.max(atY + gap, end(lower)) : Math.min(atY - gap, end(upper));
      const at = placeOf(ctx, u, label, atX, place, x < wall.x ? wallX : undefined);
      const name = placeOf(ctx, u, wall.name, wallX, u.bbox.top + px(nameTop(0) + nameHeight));
      ctx.textAlign = "left";
      ctx.fillText(label, at.from, clearOf(name, at, px(nameHeight + 2)));
    });
}
