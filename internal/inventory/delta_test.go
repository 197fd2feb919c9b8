package inventory_test

import (
	"testing"
	"time"

	"sallyport/internal/inventory"
)

func logEvent(typ string, at time.Time, targets ...inventory.Target) inventory.LogEvent {
	return inventory.LogEvent{Type: typ, Published: at, Targets: targets}
}

// Events say what to read again; of what they tell of an edge the newest holds.
func TestEventsTouch(t *testing.T) {
	now := time.Now()
	user, group, app := inventory.Target{ID: "00u1", Type: "User"}, inventory.Target{ID: "00g1", Type: "UserGroup"}, inventory.Target{ID: "0oa1", Type: "AppInstance"}
	f := inventory.NewFamilies()
	part := func(kind inventory.Kind, id, what string) inventory.Part {
		return inventory.Part{Of: inventory.Ref{Kind: kind, ID: id}, What: what}
	}
	for _, c := range []struct {
		event inventory.LogEvent
		list  string
		part  inventory.Part
	}{
		{event: logEvent("user.lifecycle.suspend", now, user), part: part(inventory.User, "00u1", "user")},
		{event: logEvent("user.lifecycle.deactivate", now, user), part: part(inventory.User, "00u1", "member_of")},
		{event: logEvent("user.account.privilege.grant", now, user), part: part(inventory.User, "00u1", "has_role")},
		{event: logEvent("group.privilege.revoke", now, group), part: part(inventory.Group, "00g1", "has_role"), list: "resource_set"},
		{event: logEvent("group.lifecycle.delete", now, group), part: part(inventory.Group, "00g1", "group"), list: "group_rule"},
		{event: logEvent("app.oauth2.admin.consent.grant", now, app), part: part(inventory.App, "0oa1", "granted_scope")},
		{event: logEvent("system.api_token.create", now), list: "api_token"},
		{event: logEvent("zone.update", now), list: "zone"},
		{event: logEvent("policy.rule.add", now, inventory.Target{ID: "0pr1", Type: "PolicyRule"}), list: "policy"},
		{event: logEvent("policy.rule.update", now, inventory.Target{ID: "00p1", Type: "PolicyEntity"}), part: part(inventory.Policy, "00p1", "policy")},
		{event: logEvent("iam.resourceset.bindings.add", now), list: "has_role"},
	} {
		d := f.Touched([]inventory.LogEvent{c.event})
		if !f.Concern(c.event.Type) || c.list != "" && !d.Lists[c.list] || c.part.What != "" && !d.Parts[c.part] {
			t.Errorf("%s: %v %v", c.event.Type, d.Lists, d.Parts)
		}
	}
	for _, typ := range []string{"user.session.start", "user.authentication.sso", "event_hook.delivery", "policy.evaluate_sign_on", "system.api_token.request_outside_allowed_range", ""} {
		if f.Concern(typ) || !f.Touched([]inventory.LogEvent{logEvent(typ, now, user)}).Empty() {
			t.Errorf("%q changes something", typ)
		}
	}
	add, remove := logEvent("group.user_membership.add", now, group, user), logEvent("group.user_membership.remove", now.Add(time.Second), user, group)
	for _, order := range [][]inventory.LogEvent{{add, remove}, {remove, add}, {remove, add, add, remove}} {
		d := f.Touched(order)
		if len(d.Pairs) != 1 || len(d.Parts) != 0 {
			t.Errorf("%v %v", d.Pairs, d.Parts)
		}
		for _, p := range d.Pairs {
			if p.There {
				t.Errorf("%v is there", p.Edge)
			}
		}
	}
	remove.Published = add.Published
	if d := f.Touched([]inventory.LogEvent{add, remove}); !d.Parts[part(inventory.Group, "00g1", "member_of")] {
		t.Error("what cannot be told is not asked")
	}
}

func FuzzParseLogEvent(f *testing.F) {
	f.Add([]byte(`{"eventType":"group.user_membership.add","published":"2026-01-02T03:04:05.678Z","target":[{"id":"00u1","type":"User"},{"id":"00g1","type":"UserGroup"}]}`))
	f.Add([]byte(`{"eventType":"policy.rule.add","target":null}`))
	families := inventory.NewFamilies()
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := inventory.ParseLogEvent(raw)
		if err != nil {
			return
		}
		for part := range families.Touched([]inventory.LogEvent{e}).Parts {
			if part.Of.ID == "" || !part.Of.Kind.Valid() {
				t.Errorf("%+v is to be read", part)
			}
		}
	})
}
