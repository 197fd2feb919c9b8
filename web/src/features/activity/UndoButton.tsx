import { Undo2 } from "lucide-react";
import { useState } from "react";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { useCan } from "../session/session.ts";
import { UndoDialog } from "./UndoDialog.tsx";

type Action = components["schemas"]["Action"];

/** Offers to undo an action that has a way back, and shows first what that will do. */
export function UndoButton({ action, size = "sm" }: { action: Action; size?: "sm" | "md" }) {
  const can = useCan("actions:undo");
  const [open, setOpen] = useState(false);
  if (!can || !action.canUndo) return null;
  return (
    <>
      <Button
        size={size}
        look={size === "sm" ? "quiet" : "plain"}
        icon={<Undo2 size={14} />}
        aria-label={`Undo ${action.title}`}
        onClick={(e) => {
          e.stopPropagation();
          setOpen(true);
        }}
      >
        Undo
      </Button>
      {open && <UndoDialog action={action} onClose={() => setOpen(false)} />}
    </>
  );
}
