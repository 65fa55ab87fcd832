import { useEffect, useRef } from "preact/hooks";
import type { Resource } from "../api/live";
import type { Mark } from "../api/marks";
import type { Progress } from "../api/types";
import { Failure, ProgressList } from "../notice";
import { Loaded, Panel } from "../panel";
import { useText } from "../text/language";
import { blank, type Draft, draftOf } from "./draft";
import { MarkForm } from "./form";
import type { Done, Marking } from "./marking";
import { PastAlarms } from "./past";
import { Asking, RefitView } from "./refit";
import { writeInterval } from "./wall";
import { writeMark, writeScope } from "./words";

interface Props {
  id: string;
  marks: Resource<Mark[]>;
  marking: Marking;
  zone: string | undefined; // that this browser knows
  progress: Progress[]; // of what the server does in the background
  revision: number; // of past alarms
}

/** The marks of a node, and the way to make one or to take one away. */
export function MarksPanel({ id, marks, marking, zone, progress, revision }: Props) {
  const text = useText().marks;
  const { step, edit, ask, close } = marking;
  const box = useRef<HTMLDivElement>(null);
  useEscape(box, step.at !== "idle", close);
  return (
    <Panel title={text.title} unit={text.unit}>
      <div class="marks" ref={box}>
        <p class="reason">{text.about}</p>
        <CurrentStep id={id} marking={marking} zone={zone} progress={progress} />
        <Loaded of={marks} empty={text.none} isEmpty={(list) => list.length === 0}>
          {(list) => <MarkList id={id} marks={list} onEnd={(end) => ask({ end })} />}
        </Loaded>
        <PastAlarms id={id} revision={revision} onPick={(e) => edit(draftOf(id, e.from, e.to, zone))} />
      </div>
    </Panel>
  );
}

/** Esc leaves what is under way before it leaves the page; fields and dialogs elsewhere keep theirs. */
function useEscape(box: { current: HTMLElement | null }, active: boolean, leave: () => void) {
  const latest = useRef({ active, leave });
  latest.current = { active, leave };
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      const at = e.target instanceof Element ? e.target.closest("dialog, input, textarea, select") : null;
      if (!latest.current.active || e.key !== "Escape" || (at && !box.current?.contains(at))) return;
      e.stopPropagation();
      latest.current.leave();
    };
    addEventListener("keydown", press, true);
    return () => removeEventListener("keydown", press, true);
  }, [box]);
}

type StepProps = Pick<Props, "id" | "marking" | "zone" | "progress">;

/** Where somebody is: nowhere yet, in the form, waiting for the refit, before it. */
function CurrentStep({ id, marking, zone, progress }: StepProps) {
  const text = useText().marks;
  const { step, edit, ask, keep, close } = marking;
  switch (step.at) {
    case "idle":
      return (
        <>
          {step.done && <Kept done={step.done} marking={marking} zone={zone} progress={progress} />}
          {step.failure && <Failure error={step.failure} />}
          <button type="button" class="action open" onClick={() => edit(blank(id))}>
            {text.open}…
          </button>
        </>
      );
    case "draft":
      return (
        <MarkForm
          id={id}
          draft={step.draft}
          faults={step.faults}
          failure={step.failure}
          zone={zone}
          onDraft={edit}
          onAsk={() => ask({ make: step.draft })}
          onCancel={close}
        />
      );
    case "asking": {
      const { make } = step.change;
      return <Asking onCancel={() => (make ? edit(make) : close())} />;
    }
    case "shown": {
      const { make } = step.change;
      return (
        <RefitView
          change={step.change}
          refits={step.refits}
          keeping={step.keeping}
          failure={step.failure}
          onKeep={keep}
          onChange={make && (() => edit(make))}
          onDrop={close}
        />
      );
    }
  }
}

/** What was kept, what happens next, and the way back. */
function Kept({ done, marking, zone, progress }: { done: Done } & Omit<StepProps, "id">) {
  const text = useText().marks;
  const { mark, ended } = done;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  const what = writeMark(mark, text);
  return (
    <div class="kept" role="status" ref={box} tabIndex={-1}>
      <p>
        <b>{ended ? text.done.ended(what) : text.done.made(what)}</b> {text.done.next}
      </p>
      <ProgressList steps={progress} />
      <button
        type="button"
        class="action"
        onClick={() => (ended ? marking.edit(again(mark, zone)) : marking.ask({ end: mark }))}
      >
        {ended ? text.done.again : text.done.undo}
      </button>
    </div>
  );
}

const again = ({ path, from, to, kind, note }: Mark, zone: string | undefined): Draft => ({
  ...draftOf(path, from, to, zone),
  kind,
  note,
});

function MarkList({ id, marks, onEnd }: { id: string; marks: Mark[]; onEnd: (mark: Mark) => void }) {
  const text = useText().marks;
  return (
    <ul class="mark-list" aria-label={text.title}>
      {marks.map((mark) => (
        <li key={mark.id}>
          <span class="kind">{text.kinds[mark.kind]}</span>
          <span class="when">{writeInterval(mark.from, mark.to)}</span>
          <span class="what">
            {mark.note && <b>{mark.note}</b>} {writeScope(mark.path, id, text)}
            {mark.who && `, ${text.by(mark.who)}`}
          </span>
          <button
            type="button"
            class="action"
            aria-label={text.takeAwayOf(writeMark(mark, text))}
            onClick={() => onEnd(mark)}
          >
            {text.takeAway}
          </button>
        </li>
      ))}
    </ul>
  );
}
