import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Page, PageHeader } from "../kit/Page.tsx";
import { SkeletonLines } from "../kit/Skeleton.tsx";
import { Failed } from "./Failed.tsx";

/** The page of a thing before it is read, or where it could not be read. */
export function Unread({
  query,
  what,
  above,
  narrow,
  children,
}: {
  query: UseQueryResult<unknown>;
  what: string;
  above: ReactNode;
  narrow?: boolean;
  /** What stands below the lines while it is read. */
  children?: ReactNode;
}) {
  if (!query.isError) {
    return (
      <Page narrow={narrow}>
        <div className="py-6">
          <SkeletonLines lines={6} />
        </div>
        {children}
      </Page>
    );
  }
  return (
    <Page narrow={narrow}>
      <PageHeader title={what.charAt(0).toUpperCase() + what.slice(1)} above={above} />
      <Failed
        what={`The ${what} could not be read.`}
        error={query.error}
        onRetry={() => void query.refetch()}
        retrying={query.isRefetching}
      />
    </Page>
  );
}
