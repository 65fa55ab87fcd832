import type { Row } from "../api/types";
import { explains } from "../explain/terms";
import type { Text } from "../text/en";
import { count, decimal, unknown } from "../text/format";
import { Two } from "./cells";
import { noneLeft } from "./entries";

export interface Loss {
  value: string; // the headroom that would be left
  domain: string; // what is lost: "rack", or the words for one device
  title: string;
}

/** What a loss of the largest failure domain would leave, and of which domain. */
export function afterLoss(row: Row, text: Text): Loss {
  const lost = row.largest_domain;
  if (lost === null) return { value: unknown, domain: "", title: "" };
  const single = lost.label === "device";
  const domain = single ? text.oneDevice : lost.label;
  const name = single ? domain : `${lost.label} ${lost.value}`;
  if (noneLeft(row)) return { value: text.noneLeft, domain, title: text.noneLeftTitle(name) };
  const title = text.without(name, count(lost.devices), count(row.devices));
  return { value: decimal(row.headroom_after_loss), domain, title };
}

const full = (headroom: number | null) => (headroom !== null && headroom < 0 ? "overfull" : "");
const fullAfterLoss = (row: Row) => (noneLeft(row) ? "overfull" : full(row.headroom_after_loss));

export function HeadroomCell({ row, text, model }: { row: Row; text: Text; model: string }) {
  const { value, domain, title } = afterLoss(row, text);
  const below = row.headroom !== null && (
    <span title={title} {...explains("loss", row.id, model)}>
      <span class={fullAfterLoss(row)}>{value}</span> {domain && `· ${domain}`}
    </span>
  );
  return <Two top={<span class={full(row.headroom)}>{decimal(row.headroom)}</span>} below={below} />;
}

/** Both in one line. */
export function HeadroomLine({ row, text }: { row: Row; text: Text }) {
  const { value, title } = afterLoss(row, text);
  return (
    <span title={title}>
      <span class={full(row.headroom)}>{decimal(row.headroom)}</span>
      <small>
        {" / "}
        <span class={fullAfterLoss(row)}>{value}</span>
      </small>
    </span>
  );
}
