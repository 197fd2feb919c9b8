import { UserPlus } from "lucide-react";
import { Button } from "../../kit/Button.tsx";
import { Menu } from "../../kit/Menu.tsx";
import { useSession } from "../session/session.ts";
import { usePeople } from "./people.ts";

/** Gives something to somebody. */
export function AssignMenu({
  assignee,
  busy,
  size,
  onAssign,
}: {
  assignee?: { id: string; name: string };
  busy?: boolean;
  size?: "sm";
  /** Of nobody the id is empty. */
  onAssign: (id: string, name: string) => void;
}) {
  const { account } = useSession();
  const people = usePeople();
  return (
    <Menu
      trigger={
        <Button size={size} icon={<UserPlus size={14} />} busy={busy}>
          {assignee ? assignee.name || "Somebody who left" : "Assign"}
        </Button>
      }
      items={[
        ...people.map((p) => ({
          label: p.id === account.id ? `Me (${p.name})` : p.name,
          note: p.id === assignee?.id ? "has it" : undefined,
          onSelect: () => onAssign(p.id, p.name),
        })),
        "line" as const,
        { label: "Nobody", disabled: !assignee, onSelect: () => onAssign("", "nobody") },
      ]}
    />
  );
}
