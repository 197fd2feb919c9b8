import { clsx } from "clsx";

/** A place that will be filled. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={clsx("breathe block rounded-sm bg-line", className)} />;
}

const widths = ["w-3/5", "w-2/5", "w-1/2", "w-1/3"];

/** Lines of text to come. */
export function SkeletonLines({ lines = 3, className }: { lines?: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className={clsx("flex flex-col gap-2.5", className)}>
      {Array.from({ length: lines }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={i} className={clsx("h-3.5", widths[i % widths.length])} />
      ))}
    </div>
  );
}
