import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Status } from "../api/types";
import { knownZone } from "../charts/series";
import { useKeys } from "../keys";
import { Link, useInSight } from "../link";
import { Loading } from "../notice";
import { TreePage } from "./page";

/** What the server says of its zone, its hierarchy and its signals. */
export interface Setting {
  zone: string | undefined;
  levels: string[]; // names of the hierarchy's labels
  busy: string; // a series of processes that tell how busy they are, as an example
}

interface Props<P extends string> {
  class: string;
  title: string;
  shown: boolean; // hidden pages stay where they were left
  path: string;
  status: Status | undefined;
  parts: readonly P[];
  part: P;
  names: Record<P | "title", string>;
  to: (part: P) => string; // the path of this page with another part
  onPath: (path: string) => void;
  onGo: (path: string) => void;
  onBack: () => void;
  children: (setting: Setting) => ComponentChildren; // the part that is shown
}

/** A page of parts beside each other, about the node that is chosen in the business tree. */
export function PartsPage<P extends string>(props: Props<P>) {
  const { class: name, title, shown, path, status, onPath, onBack, children } = props;
  const sheets = useRef<HTMLDivElement>(null);
  useKeptScroll(sheets, shown);
  useKeys(shown ? { Escape: onBack } : {});
  return (
    <TreePage
      class={name}
      title={title}
      hidden={!shown}
      path={path}
      status={status}
      tools={<Parts {...props} />}
      onPath={onPath}
    >
      <div class="sheets" ref={sheets}>
        {status ? (
          children({
            zone: knownZone(status.timezone),
            levels: status.levels ?? [],
            busy: status.examples.busy,
          })
        ) : (
          <Loading />
        )}
      </div>
    </TreePage>
  );
}

function Parts<P extends string>({ parts, part, names, to, onGo }: Props<P>) {
  useInSight("main:not([hidden]) .parts", part);
  return (
    <nav class="parts" aria-label={names.title}>
      {parts.map((one) => (
        <Link key={one} to={to(one)} onGo={onGo} current={one === part}>
          {names[one]}
        </Link>
      ))}
    </nav>
  );
}

/** A page that was hidden is where it was left. */
function useKeptScroll(ref: { current: HTMLElement | null }, shown: boolean) {
  const kept = useRef(0);
  useLayoutEffect(() => {
    const el = ref.current;
    if (!shown || !el) return;
    el.scrollTop = kept.current;
    const keep = () => {
      kept.current = el.scrollTop;
    };
    el.addEventListener("scroll", keep, { passive: true });
    return () => el.removeEventListener("scroll", keep);
  }, [shown, ref]);
}
