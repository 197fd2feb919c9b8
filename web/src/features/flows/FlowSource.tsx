import { useState } from "react";
import type { components } from "../../api/schema.gen.ts";
import { Copy } from "../../kit/Copy.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar } from "../../kit/Filters.tsx";

type Detail = components["schemas"]["FlowDetail"];

/** The YAML of a flow, as it is published or drafted. */
export function FlowSource({ flow }: { flow: Detail }) {
  const [which, setWhich] = useState<"shown" | "draft">("shown");
  const hasDraft = flow.draftYaml !== undefined && flow.draftYaml !== "" && !flow.showing.draft;
  const text = which === "draft" && hasDraft ? (flow.draftYaml ?? "") : flow.yaml;
  return (
    <>
      <FilterBar end={<Copy shown text={text} label="Copy the YAML" />}>
        {hasDraft && (
          <Select
            aria-label="Which"
            className="!w-auto"
            value={which}
            onChange={(e) => setWhich(e.target.value === "draft" ? "draft" : "shown")}
            choices={[
              { value: "shown", label: `Version ${flow.showing.version}` },
              { value: "draft", label: "Draft" },
            ]}
          />
        )}
      </FilterBar>
      <Lines text={text} label="YAML of the flow" />
    </>
  );
}

/** A text with its lines numbered. */
export function Lines({ text, label }: { text: string; label: string }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="overflow-x-auto rounded-lg border bg-surface py-2 font-mono text-xs leading-5"
    >
      {text
        .trimEnd()
        .split("\n")
        .map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
          <div key={i} className="flex hover:bg-hover">
            <span aria-hidden className="sticky left-0 w-12 shrink-0 bg-surface pr-3 text-right text-faint select-none">
              {i + 1}
            </span>
            <span className="pr-4 whitespace-pre">{line || " "}</span>
          </div>
        ))}
    </section>
  );
}
