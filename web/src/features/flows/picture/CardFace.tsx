import { clsx } from "clsx";
import type { ReactNode } from "react";
import { effects } from "../../activity/effects.tsx";
import { Glyph } from "../../connections/Glyph.tsx";
import { cardGlyph } from "../../connections/glyphs.ts";
import { type Card, headHeight, maxRows, rowHeight, type Trigger } from "./layout.ts";
import type { Expression } from "./pieces.ts";
import { Value } from "./Value.tsx";

/** What a card does, in words: whose action it is and what it is called. */
export function cardUse(card: Card): string {
  switch (card.kind) {
    case "action":
      return [card.connectorTitle ?? card.connector, card.name ?? card.use].filter(Boolean).join(" · ");
    case "if":
      return "Either way";
    case "branch":
      return "The first case that holds";
    case "try":
      return "And if one of them fails";
    case "each":
      return "For each item";
    case "map":
      return "A list of what each item gives";
    case "filter":
      return "The items that are kept";
    case "reduce":
      return "One value of all items";
    case "repeat":
      return "So many times";
    case "wait":
      return "Waits";
    case "respond":
      return "Answers the request and ends";
    case "answer":
      return "Answers the request and goes on";
    case "comment":
      return card.note ?? "";
    case "call":
      return `Calls ${card.calls?.name || card.use || "a flow that is not there"}`;
    case "return":
      return "Ends the flow with a result";
    case "stop":
      return card.if ? "Ends the flow, if" : "Ends the flow";
    case "fail":
      return card.if ? "Ends the flow as failed, if" : "Ends the flow as failed";
    default:
      return card.name ?? card.use ?? "";
  }
}

/** A condition as one line. */
export function conditionText(c: NonNullable<Card["if"]>): string {
  const text = c.cel ?? `${valueText(c.a)} ${c.is ?? "=="} ${c.is?.endsWith("empty") ? "" : valueText(c.b)}`.trim();
  return c.unless ? `not (${text})` : text;
}

function valueText(e: Expression | undefined): string {
  if (!e) return "null";
  return typeof e.value === "string" && e.kind !== "literal"
    ? e.value.replace(/^\{\{\s*|\s*\}\}$/g, "")
    : JSON.stringify(e.value);
}

type Row = { name: string; value: ReactNode };

function rows(card: Card, wrap: boolean): Row[] {
  const out: Row[] = [];
  if (card.if)
    out.push({
      name: "if",
      value: (
        <code className={clsx("font-mono text-xs", wrap ? "wrap-anywhere" : "truncate")}>{conditionText(card.if)}</code>
      ),
    });
  const one = (name: string, value: Expression | undefined) => {
    if (value) out.push({ name, value: <Value value={value} card={card.id} wrap={wrap} /> });
  };
  one(card.kind === "repeat" ? "times" : "list", card.loop?.over);
  one("begins with", card.loop?.memo);
  one("at most", card.loop?.limit);
  one("until", card.wait?.until);
  one("for", card.wait?.for);
  one("status", card.reply?.status);
  one("body", card.reply?.body);
  for (const i of card.inputs ?? [])
    out.push({ name: i.title || i.name, value: <Value value={i.value} card={card.id} wrap={wrap} /> });
  if (card.reason) out.push({ name: "reason", value: <Value value={card.reason} card={card.id} wrap={wrap} /> });
  for (const g of card.gives ?? []) {
    out.push({
      name: g.name,
      value: (
        <>
          <Value value={g.then} card={card.id} wrap={wrap} />
          <span className="text-faint"> or </span>
          <Value value={g.else} card={card.id} wrap={wrap} />
        </>
      ),
    });
  }
  return out;
}

/** A card's head: its mark, its name, what it uses, its effect. */
export function CardHead({ card, state }: { card: Card; state?: ReactNode }) {
  const effect = card.effect && card.effect !== "read" ? effects[card.effect] : undefined;
  return (
    <div className="flex items-center gap-2.5 px-3" style={{ height: headHeight }}>
      <Glyph icon={cardGlyph(card)} />
      <div className="min-w-0 flex-1">
        <div className="truncate leading-[18px] font-medium">{card.title}</div>
        <div className="truncate text-xs text-muted">{cardUse(card)}</div>
      </div>
      {state ??
        (effect && (
          <span title={`${effect.label}: ${effect.means.toLowerCase()}`} className="shrink-0 text-muted">
            <effect.icon size={14} aria-label={effect.label} />
          </span>
        ))}
    </div>
  );
}

/** What goes into a card: a name and where the value comes from, in rows of one height. */
export function CardRows({ card, all }: { card: Card; all?: boolean }) {
  const list = rows(card, all === true);
  const shown = all ? list : list.slice(0, maxRows);
  if (list.length === 0) return null;
  return (
    <div className="border-t px-3 py-1 text-sm">
      <dl>
        {shown.map((r) => (
          <div
            key={r.name}
            className={clsx("flex gap-2", all ? "items-start py-1" : "items-center")}
            style={all ? undefined : { height: rowHeight }}
          >
            <dt className="w-26 shrink-0 truncate text-xs text-faint" title={r.name}>
              {r.name}
            </dt>
            <dd className={clsx("min-w-0 flex-1", !all && "flex truncate")}>{r.value}</dd>
          </div>
        ))}
      </dl>
      {shown.length < list.length && (
        <div className="flex items-center text-xs text-faint" style={{ height: rowHeight }}>
          and {list.length - shown.length} more
        </div>
      )}
    </div>
  );
}

const triggerWords: Record<Trigger["kind"], string> = {
  event: "When this happens in Okta",
  on_demand: "When somebody runs it",
  call: "When another flow calls it",
  schedule: "At set times",
  api: "When an HTTP request comes",
  delegated: "When a delegate runs it",
  row: "When rows of a table change",
};

export function triggerTitle(t: Trigger): string {
  return triggerWords[t.kind];
}

/** What starts the flow. */
export function TriggerRows({ trigger: t }: { trigger: Trigger }) {
  const line = "flex items-center gap-2";
  return (
    <div className="border-t px-3 py-1 text-sm empty:hidden">
      {t.events?.map((e) => (
        <div key={e} className={line} style={{ height: rowHeight }}>
          <code className="truncate font-mono text-xs" title={e}>
            {e}
          </code>
        </div>
      ))}
      {t.cron && (
        <div className={line} style={{ height: rowHeight }}>
          <code className="truncate font-mono text-xs">{t.cron}</code>
          <span className="text-xs text-faint">{t.zone || "UTC"}</span>
        </div>
      )}
      {t.where && (
        <div className={line} style={{ height: rowHeight }}>
          <span className="text-xs text-faint">if</span>
          <code className="truncate font-mono text-xs" title={t.where}>
            {t.where}
          </code>
        </div>
      )}
      {t.inputs?.map((p) => (
        <div key={p.name} className={line} style={{ height: rowHeight }}>
          <span className="truncate">{p.title || p.name}</span>
          <span className="text-xs text-faint">
            {p.type}
            {p.required && ", required"}
          </span>
        </div>
      ))}
    </div>
  );
}
