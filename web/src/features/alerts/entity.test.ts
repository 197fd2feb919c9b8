import { expect, test } from "vitest";
import { actedOn, alertsAbout, entityOf, eventsOf, thisOne } from "./entity.ts";

const ada = { kind: "user", id: "00u1", login: "ada@acme.example", name: "Ada" };

test("the events of somebody are those that they did and that were done to them", () => {
  expect(eventsOf(ada)?.filter).toBe('actor.id eq "00u1" or target.id eq "00u1"');
  expect(eventsOf({ ...ada, id: "" })?.filter).toBe(
    'actor.alternateId eq "ada@acme.example" or target.alternateId eq "ada@acme.example"',
  );
  expect(eventsOf({ kind: "ip", id: "192.0.2.1", login: "", name: "192.0.2.1" })?.filter).toBe(
    'client.ipAddress eq "192.0.2.1"',
  );
  expect(eventsOf({ kind: "session", id: 'a"b', login: "", name: "" })?.filter).toBe(
    'authenticationContext.externalSessionId eq "a\\"b"',
  );
});

test("there are no events of what has no name", () => {
  expect(eventsOf({ kind: "user", id: "", login: "", name: "Ada" })).toBeUndefined();
  expect(eventsOf({ kind: "org", id: "o1", login: "", name: "acme" })).toBeUndefined();
});

test("whom an event names is what an alert is about", () => {
  expect(entityOf({ id: "00u1", type: "User", login: "ada@acme.example", name: "Ada" })).toEqual(ada);
  expect(entityOf({ id: "0oa1", type: "AppInstance", login: "unknown", name: "Mail" })).toEqual({
    kind: "app",
    id: "0oa1",
    login: "",
    name: "Mail",
  });
  expect(entityOf({ id: "0ua1", type: "AppUser", login: "ada@acme.example", name: "Ada" })).toEqual({ ...ada, id: "" });
  expect(entityOf({ id: "192.0.2.1", type: "IP address", login: "unknown", name: "192.0.2.1" }).kind).toBe("ip");
  expect(entityOf({ id: "x", type: "Door", login: "", name: "" }).kind).toBe("other");
  expect(alertsAbout(ada)).toEqual({ view: "all", entity: "00u1", entityKind: "user" });
});

test("something was done to people, groups and apps alone", () => {
  expect(actedOn(ada)).toBe(true);
  expect(actedOn({ ...ada, id: "" })).toBe(false);
  expect(actedOn({ ...ada, kind: "ip" })).toBe(false);
  expect([thisOne("user"), thisOne("ip"), thisOne("door")]).toEqual(["this person", "this address", "this"]);
});
