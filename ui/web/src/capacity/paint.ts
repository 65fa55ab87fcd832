import { decimal } from "../text/format";
import { quadrantOf, tightBelow } from "./modules";
import { type Dot, type Plane, ticks, xOf, yOf } from "./plane";
import type { CapacityView } from "./view";

/** What the picture is painted with, as the styles have it. */
export type Colors = Record<"ink" | "muted" | "line" | "raised" | "full" | "asks" | "calm", string>;

export function readColors(el: HTMLElement): Colors {
  const style = getComputedStyle(el);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of("ink"),
    muted: of("muted"),
    line: of("line"),
    raised: of("raised"),
    full: of("up"),
    asks: of("warn"),
    calm: of("bar"),
  };
}

interface Words {
  growth: string;
  headroom: string;
}

/** The whole picture: the tight part shaded, the axes, the dots; one of them may be marked. */
export function paint(
  c: CanvasRenderingContext2D,
  plane: Plane,
  dots: Dot[],
  { marked, part }: { marked: Dot | undefined; part: CapacityView["part"] },
  colors: Colors,
  words: Words,
) {
  const { left, top, width, height } = plane;
  c.clearRect(0, 0, left + width + 40, top + height + 60);
  const tight = yOf(plane, tightBelow);
  c.fillStyle = colors.raised;
  c.fillRect(left, tight, width, top + height - tight);
  axes(c, plane, colors, words);
  for (const dot of dots) paintDot(c, dot, part !== "" && quadrantOf(dot.module) !== part, colors);
  if (marked) {
    c.strokeStyle = colors.ink;
    c.lineWidth = 2;
    c.beginPath();
    c.arc(marked.x, marked.y, marked.r + 3, 0, 2 * Math.PI);
    c.stroke();
  }
}

function axes(c: CanvasRenderingContext2D, plane: Plane, colors: Colors, words: Words) {
  const { left, top, width, height, x, y } = plane;
  c.font = "11px system-ui, sans-serif";
  c.fillStyle = colors.muted;
  c.lineWidth = 1;
  const rule = (x1: number, y1: number, x2: number, y2: number, color: string) => {
    c.strokeStyle = color;
    c.beginPath();
    c.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
    c.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
    c.stroke();
  };
  c.textAlign = "center";
  for (const v of ticks(x)) {
    const px = xOf(plane, v);
    rule(px, top, px, top + height, v === 0 ? colors.muted : colors.line);
    c.fillText(`${v > 0 ? "+" : ""}${decimal(v, 0)}`, px, top + height + 16);
  }
  c.textAlign = "right";
  for (const v of ticks(y)) {
    const py = yOf(plane, v);
    rule(left, py, left + width, py, v === 0 ? colors.muted : colors.line);
    c.fillText(decimal(v, 0), left - 8, py + 4);
  }
  c.fillText(words.growth, left + width, top + height + 32);
  c.textAlign = "left";
  c.fillText(words.headroom, 0, 11);
}

/**
 * A triangle is full before the delivery, a diamond asks for devices, a circle does
 * neither; what is not in the part that is chosen is faint, and what stands where its
 * line says and the forecast does not count on that is pale.
 */
function paintDot(c: CanvasRenderingContext2D, dot: Dot, faint: boolean, colors: Colors) {
  const { x, y, r, out } = dot;
  const { kind, row, growth } = dot.module;
  c.beginPath();
  if (kind === "calm") c.arc(x, y, r, 0, 2 * Math.PI);
  else polygon(c, x, y, 1.15 * r, kind === "full" ? 3 : 4);
  const color = row.state === "ok" ? colors[kind] : colors.muted;
  c.globalAlpha = faint ? 0.1 : growth?.slope_doubted ? 0.22 : 0.62;
  c.fillStyle = color;
  if (!out) c.fill();
  c.globalAlpha = faint ? 0.25 : 1;
  c.strokeStyle = color;
  c.lineWidth = 1.25;
  c.stroke();
  c.globalAlpha = 1;
}

function polygon(c: CanvasRenderingContext2D, x: number, y: number, r: number, corners: number) {
  for (let i = 0; i < corners; i++) {
    const angle = (2 * Math.PI * i) / corners - Math.PI / 2;
    c.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  c.closePath();
}
