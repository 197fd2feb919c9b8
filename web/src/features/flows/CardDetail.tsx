import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Facts } from "../../kit/Page.tsx";
import { type Effect, EffectTag } from "../activity/effects.tsx";
import { Glyph } from "../connections/Glyph.tsx";
import { cardGlyph } from "../connections/glyphs.ts";
import { type CardNode, objectOf, textOf } from "./model/tree.ts";
import { CardRows, CardWords } from "./picture/CardFace.tsx";
import type { PictureCard } from "./picture/card.ts";

type Detail = components["schemas"]["FlowDetail"];

/** Everything about a card. Its title may stand above it already. */
export function CardDetail({
  card,
  node,
  flow,
  untitled,
}: {
  card: PictureCard;
  node: CardNode;
  flow: Detail;
  untitled?: boolean;
}) {
  const d = node.data;
  const slot = flow.definition?.connections.find((s) => s.name === textOf(d.use).split(".")[0]);
  const table = flow.definition?.tables.find((s) => s.name === d.table);
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
  if (card.kind === "call") facts.push(["Flow", <HelperLink key="f" slug={textOf(d.call)} folder={flow.folder.id} />]);
  facts.push(...policies(node));
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
          <div className="text-sm text-muted">{card.use}</div>
          {card.effect && (
            <div className="mt-1.5">
              <EffectTag effect={card.effect as Effect} />
            </div>
          )}
        </div>
      </div>
      {card.note && <p className="px-3 pb-3 text-sm whitespace-pre-wrap text-muted">{card.note}</p>}
      <CardRows card={card} all />
      <CardWords card={card} all />
      <CardWords card={card} all />
      <div className="border-t p-3">
        <Facts items={facts} className="text-sm" />
      </div>
    </div>
  );
}

/** What happens when a card does not succeed, in words. */
function policies(node: CardNode): [string, React.ReactNode][] {
  const { on_error: onError, on_refused: onRefused, retry, timeout } = node.data;
  const out: [string, React.ReactNode][] = [];
  if (["function", "action", "table", "call", "each"].includes(node.kind)) {
    const how = objectOf(onError);
    const words =
      "call" in how ? `${textOf(how.call)} runs` : "return" in how ? "the flow ends with values" : "the run fails";
    out.push(["If it fails", onError === "continue" ? "the run goes on" : words]);
  }
  if (node.kind === "action") out.push(["If refused", onRefused === "stop" ? "the run fails" : "the run goes on"]);
  if (typeof retry === "string") out.push(["Tries for", retry]);
  else if (retry) out.push(["Tries", `${textOf(objectOf(retry).times)} times`]);
  if (timeout) out.push(["Takes at most", textOf(timeout)]);
  return out;
}

/** The way to a helper flow of the same folder. */
function HelperLink({ slug, folder }: { slug: string; folder: string }) {
  const flows = useQuery(read("/api/v1/flows", {}));
  const helper = flows.data?.find((f) => f.slug === slug && f.folder.id === folder);
  if (!helper) return <span>{slug}</span>;
  return (
    <Link to="/flows/$id" params={{ id: helper.id }} className="text-accent hover:underline">
      {helper.title}
    </Link>
  );
}
