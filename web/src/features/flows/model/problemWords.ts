// The server speaks of a flow's YAML; whoever edits the picture sees cards and fields.

type Words = [where: RegExp, said: RegExp, words: string];

const rewritten: Words[] = [
  [/^cards$/, /at least one card/, "There are no cards yet: add what the flow does."],
  [/^trigger$/, /what starts the flow is missing/, "Choose what starts the flow."],
  [/\bwhere$/, /a condition is for event triggers/, "Only a flow that an event starts can have a condition."],
  [/^trigger\.event/, /^"" is no event type/, "Choose the event that starts it."],
  [/./, /a \{\{ is not closed$/, "A reference is not finished: what begins with {{ ends with }}."],
  [/./, /the cards to run in each round are missing/, "Put a card into it: nothing is done in a round yet."],
  [/./, /the cards to run for each record are missing/, "Put a card into it: nothing is done for a record yet."],
  [/./, /what the card does is missing/, "Choose what the card does."],
  [/./, /a card does one thing/, "The card does more than one thing: see its YAML."],
  [/./, /^then without an if/, "Say when it holds: the condition is missing."],
  [/./, /when the case holds is missing/, "Say when this case holds: its condition is missing."],
  [/./, /a list of cases is wanted/, "Add a case: when it holds, and what is done then."],
  [/./, /has an if or an unless, not both/, "Give it one condition: when it runs, or when it does not."],
  [/./, /either until, or for and unit/, "Say how long it waits, or until when."],
  [/./, /stop, continue, \{call: FLOW\}/, "Choose what happens when it fails."],
  [/./, /which table is missing/, "Choose a table."],
  [/./, /whose rows it is about is missing/, "Choose the table whose rows it is about."],
  [/./, /which connector it is for is missing/, "Choose which connector it is for."],
  [
    /./,
    /a function \(text\.compose\), an action of a connection/,
    "Choose a function, an action or what is done to a table.",
  ],
  [/./, /a list of cards is wanted/, "Cards belong here, and something else stands here: see the YAML."],
  [/\buse$/, /there is no function "", and no connection/, "Choose what the card does."],
  [/\bcall$/, /^"" is no name/, "Choose the flow that it calls."],
  [/\bcall$/, /there is no flow "" in this folder/, "Choose the flow that it calls."],
  [/./, /^a mapping is wanted/, "Names with values belong here, and something else stands here."],
  [/./, /no such key; there are/, "The YAML says something here that means nothing."],
];

/** What is wrong, in the words of somebody who looks at the picture. */
export function problemWords(path: string, message: string): string {
  const hit = rewritten.find(([where, said]) => where.test(path) && said.test(message));
  if (hit) return hit[2];
  const wanted = /wants the input "([^"]+)"$/.exec(message);
  if (wanted) return `${wanted[1]} is wanted.`;
  const unread = /^\d+:(\d+): Syntax error: (.*)$/s.exec(message);
  if (unread) return `The condition cannot be read, from its character ${unread[1]} on: ${unread[2]}`;
  // A plain word begins large; a reference or a name stays as it is written.
  return /^[a-z]+[ ,:]/.test(message) ? message.charAt(0).toUpperCase() + message.slice(1) : message;
}

const steering: Record<string, string> = {
  if: "condition",
  unless: "condition",
  where: "condition",
  use: "what it does",
  do: "in each round",
  each: "list",
  map: "list",
  filter: "list",
  reduce: "list",
  repeat: "times",
  call: "flow",
  on_error: "if it fails",
};

/** A field of a card by what it is called there: with.user, branch[1].if. */
export function fieldWords(field: string): string {
  const branch = /^branch\[(\d+)\](?:\.(\w+))?/.exec(field);
  if (branch) return `case ${Number(branch[1]) + 1}`;
  if (field === "with" || field === "cards") return "";
  const part = field.replace(/^(with|out|return|options|connections|tables)\./, "").replace(/\[0\]$/, "");
  return steering[part] ?? part;
}
