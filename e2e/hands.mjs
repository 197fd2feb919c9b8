// Somebody's hands in the editor: with a mouse, or with a keyboard and nothing else.
import { until } from "./demo.mjs";

/** By mouse: what is pressed is pressed, what can be dragged is dragged; words are typed. */
export function byMouse(page) {
  const fields = page.getByRole("complementary", { name: "What is chosen" });
  const box = (name) => fields.getByRole("textbox", { name: new RegExp(`^${name}( \\(required\\))?$`) });
  const saved = () => page.getByText("Draft saved").waitFor();

  async function fill(f) {
    if (f.drag) {
      // The value is dragged from the list beside the picture onto the card's row.
      await page.getByRole("button", { name: "Values", exact: true }).click();
      const row = fields.page().locator(`[data-card][aria-pressed="true"] [data-row="${f.row}"]`);
      await page.locator(`[data-value="${f.drag}"]`).first().dragTo(row);
      await until("the value", async () => (await box(f.name).inputValue()) === `{{ ${f.drag} }}`);
      await page.getByRole("button", { name: "Cards", exact: true }).click();
    } else if (f.select) await fields.getByRole("combobox", { name: f.name }).selectOption({ label: f.select });
    else if (f.choice) {
      await fields.getByRole("combobox", { name: f.name }).selectOption({ label: "A value of another card…" });
      await box(f.name).fill(f.choice);
    } else await box(f.name).fill(f.text);
  }

  return {
    async begin(title) {
      await page.getByRole("button", { name: "New flow" }).click();
      const dialog = page.getByRole("dialog", { name: "New flow" });
      await dialog.getByRole("textbox", { name: /^Title/ }).fill(title);
      await dialog.getByRole("button", { name: "Begin" }).click();
      await page.waitForURL(/\/edit$/);
      await page.locator('[data-card="trigger"]').waitFor();
    },
    async trigger(event) {
      await page.locator('[data-card="trigger"]').click();
      await fields
        .getByRole("combobox", { name: /^It starts when/ })
        .selectOption({ label: "Something happens in Okta or Auth0" });
      await fields.getByRole("combobox", { name: /^Event type/ }).fill(event);
    },
    async option(o) {
      await page.getByTitle("The flow itself").click();
      await fields.getByRole("textbox", { name: "Name of an option" }).fill(o.name);
      await fields.getByRole("region", { name: "Options" }).getByRole("button", { name: "Add", exact: true }).click();
      const group = fields.getByRole("group", { name: o.name });
      await group.getByRole("combobox", { name: "Type" }).selectOption(o.type);
      await group.getByRole("textbox", { name: "Default" }).fill(o.value);
    },
    async add(c, table) {
      // Into a lane, or behind what stands there: by the plus in its place.
      const last = page.locator('[data-slot^="cards+"]').last();
      const dialog = page.getByRole("dialog", { name: "Add a card" });
      await opened(c.in ? page.locator(`[data-slot="${c.in.join("/")}+0"]`) : last, dialog);
      await dialog.getByPlaceholder("Search actions, functions, steering").fill(`${c.item} ${c.of ?? ""}`.trim());
      await dialog.getByRole("option").filter({ hasText: c.item }).first().click();
      await fields.getByRole("textbox", { name: "Card id" }).fill(c.id);
      await fields.getByRole("textbox", { name: "Card title" }).click();
      await page.locator(`[data-card="${c.id}"]`).waitFor();
      if (c.table) await newTable(table);
      for (const f of c.fields) await fill(f);
      if (c.when) {
        await fields.getByRole("button", { name: "Only if a condition holds" }).click();
        await box("If").fill(c.when);
      }
      if (c.goesOn) {
        await fields.getByText("When it does not succeed").click();
        await fields.getByRole("combobox", { name: "If it fails" }).selectOption({ label: "the run goes on" });
      }
    },
    async gives(g) {
      await page.locator(`[data-card="${g.card}"]`).click({ position: { x: 60, y: 12 } });
      await fields.getByRole("textbox", { name: "Name of an output" }).fill(g.output);
      await fields.getByRole("button", { name: "Add", exact: true }).click();
      for (const side of ["then", "else"]) await box(`${g.output}, ${side}`).fill(g[side]);
    },
    async publish(note) {
      await saved();
      await page.getByRole("button", { name: "Publish", exact: true }).click();
      const dialog = page.getByRole("dialog", { name: /^Publish/ });
      await dialog.getByRole("textbox", { name: "What has changed" }).fill(note);
      await dialog.getByRole("button", { name: "Publish" }).click();
      await page.getByText("Version 1 is published").waitFor();
    },
    async switchOn(title) {
      await page.getByRole("switch", { name: `${title}: off` }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Switch on" }).click();
      await page.getByRole("switch", { name: `${title}: on` }).waitFor();
    },
  };

  async function newTable(t) {
    await fields.getByRole("combobox", { name: /^Table/ }).selectOption({ label: "A new table…" });
    const dialog = page.getByRole("dialog", { name: "New table" });
    await dialog.getByRole("textbox", { name: /^Title/ }).fill(t.title);
    for (const [i, [name, type]] of t.columns.entries()) {
      if (i > 0) await dialog.getByRole("button", { name: "Column" }).click();
      await dialog.getByRole("textbox", { name: `Name of column ${i + 1}` }).fill(name);
      await dialog.getByRole("combobox", { name: `Type of column ${i + 1}` }).selectOption(type);
    }
    await dialog.getByRole("button", { name: "Use this table" }).click();
  }
}

/** By keyboard alone: keys that the page documents, Tab, arrows, Enter and words. */
export function byKeyboard(page) {
  let clicks = 0;
  page.on("framenavigated", watch);
  const press = (key) => page.keyboard.press(key);
  const type = (text) => page.keyboard.insertText(text);

  function watch() {
    page
      .evaluate(() => {
        if (window.watched) return;
        window.watched = true;
        window.presses = 0;
        addEventListener("pointerdown", () => window.presses++, true);
      })
      .catch(() => {});
  }

  /** What has the focus, by its name for readers. */
  const focused = () =>
    page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return "";
      const label = e.labels?.[0]?.textContent ?? "";
      return `${e.getAttribute("aria-label") ?? ""}|${label}|${e.tagName === "BUTTON" || e.tagName === "SUMMARY" || e.tagName === "A" ? e.textContent : ""}`;
    });
  const is = (name, what) => what.split("|").some((w) => w === name || w === `${name} (required)`);

  /** Goes on with Tab, or back with Shift Tab, until something has the focus. */
  async function tabTo(name, most = 60) {
    const key = (await isBehind(name)) ? "Tab" : "Shift+Tab";
    for (let i = 0; i < most; i++) {
      if (is(name, await focused())) return;
      await press(key);
    }
    throw new Error(`no way by ${key} to ${name}; the focus is at ${await focused()}`);
  }

  /** Whether something of a name stands behind what has the focus. */
  const isBehind = (name) =>
    page.evaluate((wanted) => {
      const named = (e) =>
        [e.getAttribute("aria-label"), e.labels?.[0]?.textContent, e.textContent].some(
          (t) => t === wanted || t === `${wanted} (required)`,
        );
      const within = document.querySelector('[role="dialog"]') ?? document.querySelector("[data-fields]") ?? document;
      const all = [...within.querySelectorAll("input, textarea, select, button, summary, a")];
      const target = all.find(named);
      const at = document.activeElement;
      return !target || !at || Boolean(at.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING);
    }, name);

  /** Writes into the field that has the focus, over what stands there. */
  async function write(text) {
    await press("Control+a");
    await type(text);
  }

  /** Chooses in a select by typing the beginning of a label. */
  async function choose(label) {
    await page.keyboard.type(label.slice(0, 14));
    await until(
      label,
      async () => (await page.evaluate(() => document.activeElement.selectedOptions?.[0]?.textContent)) === label,
    );
  }

  /** The chosen card, and whether the picture has the focus. */
  const onCard = () => page.evaluate(() => document.activeElement?.getAttribute("data-card"));
  const back = async () => {
    for (let i = 0; i < 3 && (await onCard()) === null; i++) {
      await press("Escape");
      await page.waitForTimeout(60);
    }
  };
  /** Goes to a card with j and k. */
  async function go(id) {
    await back();
    const order = await page.evaluate(() =>
      [...document.querySelectorAll("[data-card]")].map((e) => e.getAttribute("data-card")),
    );
    const key = order.indexOf(id) < order.indexOf(await onCard()) ? "k" : "j";
    for (let i = 0; i < 40 && (await onCard()) !== id; i++) {
      const was = await onCard();
      await press(key);
      await until("the next card", async () => (await onCard()) !== was, 3_000).catch(() =>
        press(key === "j" ? "k" : "j"),
      );
    }
  }

  async function field(f) {
    await tabTo(f.name);
    if (f.select) return choose(f.select);
    if (f.pick) {
      // The value is found in the list of what is available.
      await press("Control+Space");
      await until(
        "the list",
        async () =>
          (await page.evaluate(() => document.activeElement?.getAttribute("placeholder"))) === "Search values",
      );
      await type(f.pick);
      await page.waitForTimeout(80);
      await press("Enter");
      return until(
        "the value",
        async () => (await page.evaluate(() => document.activeElement?.value)) === `{{ ${f.drag} }}`,
      );
    }
    if (f.choice) {
      await press("End"); // the last choice: a value of another card
      await until("the field", async () => page.evaluate(() => document.activeElement?.tagName === "TEXTAREA"));
      return write(f.choice);
    }
    return write(f.text);
  }

  return {
    pressed: () => clicks,
    async begin(title) {
      watch();
      await press("n");
      await page.getByRole("dialog", { name: "New flow" }).waitFor();
      await tabTo("Title");
      await type(title);
      await press("Enter");
      await page.waitForURL(/\/edit$/);
      await page.locator('[data-card="trigger"]').waitFor();
    },
    async trigger(event) {
      await press("j");
      await until("the trigger", async () => (await onCard()) === "trigger");
      await press("e");
      await tabTo("It starts when");
      await choose("Something happens in Okta or Auth0");
      await tabTo("Event type");
      await write(event);
      await back();
    },
    async option(o) {
      await back();
      await press("f");
      await tabTo("Name of an option");
      await type(o.name);
      await press("Enter");
      await page.getByRole("group", { name: o.name }).waitFor();
      // The new option stands before the field for the next.
      await tabTo("Default");
      await write(o.value);
      await tabTo("Type");
      await choose(o.type);
    },
    async add(c, table) {
      if (c.in) {
        await go(c.in[0]);
        await press("i");
      } else {
        await go(c.after ?? (await lastCard()));
        await press("a");
      }
      await page.getByRole("dialog", { name: "Add a card" }).waitFor();
      if (c.in?.[1] === "else") {
        await tabTo("Where");
        await choose("In else");
        await press("Shift+Tab");
      }
      await type(`${c.item} ${c.of ?? ""}`.trim());
      await page.locator("[cmdk-item]").first().waitFor();
      await page.waitForTimeout(100);
      await press("Enter");
      await page.getByRole("dialog", { name: "Add a card" }).waitFor({ state: "hidden" });
      await until("the fields", async () => page.evaluate(() => !!document.activeElement?.closest("[data-fields]")));
      await tabTo("Card id");
      await write(c.id);
      await press("Enter");
      await page.locator(`[data-card="${c.id}"]`).waitFor();
      await until("the card", async () =>
        page.evaluate(
          (id) => document.querySelector(`[data-card="${id}"]`)?.getAttribute("aria-pressed") === "true",
          c.id,
        ),
      );
      await page.waitForTimeout(60);
      if (!(await page.evaluate(() => !!document.activeElement?.closest("[data-fields]")))) await press("e");
      if (c.table) await newTable(table);
      for (const f of c.fields) await field(f);
      if (c.when) {
        await tabTo("Only if a condition holds");
        await press("Enter");
        await tabTo("If");
        await write(c.when);
      }
      if (c.goesOn) {
        await tabTo("When it does not succeed");
        await press("Enter");
        await tabTo("If it fails");
        await choose("the run goes on");
      }
      await back();
    },
    async gives(g) {
      await go(g.card);
      await press("e");
      await tabTo("Name of an output");
      await type(g.output);
      await press("Enter");
      await page.getByRole("group", { name: g.output }).waitFor();
      await tabTo(`${g.output}, else`);
      await write(g.else);
      await tabTo(`${g.output}, then`);
      await write(g.then);
      await back();
    },
    async publish(note) {
      await page.getByText("Draft saved").waitFor();
      await back();
      await press("p");
      await page.getByRole("dialog", { name: /^Publish/ }).waitFor();
      await tabTo("What has changed");
      await type(note);
      await page.getByRole("dialog").getByRole("button", { name: "Publish" }).and(page.locator(":enabled")).waitFor();
      await press("Enter");
      await page.getByText("Version 1 is published").waitFor();
    },
    async switchOn(title) {
      await page.getByRole("switch", { name: `${title}: off` }).waitFor();
      await tabTo(`${title}: off`);
      await press("Space");
      await page.getByRole("dialog").waitFor();
      await page.getByRole("dialog").getByRole("button", { name: "Switch on" }).waitFor();
      await tabTo("Switch on");
      await press("Enter");
      await page.getByRole("switch", { name: `${title}: on` }).waitFor();
      clicks = await page.evaluate(() => window.presses ?? 0);
    },
  };

  async function lastCard() {
    return page.evaluate(() => {
      const all = [...document.querySelectorAll("[data-card]")];
      const y = (e) => e.getBoundingClientRect().top;
      return all.reduce((a, b) => (y(b) > y(a) ? b : a)).getAttribute("data-card");
    });
  }

  async function newTable(t) {
    await tabTo("Table");
    await press("End"); // the last choice: a new table
    const dialog = page.getByRole("dialog", { name: "New table" });
    await dialog.waitFor();
    await tabTo("Title");
    await type(t.title);
    for (const [i, [name, kind]] of t.columns.entries()) {
      if (i > 0) {
        await tabTo(`Name of column ${i}`);
        await press("Enter");
      }
      await tabTo(`Name of column ${i + 1}`);
      await type(name);
      await tabTo(`Type of column ${i + 1}`);
      await choose(kind);
    }
    await tabTo("Use this table");
    await press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await tabTo("Table");
  }
}

/** Presses what opens a dialog, again where the picture was drawn anew under the hand. */
async function opened(button, dialog) {
  await button.click();
  const there = await dialog.waitFor({ timeout: 4_000 }).then(
    () => true,
    () => false,
  );
  if (!there) await button.click();
}
