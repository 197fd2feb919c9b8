import { useTitle } from "../../kit/Page.tsx";
import { Frame } from "./Frame.tsx";

/** Where the window of a proof at Okta ends. */
export function Proved() {
  useTitle("Proved");
  return (
    <Frame
      title="That was it"
      intro="Okta said that it is you. Close this window: the page that asked goes on by itself."
    >
      {null}
    </Frame>
  );
}
