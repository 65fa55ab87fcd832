import { matchersOf, writeMatchers } from "../alarms/silence";
import { alarmsPath, defaultAlarms } from "../alarms/view";
import { runPath } from "../changes/view";
import { Link } from "../link";
import { namesOf } from "../state/view";
import type { Text } from "../text/en";
import { clock, secondsBetween } from "../text/format";
import { Two } from "./cells";
import type { Sheet } from "./columns";
import type { Change, Hush } from "./cover";
import type { Entry } from "./entries";

/** The page on which the alarms of a node can be silenced, its form filled in. */
export function mutePath(path: string[], levels: string[]): string {
  const labels = Object.fromEntries(path.map((name, i) => [levels[i] ?? "", name]));
  return `${alarmsPath({ ...defaultAlarms, part: "mutes" })}&silence=${encodeURIComponent(writeMatchers(matchersOf(labels)))}`;
}

const hushPath = ({ kind }: Hush) =>
  alarmsPath({ ...defaultAlarms, part: kind === "change" ? "changes" : "mutes" });

const changePath = ({ run }: Change) =>
  run ? runPath(run) : alarmsPath({ ...defaultAlarms, part: "changes" });

function hushTitle({ kind, name, until, partly }: Hush, { sheet }: Text): string {
  const end = until ? sheet.until(until.slice(0, 16).replace("T", " ")) : sheet.always;
  return [`${sheet.kinds[kind]}: ${name}`, end, partly && sheet.partly].filter(Boolean).join(", ");
}

/** The hour of an end within a day, else its day. */
export const end = (until: string, at: string) =>
  secondsBetween(at, until) < 86_400 ? clock(until) : until.slice(5, 10);

/** What keeps alarms of a row back, and below it what changes there; where nothing does, the way to mute it. */
export function CoverCell({ entry: { row, cover }, sheet }: { entry: Entry; sheet: Sheet }) {
  const { text, levels, onGo } = sheet;
  const hush = cover?.hushes[0];
  const change = cover?.changes[0];
  const more = (list: unknown[]) => list.length > 1 && <small> {text.sheet.more(list.length - 1)}</small>;
  const unread = cover?.unread && text.sheet.unread(cover.unread);
  if (!cover)
    return (
      <Link
        to={mutePath(row.path, levels)}
        onGo={onGo}
        class="offer"
        title={text.sheet.muteTitle(row.path.at(-1) ?? "")}
      >
        {text.sheet.mute}
      </Link>
    );
  return (
    <Two
      top={
        hush ? (
          <Link
            to={hushPath(hush)}
            onGo={onGo}
            title={[...cover.hushes.map((h) => hushTitle(h, text)), unread].filter(Boolean).join("\n")}
          >
            <i class="hushed" aria-hidden="true" />
            {hush.until ? text.sheet.until(end(hush.until, row.at)) : hush.name}
            {more(cover.hushes)}
          </Link>
        ) : (
          unread && <span title={unread}>{text.sheet.unknown}</span>
        )
      }
      below={
        change && (
          <Link
            to={changePath(change)}
            onGo={onGo}
            title={cover.changes
              .map(({ name, who, at }) =>
                [name, who && text.sheet.byWhom(who), text.sheet.runningAt(namesOf(at).join(" › "))]
                  .filter(Boolean)
                  .join(" "),
              )
              .join("\n")}
          >
            <i class="changing" aria-hidden="true" />
            {change.name}
            {more(cover.changes)}
          </Link>
        )
      }
    />
  );
}
