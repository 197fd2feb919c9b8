import { Link } from "@tanstack/react-router";
import { AppWindow, type LucideIcon, Target, User, Users } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";

const icons: Record<string, LucideIcon> = { user: User, group: Users, app: AppWindow };

/** Who or what an action touched; it leads to everything that was done to it. */
export function TargetChip({ target }: { target?: components["schemas"]["Target"] }) {
  if (!target) return <span className="text-faint">nothing in particular</span>;
  const Icon = icons[target.type] ?? Target;
  return (
    <Link
      to="/activity"
      search={{ target: target.id }}
      title={`${target.type} ${target.id}\nEverything that was done to it`}
      className="inline-flex max-w-full items-center align-middle gap-1.5 hover:underline"
    >
      <Icon size={14} aria-label={target.type} className="shrink-0 text-faint" />
      <span className="truncate">{target.name || target.id}</span>
    </Link>
  );
}
