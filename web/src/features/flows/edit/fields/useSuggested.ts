import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { refText } from "../../model/refs.ts";
import type { Available, Group } from "../../model/scope.ts";
import { suggested } from "../../model/search.ts";

export type Suggesting = {
  id: string;
  open: boolean;
  values: Available[];
  active: number;
  /** What stands between the braces and the caret now; undefined outside of a reference. */
  typed: (query: string | undefined) => void;
  close: () => void;
  /** Takes the keys that choose; true where the field has nothing to do with one any more. */
  key: (e: KeyboardEvent, pick: (v: Available) => void) => boolean;
};

/** The values that a reference may mean while it is typed. */
export function useSuggested(groups: Group[]): Suggesting {
  const id = useId();
  const [query, setQuery] = useState<string>();
  const [active, setActive] = useState(0);
  const values = useMemo(
    () =>
      query === undefined
        ? []
        : suggested(
            groups.flatMap((g) => g.values.map((v) => ({ v, group: g.title }))),
            query,
            (e) => ({ path: refText(e.v.path), title: e.v.title, words: e.group }),
          ).map((e) => e.v),
    [groups, query],
  );
  const open = values.length > 0;
  const step = (by: number) => setActive((was) => (was + by + values.length) % values.length);
  return {
    id,
    open,
    values,
    active,
    typed: (next) => {
      setQuery(next);
      setActive(0);
    },
    close: () => setQuery(undefined),
    key: (e, pick) => {
      if (!open || e.ctrlKey || e.metaKey || e.altKey || e.nativeEvent.isComposing) return false;
      const chosen = values[active];
      if (e.key === "ArrowDown") step(1);
      else if (e.key === "ArrowUp") step(-1);
      else if (e.key === "Enter" && !e.shiftKey && chosen) pick(chosen);
      else if (e.key === "Escape") setQuery(undefined);
      else return false;
      e.preventDefault();
      e.stopPropagation();
      return true;
    },
  };
}
