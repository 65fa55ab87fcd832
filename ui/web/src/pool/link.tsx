import { api } from "../api/client";
import { useResource } from "../api/live";
import { Link } from "../link";
import { useText } from "../text/language";
import { defaultPool, poolPath, servicePath } from "./view";

interface Props {
  path: string; // id of a node of the business tree
  revision: number;
  onGo: (path: string) => void;
}

/** From a module to how it is scaled, or from a node above to its services; nothing where nothing is decided. */
export function PoolLink({ path, revision, onGo }: Props) {
  const text = useText().pool;
  const newest = useResource(`newest ${path}`, revision, () => api.newestDecisions(path));
  if (!newest.data?.length) return null;
  const own = newest.data.some((d) => d.module === path);
  return (
    <Link
      to={own ? servicePath(path) : poolPath({ ...defaultPool, path })}
      onGo={onGo}
      class="what-if"
      title={text.toServiceTitle}
    >
      {text.toService}
    </Link>
  );
}
