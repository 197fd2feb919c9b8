import { useBlocker } from "@tanstack/react-router";
import { useRef } from "react";

/**
 * Holds up whoever would leave what is not saved. Within the console the page asks, with what this gives; where the tab
 * is closed or loaded again the browser does.
 */
export function useLeaving(dirty: boolean) {
  const free = useRef(false);
  const held = () => dirty && !free.current;
  const blocker = useBlocker({ shouldBlockFn: held, enableBeforeUnload: held, withResolver: true });
  return {
    asking: blocker.status === "blocked",
    stay: () => blocker.reset?.(),
    leave: () => blocker.proceed?.(),
    /** It is saved: nothing is held up any more. */
    letGo: () => {
      free.current = true;
    },
  };
}
