import { clsx } from "clsx";
import { lazy, Suspense } from "react";
import { Skeleton } from "../../../kit/Skeleton.tsx";
import { usePhone } from "../../../kit/useMedia.ts";
import { Outline } from "./Outline.tsx";
import type { PictureProps } from "./Picture.tsx";

const Picture = lazy(() => import("./Picture.tsx"));

/** A flow as a picture; on a phone as a list. */
export function FlowPicture({ className, ...props }: PictureProps & { className?: string }) {
  const phone = usePhone();
  if (phone) return <Outline {...props} />;
  return (
    <div className={clsx("overflow-hidden rounded-lg border bg-canvas", className)}>
      <Suspense fallback={<PictureSkeleton />}>
        <Picture {...props} />
      </Suspense>
    </div>
  );
}

export function PictureSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col items-center gap-8 p-7">
      {["h-20", "h-28", "h-20"].map((h, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the order is what they are
        <Skeleton key={i} className={clsx("w-80 rounded-lg", h)} />
      ))}
    </div>
  );
}
