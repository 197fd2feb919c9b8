import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { read } from "../../api/query.ts";
import { Note } from "../../kit/Note.tsx";
import { usePreference } from "../../kit/preference.ts";
import { zonePreference } from "../../kit/Time.tsx";
import { absolute, counted } from "../../kit/time.ts";

/** What two bounds would take away of what is stored now, before they are saved. */
export function WouldGo({ days, megabytes }: { days: number; megabytes: number }) {
  const {
    data: got,
    error,
    isFetching,
    isPlaceholderData,
  } = useQuery({
    ...read("/api/v1/events/retention/preview", { query: { days, megabytes } }),
    placeholderData: keepPreviousData,
  });
  const [zone] = usePreference(zonePreference);
  const day = (at: string) => absolute(new Date(at), zone);
  const data = isPlaceholderData ? undefined : got;
  const nothing = data?.events === 0;
  return (
    <Note tone={nothing ? "info" : "warn"} title="What would go">
      {!data && isFetching && <p>Counting what is past these bounds …</p>}
      {error && !isFetching && <p>What is past these bounds could not be counted: {error.message}</p>}
      {nothing && <p>Nothing of what is stored now.</p>}
      {data && !nothing && data.before && (
        <p>
          {counted(data.events, "event")}
          {data.since && `, published from ${day(data.since)} to ${day(data.before)}`}. They go within the hour, and
          cannot be had back.
        </p>
      )}
      {data && data.stay > 0 && (
        <p>
          {data.stay === 1
            ? "1 event that is as old stays, because an alert rests on it."
            : `${counted(data.stay, "event")} that are as old stay, because alerts rest on them.`}
        </p>
      )}
    </Note>
  );
}
