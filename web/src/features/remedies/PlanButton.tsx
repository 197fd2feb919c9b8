import { Wrench } from "lucide-react";
import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { useCan } from "../session/session.ts";
import { PlanRemedy } from "./PlanRemedy.tsx";
import type { Cause, Subject } from "./remedy.ts";

/** Plans what is to be done about something, by whoever may. */
export function PlanButton({
  tenant,
  subject,
  cause,
  check,
  primary,
}: {
  tenant: string;
  subject: Subject;
  cause: Cause;
  check?: string;
  primary?: boolean;
}) {
  const can = useCan("remedies:run");
  const [open, setOpen] = useState(false);
  if (!can) return null;
  return (
    <>
      <Button look={primary ? "primary" : undefined} icon={<Wrench size={15} />} onClick={() => setOpen(true)}>
        Plan a remedy
      </Button>
      {open && (
        <PlanRemedy tenant={tenant} subjects={[subject]} cause={cause} check={check} onClose={() => setOpen(false)} />
      )}
    </>
  );
}
