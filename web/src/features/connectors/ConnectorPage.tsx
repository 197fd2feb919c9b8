import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { read } from "../../api/query.ts";
import { Unread } from "../../api/Unread.tsx";
import { Builder } from "./Builder.tsx";

const route = getRouteApi("/inside/connectors/$id");

const above = (
  <Link to="/catalogue" className="hover:underline">
    Catalogue
  </Link>
);

/** A connector that the organization has made itself, to be changed. */
export function ConnectorPage() {
  const { id } = route.useParams();
  const file = useQuery({ ...read("/api/v1/connectors/{id}/file", { path: { id } }), enabled: id !== "new" });
  if (id === "new") return <Builder above={above} />;
  if (!file.data) return <Unread query={file} what="connector" above={above} />;
  return <Builder key={id} file={file.data} above={above} />;
}
