import { useState } from "preact/hooks";
import { type Alarm, mostAlarms } from "../api/alarms";
import { api } from "../api/client";
import { useResource } from "../api/live";
import { Link } from "../link";
import { Failure, Loading } from "../notice";
import { langOf, useText } from "../text/language";
import { OutcomeBadge, Severity } from "./badge";
import { Place } from "./place";
import { addDays } from "./range";
import { canGiveBack, TakeOn, type Turn } from "./takeon";
import { alarmPath } from "./view";
import { moment, saidOf, whereOf } from "./words";

interface TableProps {
  alarms: Alarm[];
  today: string; // YYYY-MM-DD
  revision: number;
  chosen?: string | null; // id of the one at the cursor
  onGo: (path: string) => void;
}

const columns = ["time", "outcome", "severity", "alarm", "where", "owner", "reason", "acked"] as const;

/** Alarms line by line; a common cause opens to the alarms that it stands for. */
export function AlarmTable(props: TableProps) {
  const text = useText().alarms;
  return (
    <table class="alarm-list">
      <thead>
        <tr>
          {columns.map((name) => (
            <th key={name} scope="col" class={name}>
              {text.columns[name]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.alarms.map((alarm) => (
          <Lines key={alarm.id} alarm={alarm} {...props} />
        ))}
      </tbody>
    </table>
  );
}

type LineProps = Omit<TableProps, "alarms"> & { alarm: Alarm };

function Lines({ alarm, ...rest }: LineProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Line alarm={alarm} open={open} onOpen={() => setOpen(!open)} {...rest} />
      {open && alarm.cause && <MemberLines cause={alarm} {...rest} />}
    </>
  );
}

type OneLineProps = LineProps & { open?: boolean; onOpen?: () => void; member?: boolean };

function Line({ alarm: listed, today, chosen, onGo, open, onOpen, member }: OneLineProps) {
  const text = useText().alarms;
  const [turn, setTurn] = useState<Turn>();
  const [changed, setChanged] = useState<[Alarm, Alarm]>(); // from here: the list has it with its next answer
  const alarm = changed?.[0] === listed ? changed[1] : listed;
  const to = alarmPath({ id: alarm.id, explain: false });
  const where = whereOf(alarm);
  const classes = [
    "line",
    alarm.closed_at ? "over" : "open",
    chosen === alarm.id && "chosen",
    member && "member",
    where === "" && "nowhere",
  ];
  const line = (
    <tr class={classes.filter(Boolean).join(" ")} data-id={alarm.id} onClick={() => onGo(to)}>
      <td class="time">
        <time datetime={alarm.received_at}>{moment(alarm.received_at, today)}</time>
      </td>
      <td class="outcome">
        <OutcomeBadge outcome={alarm.outcome} />
      </td>
      <td class="severity">
        <Severity severity={alarm.severity} />
      </td>
      <td class="alarm">
        <Link to={to} onGo={onGo} class="main">
          {alarm.kind || alarm.id}
        </Link>
        {alarm.cause && onOpen && (
          <button
            type="button"
            class="members"
            aria-expanded={open}
            aria-label={text.showMembers(alarm.cause.members.length, alarm.cause.component.name)}
            onClick={(e) => {
              e.stopPropagation();
              onOpen();
            }}
          >
            {text.members(alarm.cause.members.length)}
          </button>
        )}
        <span class="sub" title={saidOf(alarm)}>
          {saidOf(alarm)}
        </span>
      </td>
      <td class="where">
        {where && <Place path={alarm.path} node={alarm.node} other={where} onGo={onGo} />}
      </td>
      <td class="owner">{alarm.owner}</td>
      <td class="reason" title={alarm.reason}>
        {alarm.reason ? (
          <span lang={langOf(alarm.reason)}>{alarm.reason}</span>
        ) : (
          <span>{text.noReason}</span>
        )}
      </td>
      <td class="acked">
        <Acked alarm={alarm} today={today} onTurn={setTurn} />
      </td>
    </tr>
  );
  return (
    <>
      {line}
      {turn && (
        <tr class="take-on">
          <td colSpan={columns.length}>
            <TakeOn
              id={alarm.id}
              turn={turn}
              onDone={(now) => {
                setChanged([listed, now]);
                setTurn(undefined);
              }}
              onCancel={() => setTurn(undefined)}
            />
          </td>
        </tr>
      )}
    </>
  );
}

interface AckedProps extends Pick<LineProps, "alarm" | "today"> {
  onTurn: (turn: Turn) => void;
}

/** Who takes care of it, since when and until when; and the way to do so, or no longer. */
function Acked({ alarm, today, onTurn }: AckedProps) {
  const text = useText().alarms;
  const { acked_at: at, acked_by: by, acked_until: until, closed_at: closed } = alarm;
  const turn: Turn | false = at ? canGiveBack(alarm) && "back" : !closed && "ack";
  const name = turn === "back" ? text.giveBack : text.acknowledge;
  const end = until ? text.untilTime(moment(until, today)) : text.untilEnd;
  const times = at ? `${moment(at, today)}${closed ? "" : `, ${end}`}` : "";
  return (
    <>
      {at && (
        <>
          <span class="main">{by || text.somebody}</span>
          <span class="sub" title={times}>
            {times}
          </span>
        </>
      )}
      {turn && (
        <button
          type="button"
          class="action"
          aria-label={`${name}: ${alarm.kind} ${whereOf(alarm)}`}
          onClick={(e) => {
            e.stopPropagation(); // the row opens the alarm's page
            onTurn(turn);
          }}
        >
          {name}
        </button>
      )}
    </>
  );
}

/** How many days before a common cause its alarms are looked for. */
const memberDays = 7;

/** The alarms that a common cause stands for, as they are now; those of more than a week before are left out. */
export function useMembers(cause: Alarm, revision: number) {
  const { id, received_at, cause: of } = cause;
  return useResource(`members ${id}`, revision, async () => {
    const from = `${addDays(received_at.slice(0, 10), -memberDays)}${received_at.slice(10)}`;
    const { alarms } = await api.alarms({ search: id, from }, mostAlarms); // each names the cause in its way
    const ids = new Set(of?.members);
    return alarms.filter((alarm) => ids.has(alarm.id));
  });
}

function MemberLines({ cause, ...rest }: { cause: Alarm } & Omit<LineProps, "alarm">) {
  const text = useText().alarms;
  const members = useMembers(cause, rest.revision);
  const missing = (cause.cause?.members.length ?? 0) - (members.data?.length ?? 0);
  return (
    <>
      {members.data?.map((alarm) => (
        <Line key={alarm.id} alarm={alarm} member {...rest} />
      ))}
      {(!members.data || missing > 0) && (
        <tr class="member note">
          <td colSpan={columns.length}>
            {members.error && <Failure error={members.error} />}
            {!members.data && !members.error && <Loading />}
            {members.data && missing > 0 && text.membersMissing(missing)}
          </td>
        </tr>
      )}
    </>
  );
}
