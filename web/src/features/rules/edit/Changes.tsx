import { Diff } from "../../flows/Diff.tsx";
import type { Texts } from "./texts.ts";

/** What changes from some texts to others, of the rules and of their cases. */
export function Changes({ before, after }: { before: Texts; after: Texts }) {
  return (
    <div className="flex flex-col gap-4">
      <div>
        <h3 className="mb-1.5 text-sm font-medium">Rules</h3>
        <Diff before={before.text} after={after.text} label="Changes of the rules" />
      </div>
      <div>
        <h3 className="mb-1.5 text-sm font-medium">Cases</h3>
        <Diff before={before.cases} after={after.cases} label="Changes of the cases" />
      </div>
    </div>
  );
}
