import { yamlParts } from "./yamlParts.ts";

const looks = { key: "text-accent", comment: "text-faint", string: "text-ink", plain: "" };

/** The text of a rule with its lines numbered, and what is wrong at which. */
export function Source({ text, label, wrong }: { text: string; label: string; wrong?: ReadonlyMap<number, string> }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-[70vh] overflow-auto rounded-lg border bg-surface py-2 font-mono text-xs leading-5"
    >
      {text
        .trimEnd()
        .split("\n")
        .map((line, i) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
            key={i}
            title={wrong?.get(i + 1)}
            className={wrong?.has(i + 1) ? "flex bg-bad-soft" : "flex hover:bg-hover"}
          >
            <span aria-hidden className="sticky left-0 w-10 shrink-0 bg-surface pr-3 text-right text-faint select-none">
              {i + 1}
            </span>
            <span className="pr-4 whitespace-pre">
              {yamlParts(line).map((p, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
                <span key={n} className={looks[p.kind]}>
                  {p.text}
                </span>
              ))}
              {line === "" && " "}
            </span>
          </div>
        ))}
    </section>
  );
}
