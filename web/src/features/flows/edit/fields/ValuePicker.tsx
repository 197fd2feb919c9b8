import { Command } from "cmdk";
import { Braces } from "lucide-react";
import { useMemo, useState } from "react";
import { Button } from "../../../../kit/Button.tsx";
import { Popover } from "../../../../kit/Popover.tsx";
import { refText } from "../../model/refs.ts";
import type { Available, Group } from "../../model/scope.ts";
import { found, grouped } from "../../model/search.ts";
import { brief } from "../../model/values.ts";
import { ValueChip } from "../../picture/CardFace.tsx";

const most = 200;

type Entry = { group: string; value: Available };

/** The values that there are at a place, to choose one of by typing. */
export function ValuePicker({
  groups,
  label,
  open,
  onOpen,
  onPick,
  onLeave,
}: {
  groups: Group[];
  label: string;
  open: boolean;
  onOpen: (open: boolean) => void;
  onPick: (path: string[]) => void;
  onLeave: () => void;
}) {
  return (
    <Popover
      label={label}
      align="end"
      open={open}
      onOpenChange={onOpen}
      onLeave={onLeave}
      className="w-96"
      trigger={
        <Button
          look="quiet"
          size="sm"
          icon={<Braces size={14} />}
          aria-label={label}
          title="Insert a value (Ctrl Space, or type {{)"
        />
      }
    >
      <Choices groups={groups} onPick={onPick} />
    </Popover>
  );
}

function Choices({ groups, onPick }: { groups: Group[]; onPick: (path: string[]) => void }) {
  const [text, setText] = useState("");
  const shown = useMemo(() => {
    const all = groups.flatMap((g) => g.values.map((value): Entry => ({ group: g.title, value })));
    const list = found(
      all,
      text,
      (e) => ({ title: e.value.title, words: `${e.group} ${refText(e.value.path)}` }),
      most,
    );
    return grouped(list, (e) => e.group);
  }, [groups, text]);
  return (
    <Command label="Values" shouldFilter={false} loop className="flex max-h-96 flex-col">
      <Command.Input
        autoFocus
        value={text}
        onValueChange={setText}
        placeholder="Search values"
        className="h-10 w-full shrink-0 border-b bg-transparent px-3 outline-none"
      />
      <Command.List className="overflow-y-auto p-1">
        <Command.Empty className="px-2 py-1.5 text-faint">There is no such value here</Command.Empty>
        {shown.map(([name, entries]) => (
          <Command.Group
            key={name}
            heading={name}
            className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint"
          >
            {entries.map(({ value: v }) => (
              <Command.Item
                key={refText(v.path)}
                value={refText(v.path)}
                onSelect={() => onPick(v.path)}
                className="flex min-h-8 items-center gap-2 rounded-md px-2 py-1 data-[selected=true]:bg-hover"
              >
                <span className="min-w-0 flex-1">
                  <span className="block truncate">{v.title}</span>
                  <span className="block truncate font-mono text-xs text-faint">{refText(v.path)}</span>
                </span>
                <span className="max-w-32 truncate text-right text-xs text-muted">{brief(v.sample) || v.type}</span>
              </Command.Item>
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
}

/** The same values as a list to drag from. */
export function ValueList({ groups }: { groups: Group[] }) {
  const [text, setText] = useState("");
  return (
    <section aria-label="Values to drag" className="flex h-full min-h-0 flex-col">
      <div className="border-b p-2">
        <input
          type="search"
          aria-label="Search values"
          placeholder="Search values"
          value={text}
          onChange={(e) => setText(e.target.value)}
          className="h-8 w-full rounded-md border border-edge/60 bg-surface px-2.5"
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto p-2">
        {groups.map((g) => {
          const list = found(g.values, text, (v) => ({ title: v.title, words: `${g.title} ${refText(v.path)}` }), 40);
          if (list.length === 0) return null;
          return (
            <div key={g.id} className="mb-3">
              <h3 className="mb-1 truncate text-xs font-normal text-faint">{g.title}</h3>
              <ul className="flex flex-col gap-1">
                {list.map((v) => (
                  <li
                    key={refText(v.path)}
                    className="flex min-w-0 items-baseline gap-2 text-xs"
                    title={refText(v.path)}
                  >
                    <ValueChip path={v.path} label={v.path.slice(1).join(".") || refText(v.path)} title={v.title} />
                    <span className="min-w-0 flex-1 truncate text-muted">{brief(v.sample) || v.title}</span>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </div>
    </section>
  );
}
