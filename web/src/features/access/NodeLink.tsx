import { Link } from "@tanstack/react-router";
import { aboutNode, type Node, nodeName, nodeNote } from "./node.ts";

/** Something on a path; pressed, it leads to what it can reach. */
export function NodeLink({ tenant, node, bold }: { tenant: string; node: Node; bold?: boolean }) {
  const { icon: Icon } = aboutNode(node);
  const inner = (
    <>
      <Icon size={14} aria-hidden className="shrink-0 text-faint" />
      <span className="sr-only">{nodeNote(node)} </span>
      <span className={bold ? "truncate font-medium" : "truncate"}>{nodeName(node)}</span>
    </>
  );
  const look = "inline-flex min-h-6 max-w-full min-w-0 items-center gap-1.5 align-middle";
  if (node.kind === "role") return <span className={look}>{inner}</span>;
  return (
    <Link
      to="/access/$id/$kind/$entity"
      params={{ id: tenant, kind: node.kind, entity: node.id }}
      search={{ aspect: node.aspect || undefined }}
      title={`${nodeName(node)}\n${nodeNote(node)}`}
      className={`${look} hover:underline`}
    >
      {inner}
    </Link>
  );
}
