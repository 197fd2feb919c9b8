import { clsx } from "clsx";
import { Command } from "cmdk";
import { Check, ChevronsUpDown } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Popover } from "./Popover.tsx";

type Option = { value: string; label: string; detail?: ReactNode; search?: string };

export type ComboboxProps = {
  id?: string;
  options: Option[] | undefined;
  value: string;
  onChange: (value: string) => void;
  label: string;
  placeholder: string;
  /** Said when nothing fits. */
  none?: string;
  /** Given, what is typed is searched by the caller. */
  onSearch?: (text: string) => void;
  /** A value that is no option may be typed. */
  free?: boolean;
  "aria-invalid"?: boolean;
  "aria-describedby"?: string;
  className?: string;
};

/** A choice of many, by typing. */
export function Combobox({
  id,
  options,
  value,
  onChange,
  label,
  placeholder,
  none = "Nothing fits",
  onSearch,
  free,
  className,
  ...aria
}: ComboboxProps) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const chosen = options?.find((o) => o.value === value);
  const choose = (v: string) => {
    onChange(v);
    setOpen(false);
  };
  return (
    <Popover
      label={label}
      open={open}
      onOpenChange={(o) => {
        setOpen(o);
        if (o) {
          setText("");
          onSearch?.("");
        }
      }}
      className="w-80"
      trigger={
        <button
          type="button"
          id={id}
          role="combobox"
          aria-expanded={open}
          aria-label={chosen ? `${label}: ${chosen.label}` : label}
          className={clsx(
            "flex h-8 w-full min-w-0 items-center gap-2 rounded-md border border-edge/60 bg-surface px-2.5 text-left aria-invalid:border-bad pointer-coarse:h-10",
            className,
          )}
          {...aria}
        >
          <span className={clsx("min-w-0 flex-1 truncate", !value && "text-faint")}>
            {chosen?.label ?? (value || placeholder)}
          </span>
          <ChevronsUpDown size={14} aria-hidden className="shrink-0 text-faint" />
        </button>
      }
    >
      <Command label={label} shouldFilter={!onSearch} className="flex max-h-80 flex-col">
        <Command.Input
          autoFocus
          value={text}
          onValueChange={(t) => {
            setText(t);
            onSearch?.(t);
          }}
          placeholder="Type to search"
          className="h-10 w-full border-b bg-transparent px-3 outline-none"
        />
        <Command.List className="overflow-y-auto p-1">
          {options === undefined && <div className="px-2 py-1.5 text-faint">Loading</div>}
          {options !== undefined && !(free && text) && (
            <Command.Empty className="px-2 py-1.5 text-faint">{none}</Command.Empty>
          )}
          {options?.map((o) => (
            <Item
              key={o.value}
              value={`${o.label} ${o.search ?? ""} ${o.value}`}
              onSelect={() => choose(o.value)}
              chosen={o.value === value}
              detail={o.detail}
            >
              {o.label}
            </Item>
          ))}
          {free && text && !options?.some((o) => o.value === text) && (
            <Item value={text} onSelect={() => choose(text)}>
              Use “{text}”
            </Item>
          )}
        </Command.List>
      </Command>
    </Popover>
  );
}

function Item({
  value,
  onSelect,
  chosen,
  detail,
  children,
}: {
  value: string;
  onSelect: () => void;
  chosen?: boolean;
  detail?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex min-h-8 items-center gap-2 rounded-md px-2 py-1 data-[selected=true]:bg-hover pointer-coarse:min-h-11"
    >
      <span className="min-w-0 flex-1">
        <span className="block truncate">{children}</span>
        {detail && <span className="block truncate text-xs text-faint">{detail}</span>}
      </span>
      {chosen && <Check size={14} aria-hidden className="shrink-0 text-accent" />}
    </Command.Item>
  );
}
