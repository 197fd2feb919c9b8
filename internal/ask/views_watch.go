package ask

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/event"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
)

func watchViews() []View { return []View{findings(), alerts(), events()} }

func findings() View {
	of := func(fn func(posture.Finding) any) func(row) any {
		return func(r row) any { f, _ := r.other.(posture.Finding); return fn(f) }
	}
	return View{
		Name: "findings", Doc: "What checks of posture found.", Area: OfInventory, fresh: true,
		Columns: []Column{
			column("id", Text, "", of(func(f posture.Finding) any { return f.ID })),
			column("check_id", Text, "the check", of(func(f posture.Finding) any { return f.Check })),
			column("severity", Text, "critical, high, medium, low or info", of(func(f posture.Finding) any { return string(f.Severity) })),
			column("state", Text, "open, accepted or closed", of(func(f posture.Finding) any { return string(f.State) })),
			column("object_kind", Text, "user, app, policy, …", of(func(f posture.Finding) any { return string(f.Object.Kind) })),
			column("object_id", Text, "what it is about", of(func(f posture.Finding) any { return f.Object.ID })),
			column("object_part", Text, "the part of it: id of a rule, of a key", of(func(f posture.Finding) any { return f.Object.Part })),
			column("object_name", Text, "", of(func(f posture.Finding) any { return f.Object.Name })),
			column("said", Text, "what the check said", of(func(f posture.Finding) any { return f.Said })),
			column("opened", Time, "the last time", of(func(f posture.Finding) any { return f.Opened })),
			column("closed", Time, "", of(func(f posture.Finding) any { return f.Closed })),
			column("seen", Time, "when it was last looked at", of(func(f posture.Finding) any { return f.Seen })),
			column("times", Integer, "how often it was opened", of(func(f posture.Finding) any { return f.Times })),
			ofTenant(),
		},
		rows: func(ctx context.Context, in from, each func(row) error) error {
			return in.Findings(ctx, in.tenant, func(f posture.Finding) error { return each(row{tenant: in.tenant.ID, other: f}) })
		},
	}
}

func alerts() View {
	of := func(fn func(alert.Alert) any) func(row) any {
		return func(r row) any { a, _ := r.other.(alert.Alert); return fn(a) }
	}
	return View{
		Name: "alerts", Doc: "Alerts of the organization, whichever org they are about, as far back as is asked.", Area: OfAlerts, fresh: true,
		Columns: []Column{
			column("id", Text, "", of(func(a alert.Alert) any { return a.ID })),
			column("number", Integer, "as people name it", of(func(a alert.Alert) any { return a.Number })),
			column("title", Text, "", of(func(a alert.Alert) any { return a.Title })),
			column("rule_id", Text, "the rule", of(func(a alert.Alert) any { return a.Rule })),
			column("rule", Text, "its title", of(func(a alert.Alert) any { return a.RuleTitle })),
			column("type", Text, "", of(func(a alert.Alert) any { return a.Type })),
			column("severity", Text, "informational, low, medium, high or critical", of(func(a alert.Alert) any { return a.Severity.String() })),
			column("state", Text, "open, acknowledged, in_progress or closed", of(func(a alert.Alert) any { return string(a.State) })),
			column("verdict", Text, "of a closed one: true_positive, benign, false_positive or duplicate", of(func(a alert.Alert) any { return string(a.Verdict) })),
			column("entity_kind", Text, "user, ip, app, …", of(func(a alert.Alert) any { return a.Entity.Kind })),
			column("entity_id", Text, "whom or what it is about", of(func(a alert.Alert) any { return a.Entity.ID })),
			column("entity_login", Text, "", of(func(a alert.Alert) any { return a.Entity.Login })),
			column("entity_name", Text, "", of(func(a alert.Alert) any { return a.Entity.Name })),
			column("risk", Integer, "of the entity, 0 to 100", of(func(a alert.Alert) any { return a.Risk })),
			column("hits", Integer, "how often the rule found something", of(func(a alert.Alert) any { return a.Hits })),
			column("tags", JSON, "", of(func(a alert.Alert) any { return a.Tags })),
			column("case_id", Text, "", of(func(a alert.Alert) any { return a.Case })),
			column("first_at", Time, "the first event", of(func(a alert.Alert) any { return a.FirstAt })),
			column("last_at", Time, "the last event", of(func(a alert.Alert) any { return a.LastAt })),
			column("created", Time, "", of(func(a alert.Alert) any { return a.CreatedAt })),
			column("acknowledged", Time, "when somebody first looked at it", of(func(a alert.Alert) any { return a.AckedAt })),
			column("closed", Time, "", of(func(a alert.Alert) any { return a.ClosedAt })),
		},
		rows: func(ctx context.Context, in from, each func(row) error) error {
			return in.Alerts(ctx, in.org, in.since, func(a alert.Alert) error { return each(row{other: a}) })
		},
	}
}

func events() View {
	of := func(fn func(event.Event) any) func(row) any {
		return func(r row) any { e, _ := r.other.(event.Event); return fn(e) }
	}
	at := func(path string) func(row) any { return of(func(e event.Event) any { return e.Text(path) }) }
	target := func(fn func(event.Entity) any) func(row) any {
		return of(func(e event.Event) any {
			if all := e.Targets(); len(all) > 0 {
				return fn(all[0])
			}
			return nil
		})
	}
	return View{
		Name: "events", Doc: "Events of the System Log, the newest, as far back as is asked.", Area: OfEvents, fresh: true,
		Columns: []Column{
			column("uuid", Text, "", of(func(e event.Event) any { return e.UUID })),
			column("time", Time, "when it was published", of(func(e event.Event) any { return e.Published })),
			column("type", Text, "user.session.start, …", of(func(e event.Event) any { return e.Type })),
			column("severity", Text, "DEBUG, INFO, WARN or ERROR", of(func(e event.Event) any { return e.Severity })),
			column("message", Text, "", of(func(e event.Event) any { return e.Message })),
			column("outcome", Text, "SUCCESS, FAILURE, ALLOW, DENY, …", of(func(e event.Event) any { return e.Outcome })),
			column("reason", Text, "of the outcome", of(func(e event.Event) any { return e.Reason })),
			column("actor_id", Text, "who", of(func(e event.Event) any { return e.Actor.ID })),
			column("actor_type", Text, "User, SystemPrincipal, PublicClientApp, …", of(func(e event.Event) any { return e.Actor.Type })),
			column("actor_login", Text, "", of(func(e event.Event) any { return e.Actor.AlternateID })),
			column("actor_name", Text, "", of(func(e event.Event) any { return e.Actor.DisplayName })),
			column("target_id", Text, "the first target", target(func(x event.Entity) any { return x.ID })),
			column("target_type", Text, "of the first target", target(func(x event.Entity) any { return x.Type })),
			column("target_login", Text, "of the first target", target(func(x event.Entity) any { return x.AlternateID })),
			column("target_name", Text, "of the first target", target(func(x event.Entity) any { return x.DisplayName })),
			column("targets", JSON, "all targets: id, type, alternateId, displayName", of(func(e event.Event) any { return e.Targets() })),
			column("ip", Text, "of the client", of(func(e event.Event) any { return e.IP })),
			column("country", Text, "of the client", at("client.geographicalContext.country")),
			column("city", Text, "of the client", at("client.geographicalContext.city")),
			column("user_agent", Text, "of the client", at("client.userAgent.rawUserAgent")),
			column("asn", Integer, "of the client's network", at("securityContext.asNumber")),
			column("network", Text, "who runs the client's network", at("securityContext.asOrg")),
			column("transaction_id", Text, "", of(func(e event.Event) any { return e.TransactionID })),
			column("session_id", Text, "", of(func(e event.Event) any { return e.SessionID })),
			column("source_id", Text, "the source that brought it", func(r row) any { return r.name }),
		},
		rows: eventRows,
	}
}

// errEnough ends the reading of events.
var errEnough = errors.New("enough events")

// eventRows reads the newest events, of the picked tenant's sources alone where one
// was picked.
func eventRows(ctx context.Context, in from, each func(row) error) error {
	var own []string
	if in.only {
		var err error
		if own, err = in.Sources(ctx, in.tenants[0]); err != nil {
			return err
		}
	}
	n := 0
	oldest := time.Time{}
	err := in.Events(ctx, in.org, in.since, func(source string, e event.Event) error {
		if in.only && !slices.Contains(own, source) {
			return nil
		}
		if n++; n > in.most {
			return errEnough
		}
		oldest = e.Published
		return each(row{name: source, other: e})
	})
	if errors.Is(err, errEnough) {
		in.note(fmt.Sprintf("events: the newest %d were read, back to %s; ask for a shorter time to have all of it", in.most, oldest.UTC().Format(time.DateTime)))
		return nil
	}
	return err
}

func historyViews() []View {
	kind := column("kind", Text, "user, group, app, …", func(r row) any { return string(r.Kind) })
	current := column("is_now", Boolean, "whether it is like this still", func(r row) any { return r.over.IsZero() })
	began := column("valid_from", Time, "since when it was like this", func(r row) any { return r.began })
	over := column("valid_to", Time, "until when; null is still", func(r row) any { return r.over })
	return []View{
		{
			Name: "entity_history", Doc: "What everything was like, version by version.", Area: OfInventory, keys: []string{"id"},
			Columns: []Column{kind, column("id", Text, "Okta's id", func(r row) any { return r.ID }), name(), began, over, current, whole("what Okta's API showed of it"), ofTenant()},
			rows: func(ctx context.Context, in from, each func(row) error) error {
				return in.Versions(ctx, in.tenant, func(v Version) error {
					return each(row{tenant: in.tenant.ID, Ref: v.Ref, name: v.Name, whole: v.Body, began: v.From, over: v.Until})
				})
			},
		},
		{
			Name: "edge_history", Doc: "Which relations there were: memberships, assignments, roles, and since when until when.", Area: OfInventory, keys: []string{"from_id", "to_id"},
			Columns: []Column{
				column("relation", Text, "member_of, assigned, assigned_via, has_role, granted_scope, owns, uses_device or pushes_to", func(r row) any { return string(r.edge.Relation) }),
				column("from_kind", Text, "user, group or app", func(r row) any { return string(r.edge.From.Kind) }), begin("from_id", "", "whose it is"),
				column("to_kind", Text, "group, app, role, …", func(r row) any { return string(r.edge.To.Kind) }), end("to_id", "", "what it leads to"),
				column("edge_id", Text, "of a role's assignment, of a grant", func(r row) any { return r.edge.ID }),
				began, over, current, ofTenant(),
			},
			rows: func(ctx context.Context, in from, each func(row) error) error {
				return in.Spans(ctx, in.tenant, func(s Span) error {
					return each(row{tenant: in.tenant.ID, edge: inventory.Edge{Relation: s.Relation, From: s.Edge.From, To: s.To, ID: s.ID}, began: s.From, over: s.Until})
				})
			},
		},
	}
}
