import { Bell, Eye, Flame, type LucideIcon, PenLine } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { Tag } from "../../kit/State.tsx";

export type Effect = components["schemas"]["Effect"];

export const effects: Record<Effect, { label: string; icon: LucideIcon; means: string }> = {
  read: { label: "Reads", icon: Eye, means: "Changes nothing" },
  notify: { label: "Tells people", icon: Bell, means: "Sends a message" },
  change: { label: "Changes", icon: PenLine, means: "Changes a tenant; can be undone or repaired" },
  destructive: { label: "Cannot be undone", icon: Flame, means: "Loses something that no call brings back" },
};

/** What an action does to the world outside. */
export function EffectTag({ effect }: { effect: Effect }) {
  const e = effects[effect];
  return (
    <Tag title={e.means}>
      <e.icon size={12} aria-hidden />
      {e.label}
    </Tag>
  );
}
