import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import type { components } from "../../api/schema.gen.ts";
import { Sheet } from "../../kit/Dialog.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { useKeys } from "../../kit/keys.ts";
import { step } from "../../kit/table.ts";
import { useMedia } from "../../kit/useMedia.ts";
import { CardDetail } from "./CardDetail.tsx";
import { allCards, findCard } from "./model/tree.ts";
import { FlowPicture, PictureSkeleton } from "./picture/FlowPicture.tsx";
import { useModel } from "./useModel.ts";

type Detail = components["schemas"]["FlowDetail"];

const route = getRouteApi("/inside/flows/$id");

/** The picture, and beside it the card that is looked at. */
export function PictureTab({ flow }: { flow: Detail }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const wide = useMedia("(min-width: 1024px)");
  const { picture, tree, faults } = useModel(flow.yaml, flow.folder.id);
  const order = useMemo(() => [...allCards(picture?.cards ?? [])], [picture]);
  const card = order.find((c) => c.id === search.card);
  const select = (id: string | undefined) =>
    void navigate({ search: { ...search, card: id === search.card ? undefined : id }, replace: true });
  const move = (by: number) => {
    const next = order[step(card ? order.indexOf(card) : -1, by, order.length)];
    if (next && next !== card) select(next.id);
  };
  useKeys([
    { keys: "j", label: "Next card", group: "Picture", run: () => move(1) },
    { keys: "k", label: "Card before", group: "Picture", run: () => move(-1) },
  ]);
  if (faults.length > 0)
    return <Empty title="The flow cannot be read">What is wrong with its YAML stands above.</Empty>;
  if (!picture || !tree) return <PictureSkeleton />;
  const node = findCard(tree, card?.id);
  const detail = card && node && <CardDetail card={card} node={node} flow={flow} untitled={!wide} />;
  return (
    <div className="flex items-start gap-4">
      <FlowPicture
        className="h-[calc(100dvh-17rem)] min-h-[26rem] flex-1"
        trigger={picture.trigger}
        cards={picture.cards}
        selected={search.card}
        onSelect={(id) => select(id === "trigger" ? undefined : id)}
      />
      {wide && detail && (
        <aside className="max-h-[calc(100dvh-17rem)] min-h-[26rem] w-96 shrink-0 overflow-y-auto rounded-lg border bg-surface">
          {detail}
        </aside>
      )}
      {!wide && (
        <Sheet open={card !== undefined} onClose={() => select(undefined)} title={card?.title ?? ""}>
          <div className="-mx-3">{detail}</div>
        </Sheet>
      )}
    </div>
  );
}
