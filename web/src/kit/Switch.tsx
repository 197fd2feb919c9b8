import * as Radix from "@radix-ui/react-switch";
import { clsx } from "clsx";

export type SwitchProps = {
  on: boolean;
  onChange: (on: boolean) => void;
  label: string;
  disabled?: boolean;
  id?: string;
  describedBy?: string;
};

export function Switch({ on, onChange, label, disabled, id, describedBy }: SwitchProps) {
  return (
    <Radix.Root
      id={id}
      checked={on}
      onCheckedChange={onChange}
      disabled={disabled}
      aria-label={label}
      aria-describedby={describedBy}
      className={clsx(
        "relative inline-flex h-5 w-9 shrink-0 items-center rounded-full border disabled:opacity-50",
        "border-edge bg-sunken data-[state=checked]:border-transparent data-[state=checked]:bg-accent-fill",
        "before:absolute before:-inset-2.5 before:hidden before:content-[''] pointer-coarse:before:block",
      )}
    >
      <Radix.Thumb className="block size-3.5 translate-x-[3px] rounded-full bg-edge transition-transform duration-100 data-[state=checked]:translate-x-[17px] data-[state=checked]:bg-on-accent" />
    </Radix.Root>
  );
}
