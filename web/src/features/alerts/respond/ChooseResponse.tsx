import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { buttonClass } from "../../../kit/Button.tsx";
import { Empty } from "../../../kit/Empty.tsx";
import { Input } from "../../../kit/Field.tsx";
import { Tag } from "../../../kit/State.tsx";
import type { Response } from "./response.ts";

const starts: Partial<Record<Response["kind"], string>> = {
  alert: "gets the alert",
  event: "gets the newest event",
  delegated: "is run for a person",
};

/** The flows that fit an alert, those first that need nothing more. */
export function ChooseResponse({ list, onChoose }: { list: Response[]; onChoose: (flow: string) => void }) {
  const [q, setQ] = useState("");
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const found = list.filter((r) => {
    const text = `${r.flow.name} ${r.description}`.toLowerCase();
    return words.every((w) => text.includes(w));
  });
  if (list.length === 0) {
    return (
      <Empty
        title="No flow fits this alert"
        action={
          <Link to="/templates" className={buttonClass("primary")}>
            Choose a template
          </Link>
        }
        link={
          <Link to="/flows" className="text-accent hover:underline">
            See your flows
          </Link>
        }
      >
        A flow fits that starts with alerts or with such an event, or that takes a user, an address or what else the
        alert is about.
      </Empty>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <Input
        aria-label="Search the responses"
        placeholder="Search"
        value={q}
        onChange={(e) => setQ(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === "Enter" && found[0]) onChoose(found[0].flow.id);
        }}
      />
      <ul className="divide-y rounded-md border">
        {found.map((r) => (
          <li key={r.flow.id}>
            <button
              type="button"
              onClick={() => onChoose(r.flow.id)}
              className="flex w-full items-center gap-3 px-3 py-2 text-left hover:bg-hover"
            >
              <span className="min-w-0 flex-1">
                <span className="flex flex-wrap items-center gap-x-2 font-medium">
                  {r.flow.name}
                  {!r.enabled && r.kind !== "on_demand" && <Tag>off by itself</Tag>}
                </span>
                <span className="line-clamp-2 text-sm text-muted">
                  {r.description || `It ${starts[r.kind] ?? "is run by hand"}.`}
                </span>
                {!r.ready && <span className="text-xs text-faint">wants more than the alert says</span>}
              </span>
              <ChevronRight size={14} aria-hidden className="shrink-0 text-faint" />
            </button>
          </li>
        ))}
        {found.length === 0 && <li className="px-3 py-2 text-muted">No flow is named like that.</li>}
      </ul>
    </div>
  );
}
