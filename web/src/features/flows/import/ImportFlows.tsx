import { FileUp, Upload } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { Button } from "../../../kit/Button.tsx";
import { useCan } from "../../session/session.ts";
import { ImportDialog } from "./ImportDialog.tsx";

/** Brings flows of a file in: by a button, or dropped anywhere on the page. */
export function ImportFlows() {
  const can = useCan("templates:install");
  const [file, setFile] = useState<File>();
  const picker = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const take = useCallback((f: File) => {
    button.current?.focus(); // to where the focus goes back when the dialog is closed
    setFile(f);
  }, []);
  const over = useDrop(can && !file, take);
  if (!can) return null;
  return (
    <>
      <input
        ref={picker}
        type="file"
        accept=".flopack,.folder,.flow,.yaml,.yml,.json"
        hidden
        aria-label="File of flows"
        onChange={(e) => {
          const f = e.target.files?.[0];
          e.target.value = "";
          if (f) take(f);
        }}
      />
      <Button ref={button} icon={<Upload size={14} />} onClick={() => picker.current?.click()}>
        Import
      </Button>
      {over && (
        <div className="pointer-events-none fixed inset-0 z-40 flex items-center justify-center bg-scrim">
          <div className="flex items-center gap-3 rounded-lg border-2 border-dashed border-accent bg-raised px-8 py-6 shadow-pop">
            <FileUp size={24} aria-hidden className="text-accent" />
            Drop an export of Okta Workflows, or a flow's YAML
          </div>
        </div>
      )}
      {file && <ImportDialog file={file} onClose={() => setFile(undefined)} />}
    </>
  );
}

/** Whether a file is held over the window; it is given to take when it is dropped. */
function useDrop(on: boolean, take: (f: File) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!on) return;
    let depth = 0; // of elements that the pointer entered and has not left
    const holds = (e: DragEvent) => e.dataTransfer?.types.includes("Files") ?? false;
    const enter = (e: DragEvent) => {
      if (!holds(e)) return;
      depth++;
      setOver(true);
    };
    const leave = (e: DragEvent) => {
      if (!holds(e)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const move = (e: DragEvent) => {
      if (holds(e)) e.preventDefault();
    };
    const drop = (e: DragEvent) => {
      if (!holds(e)) return;
      e.preventDefault();
      depth = 0;
      setOver(false);
      const f = e.dataTransfer?.files[0];
      if (f) take(f);
    };
    const stop = new AbortController();
    window.addEventListener("dragenter", enter, { signal: stop.signal });
    window.addEventListener("dragleave", leave, { signal: stop.signal });
    window.addEventListener("dragover", move, { signal: stop.signal });
    window.addEventListener("drop", drop, { signal: stop.signal });
    return () => {
      stop.abort();
      setOver(false);
    };
  }, [on, take]);
  return over;
}
