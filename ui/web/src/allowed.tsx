import type { ButtonHTMLAttributes } from "preact";
import { changesPath, defaultChanges } from "./changes/view";
import { Link } from "./link";
import { lackOf } from "./may";
import { useMe } from "./me";
import { visit } from "./state/router";
import { namesOf } from "./state/view";
import { useText } from "./text/language";

/**
 * An action by its name in the audit log, and the node of the tree that it is about: "" for
 * all, undefined while nobody has said which.
 */
export interface Deed {
  does: string;
  at: string | undefined;
}

/** Why who looks may not do something there; undefined where they may. */
export function useLack({ does, at }: Deed) {
  const text = useText().changes.may;
  const lack = lackOf(useMe(), does, at);
  if (!lack) return undefined;
  const place = lack.path === undefined ? text.some : lack.path ? namesOf(lack.path).join(" › ") : text.whole;
  return { ...lack, why: text.lacks(text.roles[lack.role], place, lack.has && text.roles[lack.has]) };
}

/** A button of an action: disabled, with the reason, for those who may not do it. */
export function Act({ does, at, ...button }: Deed & ButtonHTMLAttributes<HTMLButtonElement>) {
  const lack = useLack({ does, at });
  return (
    <button
      type="button"
      class="action"
      {...button}
      {...(lack && { disabled: true, title: lack.why, type: "button" as const })}
    />
  );
}

/** Beside such buttons: what it takes, and the way to ask for it. Nothing for those who may. */
export function Lacking(deed: Deed) {
  const text = useText().changes.may;
  const lack = useLack(deed);
  if (!lack) return null;
  const asked = JSON.stringify({ kind: "access", role: lack.role, path: lack.path });
  return (
    <p class="lacking">
      {lack.why}{" "}
      <Link to={changesPath({ ...defaultChanges, part: "requests", fill: asked })} onGo={visit} class="way">
        {text.ask}
      </Link>
    </p>
  );
}
