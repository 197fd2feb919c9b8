import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { read } from "../../api/query.ts";
import { type Catalogue, emptyCatalogue, type Helper } from "./model/catalogue.ts";
import { callsOf, returnsOf } from "./model/ports.ts";
import { type Fault, readSource, type Source } from "./model/source.ts";
import { type FlowTree, treeOf } from "./model/tree.ts";
import { type PictureFlow, pictureOf } from "./picture/card.ts";

export type Model = { source?: Source; tree?: FlowTree; picture?: PictureFlow; faults: Fault[]; catalogue?: Catalogue };

/** A flow's YAML as a tree and as a picture. Both are missing while the catalogue is read, or where the YAML has faults. */
export function useModel(yaml: string, folder: string | undefined): Model {
  const parsed = useMemo(() => {
    if (yaml === "") return { faults: [] };
    const { source, faults } = readSource(yaml);
    return { source, faults, tree: source && treeOf(source) };
  }, [yaml]);
  const { tree } = parsed;
  const slugs = useMemo(() => (tree ? callsOf(tree) : []), [tree]);
  const catalogue = useCatalogue(folder, slugs);
  return useMemo(
    () => ({ ...parsed, catalogue, picture: tree && catalogue && pictureOf(tree, catalogue) }),
    [parsed, tree, catalogue],
  );
}

const fixed = { staleTime: Number.POSITIVE_INFINITY };

/** What flows of a folder can be made of. What the flows give that are called is read for those alone. */
function useCatalogue(folder: string | undefined, slugs: string[]): Catalogue | undefined {
  const catalogue = useQuery({ ...read("/api/v1/catalogue", {}), ...fixed });
  const flows = useQuery(read("/api/v1/flows", {}));
  const called = (flows.data ?? []).filter((f) => f.folder.id === folder && slugs.includes(f.slug));
  const details = useQueries({
    queries: called.map((f) => read("/api/v1/flows/{id}", { path: { id: f.id } })),
    combine: (all) => all.map((q) => q.data),
  });
  return useMemo(() => {
    if (!catalogue.data) return catalogue.isError ? emptyCatalogue : undefined;
    const helpers = new Map<string, Helper>();
    for (const f of flows.data ?? []) {
      if (f.folder.id !== folder) continue;
      const source = readSource(details.find((d) => d?.id === f.id)?.yaml ?? "").source;
      helpers.set(f.slug, {
        id: f.id,
        slug: f.slug,
        title: f.title,
        inputs: f.trigger?.inputs ?? [],
        outputs: source ? returnsOf(treeOf(source).cards) : [],
      });
    }
    return {
      functions: new Map(catalogue.data.functions.map((f) => [f.id, f])),
      connectors: new Map(catalogue.data.connectors.map((c) => [c.id, c])),
      helpers,
    };
  }, [catalogue.data, catalogue.isError, flows.data, folder, details]);
}
