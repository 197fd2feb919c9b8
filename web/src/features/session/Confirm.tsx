import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { call } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Note } from "../../kit/Note.tsx";
import { useTitle } from "../../kit/Page.tsx";
import { Frame } from "./Frame.tsx";
import { LinkOver } from "./LinkOver.tsx";
import { safeNext } from "./safeNext.ts";
import { useToken } from "./useToken.ts";

/** Where the link of a confirmation leads. Nothing happens before the button is pressed: scanners of mail open links, too. */
export function Confirm() {
  useTitle("Confirm your address");
  const token = useToken();
  const confirm = useMutation({ mutationFn: () => call("post", "/api/v1/confirmations", { body: { token } }) });
  if (confirm.data) return <Confirmed got={confirm.data} />;
  const failure = confirm.error instanceof Failure ? confirm.error : undefined;
  const over = failure && ["not_found", "conflict", "invalid", "denied"].includes(failure.kind);
  if (!token) return <LinkOver />;
  if (over)
    return (
      <LinkOver why={failure.message}>
        <Again token={token} />
      </LinkOver>
    );
  return (
    <Frame
      title="Is this address yours?"
      intro="Your organization has let you in to Sallyport by the address that this link was written to."
    >
      <div className="flex flex-col gap-4">
        {failure && (
          <Note tone="bad" title="Nothing was confirmed">
            {failure.message}
          </Note>
        )}
        <Button look="primary" busy={confirm.isPending} onClick={() => confirm.mutate()}>
          Yes, it is mine
        </Button>
        <p className="text-sm text-muted">
          Nobody is signed in by this. If you expect nothing of the kind, close the page: without the button nothing
          happens.
        </p>
      </div>
    </Frame>
  );
}

function Confirmed({ got }: { got: components["schemas"]["Confirmed"] }) {
  const next = safeNext(got.returnTo);
  const organization = got.organization.slug;
  const link = { className: `${buttonClass("primary")} w-full` };
  return (
    <Frame
      title="The address is confirmed"
      intro={`${got.email} may come in to ${got.organization.name} now. One thing is left: sign in.`}
    >
      {got.origin === "local" ? (
        <Link to="/sign-in" search={{ next, organization, email: got.email }} {...link}>
          Sign in
        </Link>
      ) : (
        <Link to="/sso" search={{ next, organization, user: got.email }} {...link}>
          Sign in with Okta
        </Link>
      )}
    </Frame>
  );
}

/** Has the letter written again. The answer is the same whatever the link was. */
function Again({ token }: { token: string }) {
  const again = useMutation({ mutationFn: () => call("post", "/api/v1/confirmations/again", { body: { token } }) });
  if (again.isSuccess)
    return (
      <Note title="Asked for">
        If the address still waits to be confirmed, a letter with a new link is on its way to it. It may take a few
        minutes.
      </Note>
    );
  return (
    <div className="flex flex-col items-start gap-3">
      {again.isError && (
        <Note tone="bad" title="No letter was asked for">
          {again.error.message}
        </Note>
      )}
      <Button busy={again.isPending} onClick={() => again.mutate()}>
        Send me another link
      </Button>
    </div>
  );
}
