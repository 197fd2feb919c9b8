import { useMutation } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { stale } from "../../api/query.ts";
import { toast } from "../../kit/Toast.tsx";
import type { Channel } from "./channel.ts";

/** Sends a test to a channel, and says whether it went out. */
export function useTestChannel() {
  return useMutation({
    mutationFn: (c: Channel) => call("post", "/api/v1/channels/{channel}/test", { path: { channel: c.id } }),
    onSuccess: (got, c) => {
      void stale("/api/v1/channels", "/api/v1/channels/{channel}");
      toast({
        title: got.ok ? `A test was sent to ${c.name}` : `The test of ${c.name} did not go out`,
        detail: got.ok ? undefined : got.message,
        tone: got.ok ? undefined : "bad",
      });
    },
    onError: (e, c) => toast({ title: `The test of ${c.name} did not go out`, detail: e.message, tone: "bad" }),
  });
}
