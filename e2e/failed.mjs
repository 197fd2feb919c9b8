// A reporter that writes the files of the stories that failed, one a line.
export default async function* (source) {
  for await (const { type, data } of source) if (type === "test:fail" && data.file) yield `${data.file}\n`;
}
