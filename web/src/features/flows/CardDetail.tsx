import { Link } from "@tanstack/react-router";
import type { components } from "../../api/schema.gen.ts";
import { Facts } from "../../kit/Page.tsx";
import { duration } from "../../kit/time.ts";
import { EffectTag } from "../activity/effects.tsx";
import { Glyph } from "../connections/Glyph.tsx";
import { cardGlyph } from "../connections/glyphs.ts";
import { CardRows, cardUse } from "./picture/CardFace.tsx";
import type { Card } from "./picture/layout.ts";

type Detail = components["schemas"]["FlowDetail"];

const errorWays: Record<NonNullable<Card["onError"]>, string> = {
  stop: "the run fails",
  continue: "the run goes on",
  call: "another flow is told, and the run fails",
  return: "the flow ends with a result",
};

/** Everything about a card. Its title may stand above it already. */
export function CardDetail({ card, flow, untitled }: { card: Card; flow: Detail; untitled?: boolean }) {
  const slot = flow.definition?.connections.find((s) => s.name === card.slot);
  const table = flow.definition?.tables.find((s) => s.name === card.slot);
  const facts: [string, React.ReactNode][] = [];
  if (card.kind === "action" && slot) {
    facts.push([
      "Connection",
      slot.bound ? (
        <Link to="/connections/$id" params={{ id: slot.bound.id }} className="text-accent hover:underline">
          {slot.bound.name}
        </Link>
      ) : (
        <span className="text-warn">not chosen yet</span>
      ),
    ]);
  }
  if (card.kind === "table" && table) {
    facts.push([
      "Table",
      table.bound ? (
        <Link to="/tables/$id" params={{ id: table.bound.id }} className="text-accent hover:underline">
          {table.bound.name}
        </Link>
      ) : (
        <span className="text-warn">not chosen yet</span>
      ),
    ]);
  }
  if (card.calls?.id) {
    facts.push([
      "Flow",
      <Link key="f" to="/flows/$id" params={{ id: card.calls.id }} className="text-accent hover:underline">
        {card.calls.name}
      </Link>,
    ]);
  }
  if (card.onError) facts.push(["If it fails", errorWays[card.onError]]);
  if (card.onRefused) facts.push(["If refused", card.onRefused === "stop" ? "the run fails" : "the run goes on"]);
  if (card.retrySeconds) facts.push(["Tries for", duration(card.retrySeconds * 1000)]);
  if (card.timeoutSeconds) facts.push(["Takes at most", duration(card.timeoutSeconds * 1000)]);
  facts.push(
    [
      "Id",
      <code key="id" className="font-mono text-xs">
        {card.id}
      </code>,
    ],
    ["In the YAML", `line ${card.line}`],
  );
  return (
    <div>
      <div className="flex items-start gap-2.5 p-3">
        <Glyph icon={cardGlyph(card)} />
        <div className="min-w-0">
          {!untitled && <h2 className="text-base wrap-anywhere">{card.title}</h2>}
          <div className="text-sm text-muted">{cardUse(card)}</div>
          {card.effect && (
            <div className="mt-1.5">
              <EffectTag effect={card.effect} />
            </div>
          )}
        </div>
      </div>
      {card.note && <p className="px-3 pb-3 text-sm whitespace-pre-wrap text-muted">{card.note}</p>}
      <CardRows card={card} all />
      <div className="border-t p-3">
        <Facts items={facts} className="text-sm" />
      </div>
    </div>
  );
}
