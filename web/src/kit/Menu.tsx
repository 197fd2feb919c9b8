import * as Radix from "@radix-ui/react-dropdown-menu";
import { clsx } from "clsx";
import type { ReactNode } from "react";

export type MenuItem =
  | { label: string; icon?: ReactNode; onSelect: () => void; disabled?: boolean; grave?: boolean; note?: string }
  | "line"
  | { heading: string };

export type MenuProps = {
  trigger: ReactNode;
  items: MenuItem[];
  align?: "start" | "end";
  side?: "top" | "bottom" | "right";
};

export function Menu({ trigger, items, align = "end", side = "bottom" }: MenuProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className="data-[state=open]:rise z-50 max-w-80 min-w-48 rounded-lg bg-raised p-1 shadow-pop focus:outline-none"
        >
          {items.map((it, i) => (
            <Entry key={it === "line" ? `line-${i}` : "heading" in it ? it.heading : it.label} item={it} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Entry({ item }: { item: MenuItem }) {
  if (item === "line") return <Radix.Separator className="my-1 h-px bg-line" />;
  if ("heading" in item) return <Radix.Label className="px-2 py-1 text-xs text-faint">{item.heading}</Radix.Label>;
  return (
    <Radix.Item
      onSelect={item.onSelect}
      disabled={item.disabled}
      className={clsx(
        "flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 py-1 outline-none pointer-coarse:min-h-11",
        "data-[disabled]:text-faint data-[highlighted]:bg-hover",
        item.grave && "text-bad",
      )}
    >
      {item.icon && <span className="shrink-0 text-muted">{item.icon}</span>}
      <span className="min-w-0 flex-1">
        {item.label}
        {item.note && <span className="block text-xs text-faint">{item.note}</span>}
      </span>
    </Radix.Item>
  );
}
