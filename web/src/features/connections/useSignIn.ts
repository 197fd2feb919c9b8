import { useMutation } from "@tanstack/react-query";
import { call } from "../../api/client.ts";

/** Sends the browser to where somebody signs in to a connection. It comes back to the connection's page. */
export function useSignIn() {
  return useMutation({
    mutationFn: async (id: string) => {
      const { url } = await call("post", "/api/v1/connections/{id}/authorize", { path: { id } });
      window.location.assign(url);
      await left(); // the button stays busy until the page is gone
    },
  });
}

/** The browser goes, or it was stopped; a page that is come back to must be usable again. */
function left(): Promise<void> {
  return new Promise((done) => {
    window.addEventListener("pageshow", () => done(), { once: true });
    setTimeout(done, 10_000);
  });
}
