import { Fragment } from "react";

/** A name of parts, such as user.session.start, that breaks between them where there is no room. */
export function Dotted({ text }: { text: string }) {
  return text.split(/(?<=[._])/).map((part, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the order is what they are
    <Fragment key={i}>
      {part}
      <wbr />
    </Fragment>
  ));
}
