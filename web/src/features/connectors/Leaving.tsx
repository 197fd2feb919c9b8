import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";

/** Somebody is about to leave a connector that is not saved. */
export function Leaving({ onStay, onLeave, onDrop }: { onStay: () => void; onLeave: () => void; onDrop: () => void }) {
  return (
    <Dialog
      open
      onClose={onStay}
      title="The connector is not saved"
      intro="This tab can keep what you have made, for when you come back. Secrets of an example are not kept."
      footer={
        <>
          <Button onClick={onDrop}>Throw it away</Button>
          <Button onClick={onLeave}>Leave, and keep it</Button>
          <Button look="primary" onClick={onStay}>
            Stay
          </Button>
        </>
      }
    >
      {null}
    </Dialog>
  );
}
