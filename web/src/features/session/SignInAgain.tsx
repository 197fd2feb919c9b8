import { queryClient } from "../../api/query.ts";
import { Dialog } from "../../kit/Dialog.tsx";
import { SignInForm } from "./SignInForm.tsx";
import { setEnded, useEnded, useSession } from "./session.ts";

/** Signing in over an open page whose session has ended. */
export function SignInAgain() {
  const ended = useEnded();
  const { account } = useSession();
  return (
    <Dialog
      open={ended}
      onClose={() => location.assign("/sign-in")}
      title="Your session has ended"
      intro="Sign in again to go on where you were. Nothing that you typed is lost."
    >
      <SignInForm
        email={account.email}
        onDone={() => {
          setEnded(false);
          void queryClient.invalidateQueries();
        }}
      />
    </Dialog>
  );
}
