import type uPlot from "uplot";
import type { Num } from "../api/types";
import type { Said } from "../ledger/days";
import type { Mark } from "./plot";
import type { Point } from "./series";

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

/** A label beside x, turned to the inside where the edge is near. */
function write(ctx: CanvasRenderingContext2D, u: uPlot, label: string, x: number, y: number) {
  const gap = 5 * devicePixelRatio;
  const fits = x + gap + ctx.measureText(label).width < u.bbox.left + u.bbox.width;
  ctx.textAlign = fits ? "left" : "right";
  ctx.fillText(label, fits ? x + gap : x - gap, y);
}

/** An upright line with its name at the top, in line 0, 1, … so that two names do not meet. */
export function upright(x: number, label: string, color: string, line = 0): Mark {
  return (u) =>
    draw(u, color, [3, 3], (ctx) => {
      const at = u.valToPos(x, "x", true);
      ctx.moveTo(at, u.bbox.top);
      ctx.lineTo(at, u.bbox.top + u.bbox.height);
      ctx.stroke();
      ctx.textBaseline = "top";
      write(ctx, u, label, at, u.bbox.top + (4 + 16 * line) * devicePixelRatio);
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

/** A point with its interval and name, which stands below it where another has the place above. */
export function point({ x, y, lower, upper }: Point, label: string, color: string, below = false): Mark {
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
      write(ctx, u, label, px, below ? Math.max(py + gap, end(lower)) : Math.min(py - gap, end(upper)));
    });
}
