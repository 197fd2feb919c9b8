import { Link } from "@tanstack/react-router";
import { CircleHelp } from "lucide-react";
import { aboutKind, hasPage, isKind, nameOf } from "./kinds.ts";

/** Something of an org by its name, with its kind; pressed, it leads to its page where it has one. */
export function EntityLink({
  tenant,
  of,
  bold,
}: {
  tenant: string;
  of: { kind: string; id: string; name?: string };
  bold?: boolean;
}) {
  const about = isKind(of.kind) ? aboutKind(of.kind) : undefined;
  const Icon = about?.icon ?? CircleHelp;
  const inner = (
    <>
      <Icon size={14} aria-hidden className="shrink-0 text-faint" />
      <span className="sr-only">{about?.one ?? of.kind.replaceAll("_", " ")} </span>
      <span className={bold ? "truncate font-medium" : "truncate"}>{nameOf(of)}</span>
    </>
  );
  const look = "inline-flex min-h-6 max-w-full min-w-0 items-center gap-1.5 align-middle";
  if (!hasPage(of.kind)) return <span className={look}>{inner}</span>;
  return (
    <Link
      to="/visibility/$id/$kind/$entity"
      params={{ id: tenant, kind: of.kind, entity: of.id }}
      title={nameOf(of)}
      className={`${look} hover:underline`}
    >
      {inner}
    </Link>
  );
}
