import { useState } from "react";
import { call } from "../../api/client.ts";
import { queryClient } from "../../api/query.ts";
import { Dialog } from "../../kit/Dialog.tsx";
import { OktaWindow } from "./OktaWindow.tsx";
import { SignInForm } from "./SignInForm.tsx";
import { setEnded, useEnded, useSession } from "./session.ts";

/** Signing in over an open page whose session has ended. */
export function SignInAgain() {
  const ended = useEnded();
  return (
    <Dialog
      open={ended}
      onClose={() => location.assign("/sign-in")}
      title="Your session has ended"
      intro="Sign in again to go on where you were. Nothing that you typed is lost."
    >
      {ended && <Again />}
    </Dialog>
  );
}

/** By the way by which the session was opened; the other one is offered, too. */
function Again() {
  const { account, method, organization } = useSession();
  const [okta, setOkta] = useState(method === "saml");
  const done = () => {
    setEnded(false);
    void queryClient.invalidateQueries();
  };
  /** Whether somebody is in again. As somebody else one does not go on in this page. */
  const look = async () => {
    const got = await call("get", "/api/v1/session", {}).catch(() => undefined);
    if (!got) return;
    if (got.account.id === account.id && got.organization.id === organization.id) done();
    else location.reload();
  };
  return (
    <div className="flex flex-col gap-4">
      {okta ? (
        <OktaWindow
          to={`/sso/start/${encodeURIComponent(organization.slug)}?return_to=/proved`}
          name="sallyport-signin"
          look={look}
          onLeave={() => location.assign("/sign-in")}
          leave="Leave the page"
        >
          You came in through the Okta of {organization.name}. Sign in there again, in a new window; this page waits and
          goes on.
        </OktaWindow>
      ) : (
        <SignInForm email={account.email} organization={organization.slug} onDone={done} />
      )}
      <p className="text-sm">
        <button type="button" className="text-accent hover:underline" onClick={() => setOkta(!okta)}>
          {okta ? "Use a password instead" : "Use Okta instead"}
        </button>
      </p>
    </div>
  );
}
