import { Copy } from "../../kit/Copy.tsx";

/** The address that browsers come back to after a sign-in: the other system wants to know it. */
export function Redirect({ url }: { url: string }) {
  return (
    <div className="flex flex-col gap-1">
      <span className="text-sm font-medium">Redirect address</span>
      <div className="flex items-center gap-2 rounded-md border bg-sunken py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 font-mono text-xs wrap-anywhere">{url}</code>
        <Copy text={url} label="Copy the redirect address" />
      </div>
      <span className="text-xs text-faint">Register it with the client in the other system, letter by letter.</span>
    </div>
  );
}
