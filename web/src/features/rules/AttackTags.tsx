import { Link } from "@tanstack/react-router";
import { Tag } from "../../kit/State.tsx";
import { attackTags, useAttack } from "./attack.ts";

/** The tactics and techniques of ATT&CK that tags name; each leads to the rules that have it. */
export function AttackTags({ tags }: { tags: string[] }) {
  const attack = useAttack();
  const list = attackTags(tags, attack);
  if (list.length === 0) return null;
  return (
    <ul aria-label="ATT&CK" className="flex flex-wrap gap-1.5">
      {list.map((t) => (
        <li key={t.tag} className="max-w-full">
          <Link to="/rules" search={{ tag: t.tag }} className="inline-flex max-w-full rounded-sm hover:bg-hover">
            <Tag>
              {t.id && <span className="tabular-nums">{t.id}</span>}
              <span className={t.kind === "tactic" ? "text-ink" : "truncate"}>{t.name}</span>
            </Tag>
          </Link>
        </li>
      ))}
    </ul>
  );
}
