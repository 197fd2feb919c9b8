import { Dialog } from "../kit/Dialog.tsx";
import { Kbd } from "../kit/Kbd.tsx";
import { type Binding, useBindings } from "../kit/keys.ts";
import { showKeys, useKeysShown } from "./keysShown.ts";

/** Every key that works on the page. */
export function KeysHelp() {
  const open = useKeysShown();
  const bindings = useBindings();
  const groups = new Map<string, Binding[]>();
  const seen = new Set<string>();
  for (const b of bindings) {
    if (seen.has(b.keys)) continue;
    seen.add(b.keys);
    groups.set(b.group, [...(groups.get(b.group) ?? []), b]);
  }
  return (
    <Dialog open={open} onClose={() => showKeys(false)} title="Keys" wide>
      <div className="gap-8 sm:columns-2">
        {[...groups].map(([group, list]) => (
          <section key={group} className="mb-5">
            <h3 className="mb-1 break-after-avoid text-sm text-muted">{group}</h3>
            <ul>
              {list.map((b) => (
                <li
                  key={b.keys}
                  className="flex min-h-8 break-inside-avoid items-center justify-between gap-4 border-t"
                >
                  {b.label}
                  <span className="shrink-0">
                    <span className="sr-only">{b.keys}</span>
                    <Kbd keys={b.keys} />
                  </span>
                </li>
              ))}
              {group === "Lists" && (
                <li className="flex min-h-8 items-center justify-between gap-4 border-t">
                  Open the row
                  <Kbd keys="Enter" />
                </li>
              )}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
