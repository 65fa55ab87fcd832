import { useRef } from "preact/hooks";
import { useKeys } from "../keys";

/** The box whose links j and k go to, one by one; Enter is then the link's own. */
export function useFocusKeys(active: boolean, selector: string) {
  const box = useRef<HTMLDivElement>(null);
  const move = (step: number) => {
    const links = [...(box.current?.querySelectorAll<HTMLElement>(selector) ?? [])];
    const now = links.indexOf(document.activeElement as HTMLElement);
    const next = links[Math.min(Math.max(now + step, 0), links.length - 1)];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
  };
  useKeys(active ? { j: () => move(1), k: () => move(-1) } : {});
  return box;
}
