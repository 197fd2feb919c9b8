import { Link } from "@tanstack/react-router";

/** The way back to the list of settings. */
export function Above() {
  return (
    <Link to="/settings" className="hover:underline">
      Settings
    </Link>
  );
}
