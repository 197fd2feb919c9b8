import { Button } from "../../kit/Button.tsx";
import { Copy } from "../../kit/Copy.tsx";
import { Dialog } from "../../kit/Dialog.tsx";

type Props = { name: string; url: string; onClose: () => void };

/** A link that is handed to somebody by hand, shown this once. */
export function HandedLink({ name, url, onClose }: Props) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={`A link for ${name}`}
      intro="Whoever opens it confirms the address. It is shown this once; one made before is void."
      footer={<Button onClick={onClose}>Done</Button>}
    >
      <div className="flex flex-col items-start gap-3">
        <code className="w-full rounded-md border bg-sunken p-3 font-mono text-sm wrap-anywhere">{url}</code>
        <Copy text={url} label="Copy the link" shown />
      </div>
    </Dialog>
  );
}
