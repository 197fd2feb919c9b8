import { Link, type LinkProps } from "@tanstack/react-router";
import { Check, ChevronRight, Circle } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { Section } from "../../kit/Page.tsx";

/** The first steps, for as long as some are left. */
export function Setup({ setup }: { setup: components["schemas"]["Setup"] }) {
  const steps: { done: boolean; label: string; why: string; to: LinkProps }[] = [
    {
      done: setup.connections > 0,
      label: "Connect your Okta org",
      why: "So that flows can look things up and act.",
      to: { to: "/connections", search: { add: "okta" } },
    },
    {
      done: setup.sources > 0,
      label: "Add an event source",
      why: "So that what happens there is seen here.",
      to: { to: "/sources/new" },
    },
    {
      done: setup.flows > 0,
      label: "Install a template",
      why: "A flow that is ready to use.",
      to: { to: "/templates" },
    },
    {
      done: setup.enabledFlows > 0,
      label: "Switch a flow on",
      why: "Only then does anything happen.",
      to: { to: "/flows" },
    },
  ];
  return (
    <Section title="Getting started">
      <ol className="divide-y rounded-lg border bg-surface">
        {steps.map((s) => (
          <li key={s.label}>
            <Link {...s.to} className="flex items-start gap-2 px-3 py-2 hover:bg-hover">
              {s.done ? (
                <Check size={15} aria-label="Done" className="mt-0.5 text-accent" />
              ) : (
                <Circle size={15} aria-label="To do" className="mt-0.5 text-edge" />
              )}
              <span className="min-w-0 flex-1">
                <span className={s.done ? "text-muted line-through decoration-1" : "font-medium"}>{s.label}</span>
                {!s.done && <span className="block text-sm text-muted">{s.why}</span>}
              </span>
              {!s.done && <ChevronRight size={14} aria-hidden className="mt-0.5 text-faint" />}
            </Link>
          </li>
        ))}
      </ol>
    </Section>
  );
}
