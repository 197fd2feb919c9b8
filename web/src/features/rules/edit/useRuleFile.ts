import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call } from "../../../api/client.ts";
import { Failure } from "../../../api/failure.ts";
import { keyOf, queryClient, stale } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { keep, keptOf } from "../../../kit/kept.ts";
import { useLeaving } from "../../../shell/useLeaving.ts";
import { useSession } from "../../session/session.ts";
import { type Kept, type Texts, textsOf } from "./texts.ts";

export type FileDetail = components["schemas"]["RuleFileDetail"];

/** The texts of a file while they are edited: what the server has, what is typed, and the ways between. */
export function useRuleFile(file: FileDetail) {
  const { account, organization } = useSession();
  const place = `rule.${organization.id}.${account.id}.${file.id}`;
  const [found] = useState(() => keptOf<Kept>(place));
  // What is typed was made of this; what the server has now is the file.
  const [base, setBase] = useState<Kept & { before?: string }>({
    ...textsOf(file),
    edition: found?.edition ?? file.edition,
  });
  const [now, setNow] = useState<Texts>(() => textsOf(found ?? file));
  const [restored, setRestored] = useState(found !== undefined);
  const dirty = now.text !== base.text || now.cases !== base.cases;
  const leaving = useLeaving(dirty);
  const { edition } = base;
  useEffect(() => keep(place, dirty ? { ...now, edition } : undefined), [place, dirty, now, edition]);

  const took = (answer: FileDetail, texts: Texts) => {
    queryClient.setQueryData(keyOf("/api/v1/rulefiles/{file}", { path: { file: file.id } }), answer);
    void stale("/api/v1/rulefiles");
    setBase({ ...texts, edition: answer.edition, before: file.edition });
    setRestored(false);
  };
  const put = async (texts: Texts, over: string) => {
    const body = { ...texts, edition: over };
    const answer = await call("put", "/api/v1/rulefiles/{file}/draft", { path: { file: file.id }, body });
    took(answer, texts.text ? texts : textsOf(answer));
    return answer;
  };
  const save = useMutation({ mutationFn: (over?: string) => put(now, over ?? edition) });
  const publish = useMutation({
    mutationFn: async (note: string) => {
      let at = edition;
      if (dirty) at = (await put(now, at)).edition;
      const body = { note: note.trim() || undefined, edition: at };
      const answer = await call("post", "/api/v1/rulefiles/{file}/publish", { path: { file: file.id }, body });
      took(answer, now);
      void stale("/api/v1/rules", "/api/v1/rules/{rule}");
      return answer;
    },
  });
  /** Takes back what is not published, kept or not. */
  const drop = useMutation({
    mutationFn: async () => {
      const answer = file.hasDraft ? await put({ text: "", cases: "" }, file.edition) : file;
      const texts = textsOf(answer);
      took(answer, texts);
      setNow(texts);
    },
  });
  const refused = [save.error, publish.error].some((e) => e instanceof Failure && e.kind === "conflict");
  return {
    now,
    set: (part: Partial<Texts>) => setNow({ ...now, ...part }),
    dirty,
    restored,
    leaving,
    save,
    publish,
    drop,
    /** Somebody else has kept or published something since. */
    overtaken:
      edition !== file.edition &&
      file.edition !== base.before && // what was just kept is not in the file yet
      !(save.isPending || publish.isPending || drop.isPending),
    refused,
    /** Goes on with what the server has. */
    takeTheirs: () => {
      const theirs = textsOf(file);
      setBase({ ...theirs, edition: file.edition });
      setNow(theirs);
      setRestored(false);
      save.reset();
      publish.reset();
    },
    /** Nothing typed is worth keeping any more. */
    forget: () => {
      leaving.letGo();
      keep(place, undefined);
    },
  };
}

export type RuleEdit = ReturnType<typeof useRuleFile>;
