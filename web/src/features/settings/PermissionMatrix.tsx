import { Fragment } from "react";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { matrixOf, type Permission, type PermissionEntry, withPermission } from "./matrix.ts";

type Props = {
  entries: PermissionEntry[];
  chosen: Permission[];
  /** What may be chosen; without it nothing may. */
  may?: (p: Permission) => boolean;
  onChange?: (next: Permission[]) => void;
};

/** What is allowed: for each kind of thing whether it is read, changed, and what else can be done with it. */
export function PermissionMatrix({ entries, chosen, may, onChange }: Props) {
  const box = (e: PermissionEntry | undefined, shown: boolean) =>
    e && (
      <Checkbox
        label={e.text}
        shown={shown}
        checked={chosen.includes(e.permission)}
        disabled={!onChange || !may?.(e.permission)}
        onChange={(on) => onChange?.(withPermission(chosen, e.permission, on))}
      />
    );
  return (
    <table className="w-full text-sm">
      <thead>
        <tr className="border-b text-left text-xs text-muted">
          <th className="py-1.5 font-medium">Area</th>
          <th className="w-16 py-1.5 font-medium">Read</th>
          <th className="w-16 py-1.5 font-medium">Change</th>
          <th className="py-1.5 font-medium">More</th>
        </tr>
      </thead>
      <tbody>
        {matrixOf(entries).map((a) => (
          <Fragment key={a.area}>
            <tr>
              <th colSpan={4} scope="rowgroup" className="pt-3 pb-1 text-left font-medium">
                {a.area}
              </th>
            </tr>
            {a.rows.map((r) => (
              <tr key={r.subject} className="border-b align-top last:border-b-0">
                <th scope="row" className="py-1 pr-3 text-left font-normal text-muted first-letter:uppercase">
                  {r.subject}
                </th>
                <td className="py-1" title={r.read?.text}>
                  {box(r.read, false)}
                </td>
                <td className="py-1" title={r.write?.text}>
                  {box(r.write, false)}
                </td>
                <td>
                  {r.others.map((e) => (
                    <Fragment key={e.permission}>{box(e, true)}</Fragment>
                  ))}
                </td>
              </tr>
            ))}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}
