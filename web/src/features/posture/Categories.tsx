import { clsx } from "clsx";
import { Section } from "../../kit/Page.tsx";
import { State } from "../../kit/State.tsx";
import { verdicts } from "./marks.tsx";
import { type CategoryTally, categoryWords, type Verdict, verdictList } from "./posture.ts";

/** How the checks came out, category by category. Pressed, the list below is narrowed to it. */
export function Categories({
  list,
  chosen,
  onChoose,
  onVerdict,
}: {
  list: CategoryTally[];
  chosen: string[];
  onChoose: (category: string) => void;
  onVerdict: (category: string, verdict: Verdict) => void;
}) {
  return (
    <Section title="By category" className="mb-6">
      <ul className="grid grid-cols-2 gap-2 md:grid-cols-3 lg:grid-cols-4 xl:grid-cols-5 2xl:grid-cols-7">
        {list.map((c) => (
          <li
            key={c.category}
            className={clsx(
              "flex min-w-0 flex-col rounded-lg border px-2.5 py-1",
              chosen.includes(c.category) ? "bg-accent-soft" : "bg-surface",
            )}
          >
            <button
              type="button"
              aria-pressed={chosen.includes(c.category)}
              onClick={() => onChoose(c.category)}
              className="flex min-h-6 items-baseline justify-between gap-2 rounded-sm text-left hover:underline"
            >
              <span className="truncate font-medium">{categoryWords(c.category)}</span>
              <span className="text-sm text-faint tabular-nums">{c.all}</span>
            </button>
            <span className="flex flex-wrap gap-x-2.5 text-sm">
              {verdictList.map((v) => {
                const n = c.counts[v];
                if (!n) return null;
                return (
                  <button
                    key={v}
                    type="button"
                    title={verdicts[v].means}
                    aria-label={`${categoryWords(c.category)}: ${n} ${verdicts[v].label.toLowerCase()}`}
                    onClick={() => onVerdict(c.category, v)}
                    className="min-h-6 rounded-sm hover:underline"
                  >
                    <State icon={verdicts[v].icon} tone={verdicts[v].tone} label={String(n)} />
                  </button>
                );
              })}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
