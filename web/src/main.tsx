import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { onStepUp } from "./api/client.ts";
import { Failure } from "./api/failure.ts";
import { queryClient } from "./api/query.ts";
import { sessionQuery, setEnded } from "./features/session/session.ts";
import { askProof } from "./features/session/stepUp.ts";
import { onKeyDown } from "./kit/keys.ts";
import { router } from "./router.tsx";
import { followTheme } from "./shell/theme.ts";
import "./styles.css";

followTheme();
onStepUp(askProof);
document.addEventListener("keydown", onKeyDown);

/** Whatever call says first that the session has ended, the viewer is asked to sign in again. */
function watch(error: unknown) {
  const wasIn = queryClient.getQueryData(sessionQuery.queryKey) !== undefined;
  const inside = !/^\/(sign-in|welcome|sso|forgotten|confirm|reset|invite|proved)\b/.test(location.pathname);
  if (error instanceof Failure && error.kind === "unauthenticated" && wasIn && inside) setEnded(true);
}
queryClient.getQueryCache().config.onError = watch;
queryClient.getMutationCache().config.onError = watch;

const root = document.getElementById("root");
if (!root) throw new Error("the page has no root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
