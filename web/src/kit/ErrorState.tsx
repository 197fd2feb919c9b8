import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import { Copy } from "./Copy.tsx";

export type ErrorStateProps = {
  /** What was tried, in words: "The flows could not be read." */
  tried: string;
  /** What came back. */
  came: string;
  /** What to do about it. */
  advice?: ReactNode;
  request?: string;
  requestId?: string;
  onRetry?: () => void;
  retrying?: boolean;
};

/** Something went wrong: what was tried, what came back, what to do, and by which id the log knows it. */
export function ErrorState({ tried, came, advice, request, requestId, onRetry, retrying }: ErrorStateProps) {
  return (
    <div role="alert" className="rounded-lg border border-bad-line bg-bad-soft p-4">
      <div className="flex items-start gap-2.5">
        <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-bad" />
        <div className="min-w-0 flex-1">
          <div className="font-medium">{tried}</div>
          <p className="mt-0.5 wrap-anywhere">{came}</p>
          {advice && <p className="mt-0.5 text-muted">{advice}</p>}
          <div className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-2">
            {onRetry && (
              <Button size="sm" busy={retrying} onClick={onRetry} icon={<RotateCw size={14} />}>
                Try again
              </Button>
            )}
            {(request || requestId) && (
              <span className="flex min-w-0 flex-wrap items-center gap-x-2 text-xs text-muted">
                {request && <span className="wrap-anywhere">{request}</span>}
                {requestId && (
                  <span className="inline-flex items-center gap-0.5">
                    request <code className="font-mono">{requestId}</code>
                    <Copy text={requestId} label="Copy the request id" />
                  </span>
                )}
              </span>
            )}
          </div>
        </div>
      </div>
    </div>
  );
}
