import { clsx } from "clsx";
import { CircleAlert } from "lucide-react";
import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from "react";

/** What a field's control must carry to belong to its label, help and error. */
type FieldWiring = {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
  "aria-required"?: boolean;
};

export type FieldProps = {
  label: string;
  help?: ReactNode;
  error?: string | null;
  required?: boolean;
  /** A remark at the end of the label's line, such as "last changed". */
  aside?: ReactNode;
  hideLabel?: boolean;
  className?: string;
  children: (wiring: FieldWiring) => ReactNode;
};

/** A label, a control, help, and what is wrong. The error takes the help's place so that nothing jumps. */
export function Field({ label, help, error, required, aside, hideLabel, className, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div className={clsx("flex min-w-0 flex-col gap-1", className)}>
      <div className={clsx("flex items-baseline justify-between gap-3", hideLabel && "sr-only")}>
        <label htmlFor={id} className="text-sm font-medium">
          {label}
          {required && <span className="font-normal text-faint"> (required)</span>}
        </label>
        {aside && <span className="text-xs text-faint">{aside}</span>}
      </div>
      {children({
        id,
        "aria-describedby": error || help ? noteId : undefined,
        "aria-invalid": error ? true : undefined,
        "aria-required": required || undefined,
      })}
      {(error || help) && (
        <div
          id={noteId}
          className={clsx("text-xs", error ? "flex gap-1 text-bad" : "text-faint")}
          role={error ? "alert" : undefined}
        >
          {error && <CircleAlert size={13} className="mt-0.5 shrink-0" aria-hidden />}
          <span className="min-w-0 wrap-anywhere">{error || help}</span>
        </div>
      )}
    </div>
  );
}

const box =
  "w-full min-w-0 rounded-md border border-edge/60 bg-surface px-2.5 text-base text-ink aria-invalid:border-bad disabled:bg-sunken disabled:text-muted max-sm:text-lg";

export function Input({
  className,
  ref,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }) {
  return <input ref={ref} className={clsx(box, "h-8 pointer-coarse:h-10", className)} {...rest} />;
}

export function Textarea({
  className,
  ref,
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> }) {
  return <textarea ref={ref} className={clsx(box, "min-h-20 py-1.5", className)} {...rest} />;
}

export type Choice = { value: string; label: string; disabled?: boolean };

/** A choice of a few. It is the platform's own, so that it works the same by keyboard, by reader and by thumb. */
export function Select({
  choices,
  className,
  ...rest
}: SelectHTMLAttributes<HTMLSelectElement> & { choices: Choice[] }) {
  return (
    <select className={clsx(box, "h-8 pr-1 pl-1.5 pointer-coarse:h-10", className)} {...rest}>
      {choices.map((c) => (
        <option key={c.value} value={c.value} disabled={c.disabled}>
          {c.label}
        </option>
      ))}
    </select>
  );
}
