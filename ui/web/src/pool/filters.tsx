import type { ComponentChildren } from "preact";
import { Search } from "../search";
import type { PartProps } from "./page";

type Props = Pick<PartProps, "shown" | "view" | "onView"> & { name: string; children: ComponentChildren };

/** The search of a part, which "/" goes to, and its other filters; all stand in the URL. */
export const Filters = ({ shown, view, name, onView, children }: Props) => (
  <search class="pool-filters">
    <Search
      active={shown}
      value={view.search}
      name={name}
      onSearch={(search) => onView({ ...view, search })}
    />
    {children}
  </search>
);
