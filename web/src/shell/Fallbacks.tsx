import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { Failed } from "../api/Failed.tsx";
import { buttonClass } from "../kit/Button.tsx";
import { Page, PageHeader } from "../kit/Page.tsx";
import { SkeletonLines } from "../kit/Skeleton.tsx";
import { Mark } from "./Mark.tsx";

/** In place of a page that could not be shown. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <Page narrow>
      <div className="pt-10">
        <Failed
          what="The page could not be shown."
          error={error}
          onRetry={() => {
            reset();
            void router.invalidate();
          }}
        />
      </div>
    </Page>
  );
}

export function NotFound() {
  return (
    <Page narrow>
      <PageHeader title="There is no page at this address" lead="The link may be old, or cut short." />
      <Link to="/" className={buttonClass("primary")}>
        Go to the overview
      </Link>
    </Page>
  );
}

/** While it is found out who is there. */
export function Starting() {
  return (
    <div className="flex min-h-dvh">
      <div className="w-54 border-r bg-sunken p-4 max-sm:hidden">
        <Mark size={22} />
      </div>
      <div className="flex-1 p-6">
        <SkeletonLines lines={6} />
      </div>
    </div>
  );
}
