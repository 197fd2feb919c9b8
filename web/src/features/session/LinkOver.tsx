import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Frame } from "./Frame.tsx";

/** A one-time link that opens nothing (any more). */
export function LinkOver({ why, children }: { why?: string; children?: ReactNode }) {
  return (
    <Frame
      title="This link does not open anything"
      intro={why ?? "The part behind the # is missing. Copy the whole link as it stands in the letter."}
    >
      {children}
      <p className="mt-6 text-sm">
        <Link to="/sign-in" className="text-accent hover:underline">
          To the sign-in page
        </Link>
      </p>
    </Frame>
  );
}
