import { Checkbox } from "../../kit/Checkbox.tsx";

/** Whether the value of a column is kept sealed, so that only flows see it again. What is sealed stays so. */
export function KeepSealed({
  column,
  was,
  on,
  onChange,
}: {
  column: string;
  was: boolean;
  on: boolean;
  onChange: (on: boolean) => void;
}) {
  if (was)
    return <p className="text-xs text-faint">Kept sealed: only flows see it. Enter another value to replace it.</p>;
  return <Checkbox shown checked={on} onChange={onChange} label={`Keep ${column} sealed: only flows see it then`} />;
}
