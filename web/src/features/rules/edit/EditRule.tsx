import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { read } from "../../../api/query.ts";
import { Unread } from "../../../api/Unread.tsx";
import { Skeleton } from "../../../kit/Skeleton.tsx";
import { RuleEditor } from "./RuleEditor.tsx";

const route = getRouteApi("/inside/rules/files/$id");

/** A file of the organization's own rules, to be written. */
export function EditRule() {
  const { id } = route.useParams();
  const file = useQuery(read("/api/v1/rulefiles/{file}", { path: { file: id } }));
  const above = (
    <Link to="/rules" className="hover:underline">
      Rules
    </Link>
  );
  if (!file.data) {
    return (
      <Unread query={file} what="rule" above={above}>
        <Skeleton className="h-96" />
      </Unread>
    );
  }
  return <RuleEditor key={id} file={file.data} above={above} />;
}
