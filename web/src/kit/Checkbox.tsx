import * as Radix from "@radix-ui/react-checkbox";
import { Check, Minus } from "lucide-react";

export type CheckboxProps = {
  checked: boolean | "some";
  onChange: (checked: boolean) => void;
  label: string;
  disabled?: boolean;
  /** The label stands beside it and is not only for readers. */
  shown?: boolean;
};

export function Checkbox({ checked, onChange, label, disabled, shown }: CheckboxProps) {
  const box = (
    <Radix.Root
      checked={checked === "some" ? "indeterminate" : checked}
      onCheckedChange={(c) => onChange(c === true)}
      disabled={disabled}
      aria-label={label}
      onClick={(e) => e.stopPropagation()}
      className="relative mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-sm border border-edge bg-surface data-[state=checked]:border-transparent data-[state=checked]:bg-accent-fill data-[state=indeterminate]:border-transparent data-[state=indeterminate]:bg-accent-fill"
    >
      <Radix.Indicator className="text-on-accent">
        {checked === "some" ? <Minus size={12} strokeWidth={3} /> : <Check size={12} strokeWidth={3} />}
      </Radix.Indicator>
    </Radix.Root>
  );
  if (!shown) return box;
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the box inside is the control
    <label className="flex items-start gap-2 py-1">
      {box}
      <span className="min-w-0">{label}</span>
    </label>
  );
}
