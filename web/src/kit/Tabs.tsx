import * as Radix from "@radix-ui/react-tabs";
import type { ReactNode } from "react";

type Tab = { id: string; label: ReactNode; content: ReactNode };

export type TabsProps = { tabs: Tab[]; value: string; onChange: (id: string) => void; label: string };

export function Tabs({ tabs, value, onChange, label }: TabsProps) {
  return (
    <Radix.Root value={value} onValueChange={onChange} className="flex min-h-0 flex-col">
      <Radix.List aria-label={label} className="flex gap-4 overflow-x-auto border-b">
        {tabs.map((t) => (
          <Radix.Trigger
            key={t.id}
            value={t.id}
            className="-mb-px h-9 shrink-0 border-b-2 border-transparent text-muted hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink pointer-coarse:h-11"
          >
            {t.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((t) => (
        <Radix.Content key={t.id} value={t.id} className="min-w-0 pt-4 focus-visible:outline-offset-4">
          {t.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
