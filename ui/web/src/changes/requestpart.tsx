import { useRef, useState } from "preact/hooks";
import { todayIn } from "../alarms/range";
import { moment } from "../alarms/words";
import { api } from "../api/client";
import { type AskedRequest, type RequestKind, requestKinds, requestStates } from "../api/requests";
import { useKeys } from "../keys";
import { Failure, Loading } from "../notice";
import { useFocusKeys } from "../pool/focus";
import { useFresh } from "../pool/fresh";
import { Stale } from "../pool/page";
import { Search } from "../search";
import { useText } from "../text/language";
import type { PartProps } from "./page";
import { RequestBody } from "./requestbody";
import { readFill } from "./requestform";
import { RequestNew } from "./requestnew";

/** Requests that are asked for at first, and how many more each time. */
const page = 100;
const most = 2000;
const pauseMillis = 200;

/** What people ask for, and what became of it. */
export function RequestPart(props: PartProps) {
  const { view, shown, revision, zone, onView, onGo } = props;
  const text = useText().changes;
  const say = text.requests;
  const [limit, setLimit] = useState(page);
  const { path, search, chosen } = view;
  const { kind: asking, ...filled } = readFill(view.fill);
  const ask = (kind?: RequestKind) => onView({ ...view, fill: kind ? JSON.stringify({ kind }) : "" });
  const state = requestStates.find((s) => s === view.state) ?? "";
  const found = useFresh(`requests ${path} ${state} ${search} ${limit}`, revision, shown, () =>
    api.requests({ path, state, text: search }, limit),
  );
  const box = useFocusKeys(shown, ".request .line");
  const open = (id: string) => onView({ ...view, chosen: id === chosen ? "" : id });
  return (
    <>
      <Stale of={found} />
      <Filters {...props} asking={asking} onAsk={(kind) => ask(kind === asking ? undefined : kind)} />
      {asking && (
        <RequestNew
          key={`${view.fill} ${path}`}
          kind={asking}
          filled={filled}
          path={path}
          onOpened={(id) => {
            found.again();
            onView({ ...view, state: "", search: "", fill: "", chosen: id });
          }}
          onCancel={() => ask()}
        />
      )}
      {!found.data && (found.error ? <Failure error={found.error} /> : <Loading />)}
      {found.data?.requests.length === 0 && !asking && (
        <p class="nothing">{path || search || state ? say.none : say.noneYet}</p>
      )}
      <div ref={box} class={found.old ? "old" : ""}>
        <ol class="request-list">
          {found.data?.requests.map((request) => (
            <Line
              key={request.id}
              request={request}
              today={todayIn(zone)}
              open={request.id === chosen}
              onOpen={() => open(request.id)}
              onChange={found.again}
              onGo={onGo}
            />
          ))}
        </ol>
        {found.data?.more && limit < most && (
          <button type="button" class="older" onClick={() => setLimit(Math.min(limit + page, most))}>
            {text.older}
          </button>
        )}
      </div>
    </>
  );
}

interface LineProps {
  request: AskedRequest;
  today: string; // YYYY-MM-DD
  open: boolean;
  onOpen: () => void;
  onChange: () => void;
  onGo: (path: string) => void;
}

function Line({ request, today, open, onOpen, onChange, onGo }: LineProps) {
  const say = useText().changes.requests;
  const { id, kind, state, title, who, why, opened } = request;
  return (
    <li class={`request ${state}`}>
      <button type="button" class="line" aria-expanded={open} onClick={onOpen}>
        <time datetime={opened}>{moment(opened, today)}</time>
        <span class={`tag request-${state}`}>{say.states[state]}</span>
        <span class="said">
          <b>{title}</b>
          <small>
            {id} · {say.kinds[kind]} · {who}: {why}
          </small>
        </span>
      </button>
      {open && <RequestBody request={request} today={today} onChange={onChange} onGo={onGo} />}
    </li>
  );
}

interface FilterProps extends PartProps {
  asking: RequestKind | undefined;
  onAsk: (kind: RequestKind) => void;
}

function Filters({ shown, view, onView, asking, onAsk }: FilterProps) {
  const text = useText().changes;
  const say = text.requests;
  const input = useRef<HTMLInputElement>(null);
  useKeys(shown ? { "/": () => input.current?.select() } : {});
  return (
    <search class="pool-filters">
      <Search
        input={input}
        value={view.search}
        name={say.search}
        pauseMillis={pauseMillis}
        onSearch={(search) => onView({ ...view, search })}
      />
      <label class="select">
        <span class="hidden">{text.runs.state}</span>
        <select value={view.state} onChange={(e) => onView({ ...view, state: e.currentTarget.value })}>
          <option value="">{text.runs.any}</option>
          {requestStates.map((state) => (
            <option key={state} value={state}>
              {say.states[state]}
            </option>
          ))}
        </select>
      </label>
      <span class="ask-for">
        {say.askFor}
        {requestKinds.map((kind) => (
          <button
            key={kind}
            type="button"
            class="action"
            aria-pressed={asking === kind}
            title={say.abouts[kind]}
            onClick={() => onAsk(kind)}
          >
            {say.kinds[kind]}
          </button>
        ))}
      </span>
    </search>
  );
}
