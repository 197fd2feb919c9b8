import { Download } from "lucide-react";
import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Copy } from "../../kit/Copy.tsx";
import { Note } from "../../kit/Note.tsx";
import { saveText } from "./saveText.ts";

type Props = { codes: string[]; onDone: () => void; done: string };

/** Recovery codes, which are shown this once. */
export function RecoveryCodes({ codes, onDone, done }: Props) {
  const [kept, setKept] = useState(false);
  const text = codes.join("\n");
  return (
    <div className="flex flex-col gap-4">
      <Note tone="warn" title="Keep these recovery codes">
        Each stands in for your second factor once, if you lose it. They are shown now and never again.
      </Note>
      <ul
        aria-label="Recovery codes"
        className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-md border bg-sunken p-3 font-mono"
      >
        {codes.map((c) => (
          <li key={c} className="wrap-anywhere">
            {c}
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Copy text={text} label="Copy them" shown />
        <Button
          size="sm"
          icon={<Download size={14} />}
          onClick={() => saveText("sallyport-recovery-codes.txt", `${text}\n`)}
        >
          Download them
        </Button>
      </div>
      <Checkbox shown checked={kept} onChange={setKept} label="I have put them where I find them again" />
      <Button look="primary" disabled={!kept} onClick={onDone} className="self-start">
        {done}
      </Button>
    </div>
  );
}
