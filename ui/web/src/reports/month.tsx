import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Act, Lacking } from "../allowed";
import { api } from "../api/client";
import { useResource } from "../api/live";
import { type ReportMonth, reportFormats } from "../api/reports";
import { Link } from "../link";
import { Failure, Loading } from "../notice";
import { useText } from "../text/language";
import { Deliveries } from "./deliveries";
import { StateTag, stamp } from "./months";
import { setPaper } from "./paper";
import { reportsPath } from "./view";

interface Props {
  month: string;
  ways: string[]; // by which it is delivered once it is published
  kept: ReportMonth | undefined; // as the list has it; undefined: it has no such month
  revision: number;
  onChange: () => void;
  onGo: (path: string) => void;
}

const publishes = { does: "report.publish", at: "" };

/** One month: its files, to whom it went, and the report itself. */
export function MonthBody({ month, kept, ways, revision, onChange, onGo }: Props) {
  const text = useText().reports;
  const [asking, setAsking] = useState(false);
  const [turn, setTurn] = useState(0); // how often the draft was made anew
  const draft = !kept?.published;
  return (
    <>
      <p class="crumbs">
        <Link to={reportsPath({ month: "" })} onGo={onGo} class="way">
          {text.all}
        </Link>
      </p>
      <header class="about">
        <div>
          <h1>{text.of(month)}</h1>
          {kept && <StateTag of={kept} />}
        </div>
        {kept && draft && (
          <div class="actions">
            <button type="button" class="action" title={text.againTitle} onClick={() => setTurn(turn + 1)}>
              {text.again}
            </button>
            <Act {...publishes} class="main-action" aria-expanded={asking} onClick={() => setAsking(!asking)}>
              {text.publish}…
            </Act>
          </div>
        )}
      </header>
      {kept && draft && <Lacking {...publishes} />}
      {asking && kept && draft && (
        <Confirm
          of={kept}
          ways={ways}
          onPublished={() => {
            setAsking(false);
            onChange();
          }}
          onCancel={() => setAsking(false)}
        />
      )}
      {kept && <Files of={kept} />}
      {kept?.published && <Deliveries month={month} revision={revision} />}
      <Paper key={`${draft}`} month={month} draft={draft} turn={turn} onGo={onGo} />
    </>
  );
}

interface ConfirmProps {
  of: ReportMonth;
  ways: string[];
  onPublished: () => void;
  onCancel: () => void;
}

/** What cannot be taken back is asked once more. */
function Confirm({ of: { month, snapshot_at }, ways, onPublished, onCancel }: ConfirmProps) {
  const { reports: text, cancel } = useText();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const publish = () => {
    setBusy(true);
    api.publishReport(month).then(onPublished, (error: Error) => {
      setFailure(error);
      setBusy(false);
    });
  };
  return (
    <section
      class="panel confirm"
      role="alertdialog"
      aria-label={text.confirm(month)}
      onKeyDown={(e) => {
        if (e.key !== "Escape") return;
        e.stopPropagation(); // the page is not left
        onCancel();
      }}
    >
      <h2>{text.confirm(month)}</h2>
      <p>{text.confirmText(stamp(snapshot_at), ways.join(", "))}</p>
      {failure && <Failure error={failure} />}
      <div class="actions">
        <button type="button" class="action" ref={first} onClick={onCancel}>
          {cancel}
        </button>
        <button type="button" class="main-action" disabled={busy} onClick={publish}>
          {busy ? `${text.publishing}…` : text.forGood}
        </button>
      </div>
    </section>
  );
}

/** The report in each format, and what proves that it is as it was published. */
function Files({ of: { month, sha256 } }: { of: ReportMonth }) {
  const text = useText().reports;
  return (
    <section class="files" aria-label={text.files}>
      <span>{text.files}</span>
      {reportFormats.map((format) => (
        <a
          key={format}
          class="action"
          href={api.reportURL(month, format, text.language)}
          download=""
          aria-label={text.download(format.toUpperCase())}
        >
          {format.toUpperCase()}
        </a>
      ))}
      {sha256 && (
        <span class="checksum" title={text.checksum}>
          JSON SHA-256 <code>{sha256}</code>
        </span>
      )}
    </section>
  );
}

interface PaperProps extends Pick<Props, "month" | "onGo"> {
  draft: boolean;
  turn: number;
}

/** The report itself, as its page in HTML has it. */
function Paper({ month, draft, turn, onGo }: PaperProps) {
  const { language } = useText().reports;
  const host = useRef<HTMLElement>(null);
  const page = useResource(`paper ${month} ${language}`, turn, () => api.reportPage(month, language));
  const tree = useResource("tree", 0, () => api.tree(""));
  const modules = useMemo(
    () => new Map(tree.data?.map(({ id, path }) => [path.join(" → "), id])),
    [tree.data],
  );
  useEffect(() => {
    if (host.current && page.data !== undefined) setPaper(host.current, page.data, { modules, draft, onGo });
  }, [page.data, modules, draft]);
  return (
    <>
      {page.error && <Failure error={page.error} />}
      {page.data === undefined && !page.error && <Loading />}
      <article class="panel paper" ref={host} hidden={page.data === undefined} />
    </>
  );
}
