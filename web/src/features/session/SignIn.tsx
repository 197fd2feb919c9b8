import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { queryClient, read } from "../../api/query.ts";
import { buttonClass } from "../../kit/Button.tsx";
import { Note } from "../../kit/Note.tsx";
import { useTitle } from "../../kit/Page.tsx";
import { Frame } from "./Frame.tsx";
import { SignInForm } from "./SignInForm.tsx";
import { sessionQuery } from "./session.ts";

export function SignIn() {
  useTitle("Sign in");
  const { next, organization, email } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const router = useRouter();
  const [second, setSecond] = useState(false);
  const offers = useQuery(read("/api/v1/signin", {}));
  const enter = async () => {
    queryClient.clear();
    await queryClient.fetchQuery(sessionQuery);
    if (next) router.history.push(next);
    else await navigate({ to: "/" });
  };
  return (
    <Frame title="Sign in">
      {!second && (
        <>
          <Link to="/sso" search={{ next, organization }} className={`${buttonClass("plain")} w-full`}>
            <ShieldCheck size={15} aria-hidden /> Sign in with Okta
          </Link>
          <div className="my-5 flex items-center gap-3 text-xs text-faint">
            <span className="h-px flex-1 bg-line" />
            or with a password of Sallyport
            <span className="h-px flex-1 bg-line" />
          </div>
        </>
      )}
      <SignInForm
        key={email}
        typed={email}
        organization={organization}
        onStep={setSecond}
        onDone={() => void enter()}
      />
      {offers.data?.empty && (
        <div className="mt-6">
          <Note title="Nobody has an account yet">
            The server prints a one-time link for the first administrator when it starts. Open that.
          </Note>
        </div>
      )}
    </Frame>
  );
}
