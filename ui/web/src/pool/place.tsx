import type { Status } from "../api/types";
import { knownZone } from "../charts/series";
import { useKeys } from "../keys";
import { Link } from "../link";
import { Loading } from "../notice";
import { namesOf } from "../state/view";
import { useText } from "../text/language";
import { useTitle } from "../title";
import { NodeBody } from "./nodebody";
import { ServiceBody } from "./servicebody";
import { defaultPool, type PoolPlace, type PoolView, poolPath } from "./view";

interface Props {
  view: PoolPlace;
  list: PoolView | null; // that it was opened from
  revision: number;
  status: Status | undefined;
  onGo: (path: string) => void;
}

/** What the body of a node or service needs. */
export interface PlaceProps extends Pick<Props, "view" | "revision" | "onGo"> {
  zone: string | undefined;
  levels: string[];
}

/** All about one node or one service of the pool. */
export function PlacePage({ view, list, revision, status, onGo }: Props) {
  const text = useText().pool;
  const { kind, id } = view;
  const fallback = { ...defaultPool, part: kind };
  const back = poolPath(list?.part === kind || list?.part === "decisions" ? list : fallback);
  useKeys({ Escape: () => onGo(back) });
  const names = kind === "services" ? namesOf(id) : [id];
  const name = names.at(-1) ?? id;
  useTitle(name);
  const Body = kind === "nodes" ? NodeBody : ServiceBody;
  return (
    <main class="module-page pool-place">
      <nav class="crumbs" aria-label={text.title}>
        <Link to={back} onGo={onGo}>
          {text.back}
        </Link>
        {names.slice(0, -1).map((above, i) => (
          <Link
            key={above}
            to={poolPath({
              ...defaultPool,
              path: id
                .split("/")
                .slice(0, i + 1)
                .join("/"),
            })}
            onGo={onGo}
            title={above}
          >
            {above}
          </Link>
        ))}
        <span>{name}</span>
      </nav>
      <h1>{name}</h1>
      {status ? (
        <Body {...{ view, revision, onGo }} zone={knownZone(status.timezone)} levels={status.levels ?? []} />
      ) : (
        <Loading />
      )}
    </main>
  );
}
