import type uPlot from "uplot";
import type { Num } from "../api/types";
import type { Said } from "../ledger/days";
import { stackLabels } from "./labels";
import type { Colors, Mark } from "./plot";
import type { DeviceStep, Point } from "./series";

const font = () => `${11 * devicePixelRatio}px system-ui, sans-serif`;

/** Pixels by which a mark may stick out of the plotting area: a point at the end of the day. */
const margin = 6;

/** Runs with the chart's canvas, clipped to the plotting area and its margin. */
function draw(u: uPlot, color: string, dash: number[], paint: (ctx: CanvasRenderingContext2D) => void) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  const out = margin * devicePixelRatio;
  ctx.rect(bbox.left - out, bbox.top, bbox.width + 2 * out, bbox.height);
  ctx.clip();
  ctx.beginPath();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.lineWidth = 1.25 * devicePixelRatio;
  ctx.setLineDash(dash.map((d) => d * devicePixelRatio));
  ctx.font = font();
  paint(ctx);
  ctx.restore();
}

/** A label right of x, or left of it where the edge is near, or a line that it would cross; over it where neither has room. */
function write(
  ctx: CanvasRenderingContext2D,
  u: uPlot,
  label: string,
  x: number,
  y: number,
  end = u.bbox.left + u.bbox.width,
) {
  const gap = 5 * devicePixelRatio;
  const { width } = ctx.measureText(label);
  const { left } = u.bbox;
  const before = x - gap - width;
  const at = x + gap + width < end ? x + gap : before >= left ? before : Math.max(left, end - width);
  ctx.textAlign = "left";
  ctx.fillText(label, at, y);
}

/** An upright line with its name at the top, in line 0, 1, … so that two names do not meet. */
export function upright(x: number, label: string, color: string, line = 0): Mark {
  return (u) =>
    draw(u, color, [3, 3], (ctx) => {
      const at = u.valToPos(x, "x", true);
      const out = margin * devicePixelRatio;
      if (at < u.bbox.left - out || at > u.bbox.left + u.bbox.width + out) return; // half a name is none
      ctx.moveTo(at, u.bbox.top);
      ctx.lineTo(at, u.bbox.top + u.bbox.height);
      ctx.stroke();
      ctx.textBaseline = "top";
      write(ctx, u, label, at, u.bbox.top + (4 + 16 * line) * devicePixelRatio);
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
      const wide = Math.max(end - begin, narrowest * devicePixelRatio);
      ctx.save();
      ctx.rect(begin, top, wide, height);
      ctx.globalAlpha = 0.12;
      ctx.fill();
      ctx.clip();
      ctx.globalAlpha = 0.35;
      ctx.setLineDash([]);
      ctx.lineWidth = devicePixelRatio;
      ctx.beginPath();
      for (let x = begin - height; !plain && x < begin + wide; x += stripe * devicePixelRatio) {
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
      write(ctx, u, label, begin, top + height - (4 + 14 * line) * devicePixelRatio);
    });
}

/** Marked intervals whose names do not meet: each stands a line above the one before, of three. */
export const areasOf = (areas: Area[], color: string): Mark[] => areas.map((a, i) => area(a, color, i % 3));

/** A moment on the axis with its interval: a bar that ends where the chart does, and a dot. */
export function onAxis(at: number, from: number, to: number, color: string): Mark {
  return (u) =>
    draw(u, color, [], (ctx) => {
      const { top, height, left, width } = u.bbox;
      const place = (x: number) => Math.min(Math.max(u.valToPos(x, "x", true), left), left + width);
      const y = top + height - 4 * devicePixelRatio;
      ctx.lineWidth = 4 * devicePixelRatio;
      ctx.globalAlpha = 0.55;
      ctx.moveTo(place(from), y);
      ctx.lineTo(place(to), y);
      ctx.stroke();
      ctx.globalAlpha = 1;
      const px = u.valToPos(at, "x", true);
      if (px < left || px > left + width) return;
      ctx.beginPath();
      ctx.arc(px, y, 4 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fill();
    });
}

const stepLine = 14; // pixels from one name of a step to the one above it
const stepLines = 3;

/** Changes of a count on its scale, each with its name above it: the largest ones find a place first. */
export function stepNames(steps: (DeviceStep & { label: string })[], scale: string, c: Colors): Mark {
  return (u) =>
    draw(u, c.marked, [], (ctx) => {
      const { left, width } = u.bbox;
      const wishes = steps
        .toSorted((a, b) => Math.abs(b.by) - Math.abs(a.by))
        .flatMap(({ x, devices, label }) => {
          const at = u.valToPos(x, "x", true);
          if (at < left || at > left + width) return [];
          const wide = ctx.measureText(label).width;
          const from = Math.max(left, Math.min(at - wide / 2, left + width - wide));
          return [{ at, label, from, to: from + wide, base: u.valToPos(devices, scale, true) }];
        });
      const height = stepLine * devicePixelRatio;
      stackLabels(wishes, height, stepLines).forEach((line, i) => {
        const wish = wishes[i];
        if (line === undefined || !wish) return;
        const y = wish.base - 4 * devicePixelRatio - line * height;
        ctx.beginPath();
        ctx.moveTo(wish.at, wish.base);
        ctx.lineTo(wish.at, y);
        ctx.stroke();
        ctx.textAlign = "left";
        ctx.textBaseline = "bottom";
        ctx.strokeStyle = c.surface; // whatever it stands on, it can be read
        ctx.lineWidth = 3 * devicePixelRatio;
        ctx.strokeText(wish.label, wish.from, y);
        ctx.fillText(wish.label, wish.from, y);
        ctx.strokeStyle = c.marked;
        ctx.lineWidth = devicePixelRatio;
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
      write(ctx, u, label, u.bbox.left, at - 2 * devicePixelRatio);
    });
}

/** A forecast as a dot on its interval; one that missed has a cross in place of the dot. */
export function whisker({ x, forecast, lower, upper }: Said, missed: boolean, color: string): Mark {
  return (u) =>
    draw(u, color, [], (ctx) => {
      const px = u.valToPos(x, "x", true);
      const py = u.valToPos(forecast, "y", true);
      const r = (missed ? 3.5 : 2) * devicePixelRatio;
      if (lower !== null && upper !== null) {
        ctx.moveTo(px, u.valToPos(lower, "y", true));
        ctx.lineTo(px, u.valToPos(upper, "y", true));
      }
      if (missed) {
        for (const way of [-1, 1]) {
          ctx.moveTo(px - r, py - way * r);
          ctx.lineTo(px + r, py + way * r);
        }
      }
      ctx.stroke();
      if (missed) return;
      ctx.beginPath();
      ctx.arc(px, py, r, 0, 2 * Math.PI);
      ctx.fill();
    });
}

/** A point with its interval and name, which stands below it where another has the place above, and crosses no line at `wall`. */
export function point(
  { x, y, lower, upper }: Point,
  label: string,
  color: string,
  below: boolean,
  wall: number,
): Mark {
  return (u) =>
    draw(u, color, [], (ctx) => {
      const px = u.valToPos(x, "x", true);
      const py = u.valToPos(y, "y", true);
      if (lower !== null && upper !== null) {
        ctx.moveTo(px, u.valToPos(lower, "y", true));
        ctx.lineTo(px, u.valToPos(upper, "y", true));
        ctx.stroke();
      }
      ctx.beginPath();
      ctx.arc(px, py, 4 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fill();
      const gap = 6 * devicePixelRatio;
      const end = (bound: Num) => (bound === null ? py : u.valToPos(bound, "y", true));
      ctx.textBaseline = below ? "top" : "bottom";
      const place = below ? Math.max(py + gap, end(lower)) : Math.min(py - gap, end(upper));
      write(ctx, u, label, px, place, x < wall ? u.valToPos(wall, "x", true) : undefined);
    });
}
