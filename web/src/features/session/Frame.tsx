import type { ReactNode } from "react";
import { Mark } from "../../shell/Mark.tsx";

/** The page of somebody who is not inside yet. */
export function Frame({ title, intro, children }: { title: string; intro?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <main className="mx-auto flex w-full max-w-sm flex-1 flex-col px-5 pt-[min(18vh,10rem)] pb-10">
        <div className="mb-8 flex items-center gap-2.5">
          <Mark size={28} />
          <span className="text-lg font-semibold tracking-tight">Sallyport</span>
        </div>
        <h1 className="text-xl">{title}</h1>
        {intro && <p className="mt-1 text-pretty text-muted">{intro}</p>}
        <div className="mt-6">{children}</div>
      </main>
    </div>
  );
}
