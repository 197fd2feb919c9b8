import { Check, Copy as CopyIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./Button.tsx";

/** Puts a text on the clipboard and says that it did. */
export function Copy({
  text,
  label,
  shown,
  size = "sm",
}: {
  text: string | (() => string);
  label: string;
  shown?: boolean;
  size?: "sm" | "md";
}) {
  const [state, setState] = useState<"idle" | "done" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const t = setTimeout(() => setState("idle"), 1_500);
    return () => clearTimeout(t);
  }, [state]);
  const copy = () => {
    const value = typeof text === "function" ? text() : text;
    navigator.clipboard.writeText(value).then(
      () => setState("done"),
      () => setState("failed"),
    );
  };
  const said = state === "done" ? "Copied" : state === "failed" ? "Not copied: the browser refused" : label;
  return (
    <Button
      look={shown ? "plain" : "quiet"}
      size={size}
      icon={state === "done" ? <Check size={14} /> : <CopyIcon size={14} />}
      onClick={(e) => {
        e.stopPropagation();
        copy();
      }}
      aria-label={said}
      title={said}
    >
      {shown && said}
    </Button>
  );
}
