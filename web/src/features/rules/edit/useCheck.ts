import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call } from "../../../api/client.ts";
import type { Texts } from "./texts.ts";

const pause = 400;

/** What is wrong with the texts, asked for whenever they rest for a moment. */
export function useCheck(file: string, now: Texts) {
  const [asked, setAsked] = useState(now);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(now), pause);
    return () => clearTimeout(timer);
  }, [now]);
  const query = useQuery({
    queryKey: ["rule-check", file, asked.text, asked.cases],
    queryFn: ({ signal }) => call("post", "/api/v1/rulefiles/check", { body: { file, ...asked }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
    refetchOnWindowFocus: false,
  });
  // What is shown is of a text that is no longer there.
  const behind = asked !== now || query.isFetching;
  return { check: query.data, behind, query };
}
