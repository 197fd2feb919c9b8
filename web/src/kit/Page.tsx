import { clsx } from "clsx";
import { type ReactNode, useEffect } from "react";

/** The head of a page: what it is, what can be done. */
export function PageHeader({
  title,
  mark,
  lead,
  actions,
  above,
}: {
  title: string;
  mark?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  above?: ReactNode;
}) {
  useTitle(title);
  return (
    <header className="flex flex-col gap-1 pt-5 pb-4 max-sm:pt-4 max-sm:pb-3">
      {above && <div className="text-sm text-muted">{above}</div>}
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-72">
          <div className="flex min-h-8 flex-wrap items-center gap-x-2.5 gap-y-1">
            <h1 className="text-xl leading-7 wrap-anywhere">{title}</h1>
            {mark}
          </div>
          {lead && <div className="mt-0.5 max-w-[96ch] text-pretty text-muted">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </header>
  );
}

/** The width and margins of a page. */
export function Page({ children, narrow }: { children: ReactNode; narrow?: boolean }) {
  if (narrow) {
    return (
      <Page>
        <div className="max-w-3xl">{children}</div>
      </Page>
    );
  }
  return <div className="mx-auto w-full max-w-[110rem] px-6 pb-16 max-sm:px-4">{children}</div>;
}

/** A part of a page with its name. */
export function Section({
  title,
  aside,
  children,
  className,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section aria-label={title} className={clsx("min-w-0", className)}>
      <div className="mb-2 flex min-h-7 items-center justify-between gap-3">
        <h2 className="text-base">{title}</h2>
        {aside && <div className="flex items-center gap-2 text-sm text-muted">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

/** What matters on the left; on wide pages, what it rests on beside it. */
export function Split({ children, aside }: { children: ReactNode; aside: ReactNode }) {
  return (
    <div className="grid items-start gap-x-8 gap-y-6 max-xl:max-w-3xl xl:grid-cols-[minmax(0,1fr)_minmax(0,32rem)]">
      <div className="flex min-w-0 flex-col gap-6">{children}</div>
      {aside}
    </div>
  );
}

/** A surface with a frame. */
export function Panel({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={clsx("min-w-0 rounded-lg border bg-surface", className)}>{children}</div>;
}

/** Names and values, one below the other. */
export function Facts({ items, className }: { items: [string, ReactNode][]; className?: string }) {
  return (
    <dl className={clsx("grid grid-cols-[minmax(7rem,auto)_1fr] gap-x-4 gap-y-1.5", className)}>
      {items.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Names the page in the browser's tab and in its history. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = title ? `${title} · Sallyport` : "Sallyport";
  }, [title]);
}
