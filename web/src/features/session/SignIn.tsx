import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { queryClient } from "../../api/query.ts";
import { useTitle } from "../../kit/Page.tsx";
import { Frame } from "./Frame.tsx";
import { SignInForm } from "./SignInForm.tsx";
import { sessionQuery } from "./session.ts";

export function SignIn() {
  useTitle("Sign in");
  const { next } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const router = useRouter();
  const enter = async () => {
    queryClient.clear();
    await queryClient.fetchQuery(sessionQuery);
    if (next) router.history.push(next);
    else await navigate({ to: "/" });
  };
  return (
    <Frame title="Sign in">
      <SignInForm onDone={() => void enter()} />
      <p className="mt-6 text-sm text-faint">
        Nobody has an account yet? The server prints a one-time link for the first administrator when it starts.
      </p>
    </Frame>
  );
}
