import type { Row } from "../api/types";
import { coverer, type Effects } from "../table/cover";
import type { Text } from "../text/en";
import { clock } from "../text/format";

/** What keeps all alarms of a node from people now, and until when; "" if nothing does. */
export function mutedBy(effects: Effects, row: Row, levels: string[], { sheet }: Text): string {
  const hush = coverer(effects, levels)(row.id, row.path)?.hushes.find(({ partly }) => !partly);
  if (!hush) return "";
  const name = `${sheet.kinds[hush.kind]}: ${hush.name}`;
  return hush.until ? `${name}, ${sheet.until(clock(hush.until))}` : name;
}
