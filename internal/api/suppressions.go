package api

import (
	"context"
	"net/http"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/live"
	"sallyport/internal/portal"
)

var (
	_ = add("GET /api/v1/suppressions", portal.RulesRead, doc{Summary: "Suppressions, the newest first, those whose time is over among them"}, listSuppressions)
	_ = add("POST /api/v1/suppressions", portal.RulesWrite, doc{
		Summary: "Hide events from rules", Status: http.StatusCreated,
		Help: "An event of which the condition holds makes no alert of the rules in the scope, and does not count for those that count events. What is hidden is counted and shown.",
	}, createSuppression)
	_ = add("POST /api/v1/suppressions/preview", portal.RulesRead, doc{Summary: "What a suppression would have hidden", Help: "It is held against the events of the alerts of the last days. Nothing is saved."}, previewSuppression)
	_ = add("GET /api/v1/suppressions/{suppression}", portal.RulesRead, doc{Summary: "A suppression with what it hid lately"}, getSuppression)
	_ = add("PUT /api/v1/suppressions/{suppression}", portal.RulesWrite, doc{Summary: "Change a suppression"}, putSuppression)
	_ = add("DELETE /api/v1/suppressions/{suppression}", portal.RulesWrite, doc{Summary: "Delete a suppression"}, deleteSuppression)
)

// Suppression hides events from rules.
type Suppression struct {
	ID        string      `json:"id"`
	Scope     alert.Scope `json:"scope"`
	Target    *Ref        `json:"target,omitempty" doc:"the rule, or the alert type"`
	Where     string      `json:"where" doc:"CEL over event, entity (kind, id, login, name) and alert (rule, title, type, severity, level, tags)"`
	Reason    string      `json:"reason"`
	Owner     Ref         `json:"owner"`
	ExpiresAt time.Time   `json:"expiresAt,omitzero"`
	Active    bool        `json:"active" doc:"its time is not over"`
	Hidden    int         `json:"hidden" doc:"times that it hid an event from a rule"`
	LastAt    time.Time   `json:"lastAt,omitzero" doc:"when it did last"`
	Error     string      `json:"error,omitempty" doc:"what its condition failed with last: it hid nothing then"`
	ErrorAt   time.Time   `json:"errorAt,omitzero"`
	CreatedAt time.Time   `json:"createdAt"`
	UpdatedAt time.Time   `json:"updatedAt"`
}

// SuppressionDetail is a suppression with what it hid.
type SuppressionDetail struct {
	Suppression

	Recent []HiddenEvent `json:"recent" doc:"what it hid lately, the newest first; it is kept for 30 days"`
}

// HiddenEvent is an event that a suppression hid from a rule.
type HiddenEvent struct {
	Rule   Ref         `json:"rule"`
	Event  EventBrief  `json:"event"`
	Entity AlertEntity `json:"entity"`
	At     time.Time   `json:"at"`
}

// suppressionShower shows suppressions by the names of what they are about.
type suppressionShower struct {
	people, rules map[string]string
	now           time.Time
}

func newSuppressionShower(ctx context.Context, d Deps, c portal.Caller, all []alert.Suppression) (s suppressionShower, err error) {
	s.now = d.Now()
	if s.people, err = namesOf(ctx, d, c, each(all, func(s alert.Suppression) string { return s.Owner })); err != nil {
		return s, err
	}
	s.rules, err = ruleTitles(ctx, d, c)
	return s, err
}

func (s suppressionShower) show(of alert.Suppression) Suppression {
	out := Suppression{
		ID: of.ID, Scope: of.Scope, Where: of.Where, Reason: of.Reason, Owner: refTo(s.people, of.Owner), ExpiresAt: of.ExpiresAt, Active: !of.Ended(s.now), Hidden: of.Hidden,
		LastAt: of.LastAt, Error: of.Error, ErrorAt: of.ErrorAt, CreatedAt: of.CreatedAt, UpdatedAt: of.UpdatedAt,
	}
	switch of.Scope {
	case alert.RuleScope:
		out.Target = refIf(s.rules, of.Target)
	case alert.TypeScope:
		out.Target = &Ref{ID: of.Target, Name: of.Target}
	case alert.AllRules:
	}
	return out
}

func listSuppressions(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Suppression, error) {
	all, err := d.DB.Suppressions.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	s, err := newSuppressionShower(ctx, d, c, all)
	return each(all, s.show), err
}

type suppressionIn struct {
	ID string `path:"suppression"`
}

// maxHidden bounds what is shown of what a suppression hid.
const maxHidden = 100

func getSuppression(ctx context.Context, d Deps, c portal.Caller, in suppressionIn) (SuppressionDetail, error) {
	of, err := d.DB.Suppressions.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return SuppressionDetail{}, err
	}
	s, err := newSuppressionShower(ctx, d, c, []alert.Suppression{of})
	if err != nil {
		return SuppressionDetail{}, err
	}
	out := SuppressionDetail{Suppression: s.show(of), Recent: []HiddenEvent{}}
	hidden, err := d.DB.Suppressions.Hidden(ctx, c.Org.ID, of.ID, maxHidden)
	if err != nil {
		return out, err
	}
	brief, err := briefsOf(ctx, d, c, each(hidden, func(h alert.Hidden) string { return h.Event }))
	out.Recent = each(hidden, func(h alert.Hidden) HiddenEvent {
		return HiddenEvent{Rule: refTo(s.rules, h.Rule), Event: brief(h.Event), Entity: showAlertEntity(h.Entity), At: h.At}
	})
	return out, err
}

// briefsOf returns how events are shown in brief: those that are not stored, or
// not to be seen, by their uuid alone.
func briefsOf(ctx context.Context, d Deps, c portal.Caller, uuids []string) (func(uuid string) EventBrief, error) {
	if !c.Can(portal.EventsRead) {
		return func(uuid string) EventBrief { return EventBrief{UUID: uuid} }, nil
	}
	found, err := d.DB.Events.Some(ctx, c.Org.ID, uuids)
	return func(uuid string) EventBrief {
		if e, ok := found[uuid]; ok {
			return briefEvent(e)
		}
		return EventBrief{UUID: uuid}
	}, err
}

// suppressionBody is what a suppression is made of.
type suppressionBody struct {
	Scope     alert.Scope `json:"scope"`
	Target    string      `json:"target,omitempty" doc:"id of the rule, or of the alert type"`
	Where     string      `json:"where" min:"1" max:"16000" doc:"CEL over event, entity and alert"`
	Reason    string      `json:"reason" min:"1" max:"2000"`
	ExpiresAt time.Time   `json:"expiresAt,omitzero" doc:"never where it is not there"`
}

// made returns the suppression that a body describes.
func (in suppressionBody) made(ctx context.Context, d Deps, c portal.Caller) (alert.Suppression, error) {
	now := d.Now()
	s := alert.Suppression{
		ID: id.At(now), Org: c.Org.ID, Scope: in.Scope, Target: in.Target, Where: in.Where, Reason: in.Reason, Owner: c.Account.ID, ExpiresAt: in.ExpiresAt, CreatedAt: now, UpdatedAt: now,
	}
	if err := s.Compile(); err != nil {
		return s, &field{"where", err}
	}
	if s.Scope == alert.RuleScope {
		b, err := d.Rules.Book(ctx, c.Org.ID)
		if err != nil {
			return s, err
		}
		if b.Rule(s.Target) == nil {
			return s, &field{"target", errs.New(errs.Invalid, "there is no rule %q", s.Target)}
		}
	}
	if s.Ended(now) {
		return s, badField("expiresAt", "this time is over")
	}
	return s, nil
}

type createSuppressionIn struct{ suppressionBody }

func createSuppression(ctx context.Context, d Deps, c portal.Caller, in createSuppressionIn) (Suppression, error) {
	s, err := in.made(ctx, d, c)
	if err != nil {
		return Suppression{}, err
	}
	return saveSuppression(ctx, d, c, s)
}

func saveSuppression(ctx context.Context, d Deps, c portal.Caller, s alert.Suppression) (Suppression, error) {
	if err := d.DB.Suppressions.Save(ctx, s); err != nil {
		return Suppression{}, err
	}
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Rule})
	saved, err := d.DB.Suppressions.Get(ctx, c.Org.ID, s.ID)
	if err != nil {
		return Suppression{}, err
	}
	show, err := newSuppressionShower(ctx, d, c, []alert.Suppression{saved})
	return show.show(saved), err
}

type putSuppressionIn struct {
	ID string `path:"suppression"`
	suppressionBody
}

func putSuppression(ctx context.Context, d Deps, c portal.Caller, in putSuppressionIn) (Suppression, error) {
	old, err := d.DB.Suppressions.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Suppression{}, err
	}
	s, err := in.made(ctx, d, c)
	if err != nil {
		return Suppression{}, err
	}
	s.ID, s.CreatedAt = old.ID, old.CreatedAt
	return saveSuppression(ctx, d, c, s)
}

func deleteSuppression(ctx context.Context, d Deps, c portal.Caller, in suppressionIn) (none, error) {
	err := d.DB.Suppressions.Remove(ctx, c.Org.ID, in.ID)
	if err == nil {
		d.Live.Publish(c.Org.ID, live.Message{Topic: live.Rule})
	}
	return none{}, err
}
