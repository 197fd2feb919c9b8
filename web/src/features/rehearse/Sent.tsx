import { Mail, MessageSquare } from "lucide-react";
import { useState } from "react";
import { Time } from "../../kit/Time.tsx";
import type { Message } from "./sandbox.ts";

const long = 220;

/** A message that went out. */
export function Sent({ message: m }: { message: Message }) {
  const [all, setAll] = useState(false);
  const Icon = m.kind === "mail" ? Mail : MessageSquare;
  const cut = m.text.length > long && !all;
  return (
    <article className="arrive rounded-lg border bg-surface">
      <header className="flex items-center gap-2 border-b px-3 py-2 text-sm text-muted">
        <Icon size={14} aria-label={m.kind === "mail" ? "Mail" : "Message"} className="shrink-0" />
        <span className="min-w-0 flex-1 truncate font-medium text-ink">{m.where}</span>
        <Time at={m.time} exact />
      </header>
      <p className="px-3 py-2 text-sm whitespace-pre-wrap wrap-anywhere">
        {cut ? `${m.text.slice(0, long).trimEnd()}… ` : m.text}
        {cut && (
          <button type="button" onClick={() => setAll(true)} className="text-accent underline">
            all of it
          </button>
        )}
      </p>
    </article>
  );
}
