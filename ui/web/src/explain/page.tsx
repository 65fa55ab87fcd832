import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Explanation, Status } from "../api/types";
import { knownZone } from "../charts/series";
import { Copy } from "../copy";
import { useKeys } from "../keys";
import { Link } from "../link";
import { ExplanationList } from "../module/explanation";
import { Failure, Loading } from "../notice";
import { Panel } from "../panel";
import { useText } from "../text/language";
import { useTitle } from "../title";
import { useGlossary } from "./glossary";
import { commandOf, hasTime, joinId, pageOf, splitId } from "./ids";
import { Queries } from "./queries";
import { type ExplainView, explainPath } from "./view";

interface Props {
  view: ExplainView;
  status: Status | undefined;
  onGo: (path: string) => void;
  onBack: () => void;
}

/** Whatever has an id, explained: its arithmetic, its series, and what is related to it. */
export function ExplainPage({ view, status, onGo, onBack }: Props) {
  const text = useText().explain;
  const { id, model } = view;
  useKeys({ Escape: onBack });
  useTitle(id || text.title);
  const found = useResource(`explain ${id} ${model}`, 0, async () =>
    id ? await api.explain(id, model) : undefined,
  );
  return (
    <main class="module-page explain-page">
      <Asking key={id} view={view} onGo={onGo} />
      {!id && <Kinds />}
      {id && !found.data && !found.error && <Loading />}
      {found.error && (
        <>
          <Failure error={found.error} />
          <Kinds />
        </>
      )}
      {id && found.data && !found.error && <Body {...{ view, status, onGo }} of={found.data} />}
    </main>
  );
}

/** The id that is explained, and when, to be changed. */
function Asking({ view, onGo }: Pick<Props, "view" | "onGo">) {
  const text = useText().explain;
  const { kind, of, at } = splitId(view.id);
  const ask = (e: SubmitEvent) => {
    e.preventDefault();
    const data = new FormData(e.currentTarget as HTMLFormElement);
    const asked = splitId(`${data.get("id")}`.trim());
    const then = `${data.get("at") ?? ""}`;
    const id = joinId(hasTime(asked.kind) && then ? { ...asked, at: then } : asked);
    onGo(explainPath({ ...view, id }));
  };
  return (
    <form class="ask-id" onSubmit={ask}>
      <h1>{text.title}</h1>
      <label>
        <span class="hidden">{text.id}</span>
        <input
          type="search"
          name="id"
          class="search"
          placeholder={text.idHint}
          defaultValue={joinId({ kind, of, at: "" })}
          maxLength={2000}
          autoComplete="off"
          spellcheck={false}
          required
        />
      </label>
      {hasTime(kind) && (
        <label title={text.atTitle}>
          {text.at}{" "}
          <input
            type="datetime-local"
            name="at"
            defaultValue={at.length === 10 ? `${at}T23:59` : at.slice(0, 16)}
          />
        </label>
      )}
      <button type="submit">{text.ask}</button>
    </form>
  );
}

/** The kinds of ids that there are, each with an example. */
function Kinds() {
  const text = useText().explain;
  const glossary = useGlossary();
  return (
    <section class="panel">
      <h2>{text.kindsTitle}</h2>
      <dl class="id-kinds">
        {glossary?.ids.map(({ kind, example, description }) => (
          <div key={kind}>
            <dt>
              <code>{example}</code>
            </dt>
            <dd>{description}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Body({ view, status, of, onGo }: Omit<Props, "onBack"> & { of: Explanation }) {
  const glossary = useGlossary();
  const text = useText().explain;
  const parts = splitId(view.id);
  const own = pageOf(of.id);
  const command = commandOf(view);
  return (
    <>
      <h2 class="id-title">{of.title}</h2>
      <p class="sentence">
        {glossary?.ids.find(({ kind }) => kind === parts.kind)?.description}{" "}
        {own && (
          <Link to={own} onGo={onGo} class="way">
            {hasTime(parts.kind) ? text.open : text.openIt}
          </Link>
        )}
      </p>
      <Panel title={hasTime(parts.kind) ? text.steps : text.stages}>
        {of.steps.length > 0 ? <ExplanationList explanation={of} /> : <p class="nothing">{text.noSteps}</p>}
      </Panel>
      {hasTime(parts.kind) && status?.levels && (
        <Panel title={text.queries} below={text.queriesBelow}>
          <Queries
            of={parts}
            terms={glossary?.terms ?? []}
            levels={status.levels}
            zone={knownZone(status.timezone)}
          />
        </Panel>
      )}
      {of.related && (
        <Panel title={text.related}>
          <p class="related">
            {of.related.map((id) => (
              <Link key={id} to={explainPath({ id, model: view.model })} onGo={onGo} class="way">
                {id}
              </Link>
            ))}
          </p>
        </Panel>
      )}
      <p class="command">
        {text.terminal} <code>{command}</code> <Copy text={command} />
      </p>
    </>
  );
}
