import { api } from "../api/client";
import { useResource } from "../api/live";
import { Link } from "../link";
import { useText } from "../text/language";
import { alarmsPath, defaultAlarms } from "./view";

interface Props {
  ids: string[]; // of the change runs
  onGo: (path: string) => void;
}

/** Change runs as ways to the part of the page that has them. */
export function ChangeLinks({ ids, onGo }: Props) {
  return (
    <ul>
      {ids.map((id) => (
        <li key={id}>
          <ChangeLink id={id} onGo={onGo} />
        </li>
      ))}
    </ul>
  );
}

/** A change run by its kind and who made it; by its id until, or unless, they are known. */
function ChangeLink({ id, onGo }: { id: string } & Pick<Props, "onGo">) {
  const text = useText().alarms;
  const lease = useResource(`lease ${id}`, 0, () => api.lease(id));
  const { kind, who } = lease.data ?? { kind: id, who: "" };
  return (
    <Link to={alarmsPath({ ...defaultAlarms, part: "changes" })} onGo={onGo} class="way" title={id}>
      {[kind, who && text.byWhom(who)].filter(Boolean).join(" ")}
    </Link>
  );
}
