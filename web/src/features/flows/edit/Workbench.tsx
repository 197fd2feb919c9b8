import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { read } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Sheet } from "../../../kit/Dialog.tsx";
import { useTitle } from "../../../kit/Page.tsx";
import { usePhone } from "../../../kit/useMedia.ts";
import { DropDraft } from "../DropDraft.tsx";
import { insertItem, itemsOf } from "../model/palette.ts";
import { placed } from "../model/problems.ts";
import { availableAt, type Samples } from "../model/scope.ts";
import { findCard, objectOf } from "../model/tree.ts";
import { FlowPicture, PictureSkeleton } from "../picture/FlowPicture.tsx";
import { AddDialog, PalettePanel, type Where } from "./Adding.tsx";
import { Bar } from "./Bar.tsx";
import { CardForm } from "./CardForm.tsx";
import { Conflict } from "./Conflict.tsx";
import { FlowForm } from "./FlowForm.tsx";
import { ValueList } from "./fields/ValuePicker.tsx";
import { Publish } from "./Publish.tsx";
import { placeAfter, placesFor } from "./places.ts";
import { TriggerForm } from "./TriggerForm.tsx";
import { TryCard } from "./TryCard.tsx";
import { useDraft } from "./useDraft.ts";
import { useEditKeys } from "./useEditKeys.ts";
import { useEditor } from "./useEditor.ts";
import { usePanels } from "./usePanels.ts";
import { usePictureEdit } from "./usePictureEdit.ts";
import { useSamples } from "./useSamples.ts";
import { YamlPane } from "./YamlPane.tsx";

type Detail = components["schemas"]["FlowDetail"];
type Tried = components["schemas"]["TriedCard"];

/** The whole editor: what can be added on the left, the picture, and the chosen card on the right. */
export function Workbench({ flow }: { flow: Detail }) {
  const navigate = useNavigate();
  const editor = useEditor(flow.draftYaml || flow.yaml, flow.folder.id);
  const draft = useDraft(flow.id, editor.text, {
    edition: flow.edition,
    problems: flow.problems,
    exists: flow.draft,
  });
  const [tried, setTried] = useState<Samples>({});
  const source = useSamples(flow, editor.tree, tried);
  const panels = usePanels();
  const { side, fields } = panels;
  const [adding, setAdding] = useState<Where[]>();
  const [publishing, setPublishing] = useState(false);
  const [dropping, setDropping] = useState(false);
  const phone = usePhone();
  const { tree, model, selected } = editor;
  // Whoever chooses something wants to see its fields.
  const show = useRef(fields);
  show.current = fields;
  useEffect(() => {
    if (selected) show.current(true);
  }, [selected]);
  useTitle(`Edit ${tree?.title ?? flow.title}`);
  const problems = useMemo(() => (tree ? placed(draft.problems, tree) : []), [draft.problems, tree]);
  const connections = useQuery(read("/api/v1/connections", {}));
  const slots = tree?.connections;
  const items = useMemo(() => {
    const there = (connections.data ?? []).map((c) => c.connector.id);
    const used = (slots ?? []).flatMap((c) => c.connectors);
    return model.catalogue ? itemsOf(model.catalogue, new Set([...there, ...used])) : [];
  }, [model.catalogue, slots, connections.data]);
  const card = tree && findCard(tree, selected);
  const put = useCallback(
    (item: (typeof items)[number], at: Where["place"]) => {
      editor.change((s) => insertItem(s, at, item));
      setAdding(undefined);
      focusFields();
    },
    [editor],
  );
  const add = useCallback((where: Where[]) => setAdding(where), []);
  const edit = usePictureEdit({
    editor,
    items,
    problems,
    adding: adding?.[0]?.place,
    onAdd: (p) => add([{ label: "Here", place: p }]),
    put,
  });
  const publish = async () => {
    if (await draft.flush()) setPublishing(true);
  };
  useEditKeys({
    editor,
    onAdd: (how) => tree && add(placesFor(tree, card, how)),
    onPublish: () => void publish(),
    onSave: () => void draft.flush(),
    onSide: panels.open,
    onFields: () => fields(true),
  });
  if (!model.picture || !tree || !model.catalogue) return <PictureSkeleton />;

  const openHelper = (slug: string) => {
    const helper = model.catalogue?.helpers.get(slug);
    if (helper) void draft.flush().then(() => navigate({ to: "/flows/$id/edit", params: { id: helper.id } }));
  };
  const onTried = (id: string, t: Tried) =>
    setTried((was) => ({
      ...was,
      ...(t.output !== undefined && t.output !== null && { [id]: t.output }),
      steps: { ...objectOf(was.steps), [id]: { state: t.state, error: t.error ?? null, reason: null } },
    }));
  const form =
    selected === "trigger" ? (
      <TriggerForm editor={editor} problems={problems} samples={source.samples} />
    ) : card ? (
      <CardForm
        key={card.id}
        editor={editor}
        id={card.id}
        problems={problems}
        samples={source.samples}
        onOpenHelper={openHelper}
      >
        <TryCard key={card.id} editor={editor} card={card} flow={flow} source={source} onTried={onTried} />
      </CardForm>
    ) : (
      <FlowForm editor={editor} problems={problems} />
    );
  const groups = availableAt(
    { tree, catalogue: model.catalogue, samples: source.samples },
    card ? card.path.slice(0, -1) : ["cards"],
    card ? (card.path.at(-1) as number) : Number.POSITIVE_INFINITY,
  );
  const left =
    side === "yaml" ? (
      <YamlPane editor={editor} problems={draft.problems} />
    ) : side === "values" ? (
      <ValueList groups={groups} />
    ) : (
      <PalettePanel items={items} onPut={(i) => put(i, placeAfter(tree, card))} />
    );
  return (
    <div className="flex h-dvh min-h-[34rem] flex-col max-sm:h-auto max-sm:min-h-0">
      <Bar
        flow={flow}
        editor={editor}
        draft={draft}
        problems={problems}
        panels={panels}
        onAdd={() => add(placesFor(tree, card, "after"))}
        onPublish={() => void publish()}
        onDrop={() => void draft.flush().then((kept) => kept && setDropping(true))}
      />
      <div className="flex min-h-0 flex-1">
        {!phone && panels.left && (
          <div
            className={`shrink-0 border-r bg-surface ${side === "yaml" ? "w-[clamp(20rem,30vw,40rem)]" : "w-52 xl:w-64"}`}
          >
            {left}
          </div>
        )}
        {phone && side === "yaml" ? (
          <div className="h-[70dvh] min-w-0 flex-1">{left}</div>
        ) : (
          <div className="min-w-0 flex-1 max-sm:p-3">
            <FlowPicture
              className="h-full rounded-none border-0"
              trigger={model.picture.trigger}
              cards={model.picture.cards}
              selected={selected}
              onSelect={(id) => editor.select(id === selected && !phone ? undefined : id)}
              edit={edit}
            />
          </div>
        )}
        {!phone && panels.right && (
          <aside
            data-fields
            aria-label="What is chosen"
            className="w-96 shrink-0 overflow-y-auto border-l bg-surface max-xl:w-80"
          >
            {form}
          </aside>
        )}
      </div>
      {phone && (
        <Sheet
          open={selected !== undefined}
          onClose={() => editor.select(undefined)}
          title={card ? "The card" : "The trigger"}
        >
          <div className="-mx-4">{form}</div>
        </Sheet>
      )}
      {adding && <AddDialog items={items} where={adding} onPut={put} onClose={() => setAdding(undefined)} />}
      {publishing && (
        <Publish
          flow={flow}
          tree={tree}
          draft={draft}
          problems={problems}
          onGo={(p) => {
            setPublishing(false);
            editor.select(p.card || undefined);
          }}
          onClose={() => setPublishing(false)}
        />
      )}
      {dropping && (
        <DropDraft
          flow={flow.id}
          onClose={() => setDropping(false)}
          onDropped={({ yaml, edition }) => {
            editor.setText(yaml);
            draft.took({ text: yaml, edition, problems: [], exists: false });
          }}
        />
      )}
      {draft.state === "conflict" && <Conflict flow={flow.id} editor={editor} draft={draft} />}
    </div>
  );
}

/** Whoever has added a card wants to fill it in. */
function focusFields() {
  setTimeout(() => {
    const fields = document.querySelector("[data-fields]");
    const first = fields?.querySelector<HTMLElement>(
      "[data-inputs] textarea, [data-inputs] select, textarea[data-field]",
    );
    (first ?? fields?.querySelector<HTMLElement>("input, textarea, select"))?.focus();
  }, 60);
}
