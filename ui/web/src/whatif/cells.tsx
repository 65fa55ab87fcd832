import type { ComponentChildren } from "preact";
import type { WhatIfRow, WhatIfSide } from "../api/whatif";
import type { Text } from "../text/en";
import { count, decimal, unknown } from "../text/format";
import { further } from "./changes";
import { Delta } from "./totals";

/** A number of a node, as text on either side. */
export interface Column {
  id: keyof Text["whatIf"]["columns"];
  of: (side: WhatIfSide, text: Text, isModule: boolean) => string;
}

/** The columns of a single scenario, where there is room for all. */
export const columns: Column[] = [
  { id: "devices", of: (s) => count(s.devices) },
  { id: "peak", of: (s) => decimal(s.peak_today) },
  { id: "headroom", of: (s) => decimal(s.headroom, 0) },
  { id: "loss", of: (s) => decimal(s.headroom_after_loss, 0) },
  { id: "full", of: fullOn },
  { id: "needed", of: (s) => count(s.devices_needed) },
  { id: "request", of: (s) => count(s.devices_to_request) },
];

/** The day, or that there is none in sight; nodes above modules have none that is known. */
export function fullOn(side: WhatIfSide, text: Text, isModule: boolean): string {
  if (side.full_on.value) return side.full_on.value;
  return isModule && side.devices_needed !== null ? text.beyond : unknown;
}

interface SidesProps {
  row: WhatIfRow;
  column: Column;
  text: Text;
  isModule: boolean;
}

/** What is, then what would be; once where it stays. */
export function Sides({ row, column: { id, of }, text, isModule }: SidesProps) {
  const before = of(row.before, text, isModule);
  const after = of(row.after, text, isModule);
  return (
    <>
      {before !== after && (
        <>
          <span class="was">{before} →</span>{" "}
        </>
      )}
      <span class={before === after ? "same" : "then"}>{after}</span>
      {id === "full" && row.fills_up && <FillsUp text={text} />}
    </>
  );
}

function FillsUp({ text }: { text: Text }) {
  return (
    <>
      {" "}
      <span class="fills-up" title={text.whatIf.fillsUpTitle}>
        {text.whatIf.fillsUp}
      </span>
    </>
  );
}

/** A node in one of several scenarios: the order, and below it why it matters. */
export function Brief({
  row,
  text,
  isModule,
}: {
  row: WhatIfRow | undefined;
  text: Text;
  isModule: boolean;
}) {
  if (!row) return <span class="none">{text.whatIf.unchanged}</span>;
  return (
    <>
      <span class="main">
        <b>{count(row.after.devices_to_request)}</b> <Delta by={further(row)} hurts />
      </span>
      <Below side={row.after} text={text} isModule={isModule}>
        {row.fills_up && <FillsUp text={text} />}
      </Below>
    </>
  );
}

/** The same of the fleet as it is. */
export function BriefNow({ row, text, isModule }: { row: WhatIfRow; text: Text; isModule: boolean }) {
  return (
    <>
      <span class="main">{count(row.before.devices_to_request)}</span>
      <Below side={row.before} text={text} isModule={isModule} />
    </>
  );
}

interface BelowProps {
  side: WhatIfSide;
  text: Text;
  isModule: boolean;
  children?: ComponentChildren;
}

function Below({ side, text, isModule, children }: BelowProps) {
  const full = side.full_on.value;
  return (
    <span class="sub">
      {text.whatIf.needed(count(side.devices_needed))}
      {isModule && full && `, ${text.whatIf.fullOn(full)}`}
      {children}
    </span>
  );
}
