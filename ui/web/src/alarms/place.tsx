import { Link } from "../link";
import { modulePath, namesOf } from "../state/view";
import { unknown } from "../text/format";

interface Props {
  path: string; // id of a node of the tree; empty: unknown
  node: string; // the device; empty: unknown
  other?: string; // where neither is known
  onGo: (path: string) => void;
}

/** The module as a way to its page, with what is above it and the device; else the device. */
export function Place({ path, node, other = unknown, onGo }: Props) {
  if (!path) return <span class="main">{node || other}</span>;
  const names = namesOf(path);
  const above = names.slice(0, -1).join(" › ");
  return (
    <>
      <Link to={modulePath(path, "")} onGo={onGo} class="main" title={names.join(" › ")}>
        {names.at(-1)}
      </Link>
      <span class="sub">{[above, node].filter(Boolean).join(" · ")}</span>
    </>
  );
}
