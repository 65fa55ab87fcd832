import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Progress, Status } from "../api/types";
import { useKeys } from "../keys";
import { Link } from "../link";
import { ModelSwitch } from "../model";
import { Failure, Loading } from "../notice";
import { PoolLink } from "../pool/link";
import type { Choice } from "../state/model";
import { defaultView, namesOf, writeView } from "../state/view";
import { renoted } from "../table/noted";
import { useText } from "../text/language";
import { useTitle } from "../title";
import { Body, byEach } from "./body";
import type { HeatOf } from "./heat";
import type { ToMark } from "./mark";

interface Props {
  id: string;
  model: Choice;
  revision: number;
  status: Status | undefined;
  progress: Progress[];
  onBack: () => void;
  heat: HeatOf;
  onView: (model: Choice, heat: HeatOf) => void;
  toMark: ToMark | undefined; // an interval that the URL offers
  alarmsRevision: number;
  onGo: (path: string) => void;
}

/** All about one node: its state in a sentence, its day, its growth, the arithmetic. */
export function ModulePage(props: Props) {
  const {
    id,
    model,
    revision,
    status,
    progress,
    onBack,

    heat,
    onView,
    toMark,
    alarmsRevision,
    onGo,
  } = props;
  const judged = useResource(
    `module ${model}`,
    revision,
    byEach(model, (by) => api.module(id, by)),
  );
  const name = namesOf(id).at(-1) ?? id;
  useTitle(name);
  useKeys({ Escape: onBack });

  return (
    <main class="module-page">
      <div class="above">
        <Way id={id} model={model} onGo={onGo} />
        <PoolLink path={id} revision={revision} onGo={onGo} />
        <ModelSwitch choice={model} configured={status?.model} onChoice={(by) => onView(by, heat)} />
      </div>
      <h1 title={name}>{name}</h1>
      {judged.error && <Failure error={judged.error} />}
      {!(judged.data && status) && !judged.error && <Loading />}
      {judged.data && status && (
        <Body
          id={id}
          model={model}
          judged={judged.data}
          revision={revision}
          status={status}
          progress={progress}
          toMark={toMark}
          alarmsRevision={alarmsRevision}
          onGo={onGo}
          heat={heat}
          onHeat={(of) => onView(model, of)}
          onNote={(_, kept) =>
            judged.mutate((list) => list.map((by) => ({ ...by, row: renoted(by.row, kept) })))
          }
        />
      )}
    </main>
  );
}

/** The names above the module, each a way to the table of that node. */
function Way({ id, model, onGo }: Pick<Props, "id" | "model" | "onGo">) {
  const text = useText();
  const ids = id.split("/");
  const step = (path: string, name: string) => (
    <Link key={path} to={writeView({ ...defaultView, model, path }) || "./"} onGo={onGo} title={name}>
      {name}
    </Link>
  );
  return (
    <nav class="crumbs" aria-label={text.tree}>
      {step("", text.back)}
      {namesOf(id)
        .slice(0, -1)
        .map((name, i) => step(ids.slice(0, i + 1).join("/"), name))}
    </nav>
  );
}
