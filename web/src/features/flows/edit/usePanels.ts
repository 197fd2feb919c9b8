import { useState } from "react";
import { useMedia } from "../../../kit/useMedia.ts";

export type Side = "cards" | "values" | "yaml";

export type Panels = {
  side: Side;
  /** What stands left of the picture is shown. */
  left: boolean;
  /** The fields of what is chosen are shown. */
  right: boolean;
  open: (side: Side) => void;
  fold: () => void;
  fields: (shown: boolean) => void;
};

/** What stands beside the picture: both sides where there is room, and one at a time where there is not. */
export function usePanels(): Panels {
  const narrow = !useMedia("(min-width: 1200px)");
  const [side, setSide] = useState<Side>("cards");
  const [open, setOpen] = useState({ left: !narrow, right: true });
  return {
    side,
    left: open.left && !(narrow && open.right),
    right: open.right,
    open: (next) => {
      setSide(next);
      setOpen((was) => ({ left: true, right: was.right && !narrow }));
    },
    fold: () => setOpen((was) => ({ ...was, left: false })),
    fields: (right) => setOpen((was) => ({ left: was.left && !(narrow && right), right })),
  };
}
