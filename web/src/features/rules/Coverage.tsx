import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { counted } from "../../kit/time.ts";
import { useAttack } from "./attack.ts";
import { type Column, type Covered, coverageOf } from "./coverage.ts";
import type { Rule } from "./ruleFilter.ts";

/** ATT&CK as far as it is about identities: what rules cover, and where the gaps are. */
export function Coverage({ rules }: { rules: Rule[] | undefined }) {
  const attack = useAttack();
  if (!rules || !attack) {
    return (
      <div role="status" aria-label="Loading" className="grid grid-cols-[repeat(auto-fill,minmax(15rem,1fr))] gap-3">
        {Array.from({ length: 8 }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
          <Skeleton key={i} className="h-40" />
        ))}
      </div>
    );
  }
  const columns = coverageOf(rules, attack).filter((c) => c.techniques.length > 0 || c.rules > 0);
  return (
    <>
      <p className="mb-3 text-sm text-muted">
        Techniques of ATT&CK that are about identities, by tactic, with the rules that are on. Dashed: none is.
      </p>
      <div className="columns-[15rem] gap-3">
        {columns.map((c) => (
          <Tactic key={c.id} of={c} />
        ))}
      </div>
    </>
  );
}

function Tactic({ of: c }: { of: Column }) {
  return (
    <section aria-label={c.name} className="mb-3 break-inside-avoid rounded-lg border bg-surface">
      <Link
        to="/rules"
        search={{ tag: c.tag }}
        className="block rounded-t-lg border-b bg-sunken px-3 py-1.5 hover:bg-hover"
      >
        <h2 className="truncate text-base">{c.name}</h2>
        <span className="text-xs text-muted">{words(c)}</span>
      </Link>
      <ul className="flex flex-col gap-1 p-1.5">
        {c.techniques.map((t) => (
          <li key={t.id}>
            <Technique of={t} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Technique({ of: t }: { of: Covered }) {
  const [group, part] = t.name.split(": ");
  return (
    <Link
      to="/rules"
      search={{ tag: t.tag }}
      title={`${t.id} ${t.name}: ${words(t)}`}
      className={clsx(
        "flex items-center gap-2 rounded-md border px-2 py-1 text-sm hover:bg-hover",
        t.on > 0 ? "border-transparent bg-accent-soft" : "border-dashed border-edge/60 text-muted",
      )}
    >
      <span className="min-w-0 flex-1">
        <span className="block truncate">{part ?? group}</span>
        <span className="block truncate text-xs text-muted tabular-nums">
          {t.id}
          {part && ` ${group}`}
        </span>
      </span>
      <span className={clsx("shrink-0 tabular-nums", t.on > 0 && "font-medium")}>{t.on}</span>
      <span className="sr-only">{words(t)}</span>
    </Link>
  );
}

function words({ rules, on }: { rules: number; on: number }): string {
  if (rules === 0) return "no rule";
  return on === rules ? counted(rules, "rule") : `${on} of ${counted(rules, "rule")} on`;
}
