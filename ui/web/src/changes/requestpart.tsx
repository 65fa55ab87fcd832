import { todayIn } from "../alarms/range";
import { moment } from "../alarms/words";
import { api } from "../api/client";
import { type AskedRequest, type RequestKind, requestKinds, requestStates } from "../api/requests";
import { useMeaning } from "../explain/glossary";
import { useFocusKeys } from "../pool/focus";
import { useFresh } from "../pool/fresh";
import { useText } from "../text/language";
import { FilterField, Listing, StateFilter, useLimit } from "./listing";
import type { PartProps } from "./page";
import { RequestBody } from "./requestbody";
import { readFill } from "./requestform";
import { RequestNew } from "./requestnew";

/** What people ask for, and what became of it. */
export function RequestPart(props: PartProps) {
  const { view, shown, revision, zone, onView, onGo } = props;
  const text = useText().changes;
  const say = text.requests;
  const meaning = useMeaning("ask");
  const [limit, onMore] = useLimit(2000);
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
    <Listing
      of={found}
      box={box}
      isEmpty={({ requests }) => requests.length === 0}
      empty={!asking && <p class="nothing">{path || search || state ? say.none : say.noneYet}</p>}
      onMore={found.data?.more && onMore}
      filters={
        <>
          <FilterField {...props} field="search" name={say.search} />
          <StateFilter {...props} states={requestStates} names={say.states} />
          <span class="ask-for">
            {say.askFor}
            {requestKinds.map((kind) => (
              <button
                key={kind}
                type="button"
                class="action"
                aria-pressed={asking === kind}
                title={meaning(kind)}
                onClick={() => ask(kind === asking ? undefined : kind)}
              >
                {say.kinds[kind]}
              </button>
            ))}
          </span>
        </>
      }
      above={
        asking && (
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
        )
      }
    >
      {({ requests }) => (
        <ol class="request-list">
          {requests.map((request) => (
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
      )}
    </Listing>
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
