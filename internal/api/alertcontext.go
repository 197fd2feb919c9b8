package api

import (
	"cmp"
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
	"sallyport/internal/okta"
	"sallyport/internal/portal"
	"sallyport/internal/rule"
	"sallyport/internal/source"
	"sallyport/internal/store"
)

var _ = add("GET /api/v1/alerts/{id}/context", portal.AlertsRead, doc{
	Summary: "Who an alert is about: what they did before, what Okta says of them, and their risk",
	Help:    "It reads the stored events of the 90 days before the alert, and Okta. What cannot be told is said to be so, with why.",
}, getAlertContext)

// AlertContext is what is known of whom or what an alert is about.
type AlertContext struct {
	History AlertHistory `json:"history"`
	Person  *AlertPerson `json:"person,omitempty" doc:"what Okta says now; not there where it is about nobody"`
	Risk    []RiskPoint  `json:"risk" doc:"after each of the alerts, the oldest first, and as of now"`
}

// AlertHistory is what the stored events say of an entity before an alert.
type AlertHistory struct {
	CannotTell string       `json:"cannotTell,omitempty" doc:"why nothing is told"`
	From       time.Time    `json:"from,omitzero" doc:"the events since then were read"`
	Until      time.Time    `json:"until,omitzero" doc:"up to the alert's first event"`
	Events     int          `json:"events" doc:"that were read"`
	Month      int          `json:"month" doc:"of those, in the 30 days before the alert"`
	Bounded    bool         `json:"bounded" doc:"there are more events than were read; the newest were"`
	TooShort   string       `json:"tooShort,omitempty" doc:"why it cannot be told what is there for the first time"`
	Values     []AlertHabit `json:"values" doc:"by what they say; those of the alert's own events first, then those seen last"`
}

// AlertHabit is a value of the events of an entity.
type AlertHabit struct {
	Habit    alert.Habit `json:"habit"`
	Value    string      `json:"value"`
	FirstAt  time.Time   `json:"firstAt,omitzero" doc:"seen before the alert, of the events that were read"`
	LastAt   time.Time   `json:"lastAt,omitzero"`
	Events   int         `json:"events" doc:"before the alert"`
	Month    int         `json:"month" doc:"of those, in the 30 days before the alert"`
	Evidence bool        `json:"evidence" doc:"the alert's own events have it"`
	New      bool        `json:"new" doc:"the alert's own events have it for the first time"`
}

// RiskPoint is the risk of an entity at a time.
type RiskPoint struct {
	At    time.Time `json:"at"`
	Score int       `json:"score" doc:"0 to 100"`
}

// AlertPerson is what Okta says of a person.
type AlertPerson struct {
	CannotTell string         `json:"cannotTell,omitempty" doc:"why Okta was not asked"`
	Unread     []UnreadPart   `json:"unread" doc:"the parts that could not be read"`
	Status     string         `json:"status,omitempty" doc:"such as ACTIVE"`
	Login      string         `json:"login,omitempty"`
	CreatedAt  time.Time      `json:"createdAt,omitzero"`
	LastLogin  time.Time      `json:"lastLogin,omitzero" doc:"not there for never"`
	Title      string         `json:"title,omitempty"`
	Department string         `json:"department,omitempty"`
	Manager    string         `json:"manager,omitempty" doc:"name, or id"`
	Roles      []string       `json:"roles" doc:"admin roles"`
	Groups     []string       `json:"groups" doc:"the first 50"`
	MoreGroups bool           `json:"moreGroups"`
	Factors    []PersonFactor `json:"factors"`
}

// UnreadPart is a part of what Okta says of a person that could not be read.
type UnreadPart struct {
	Part okta.PersonPart `json:"part"`
	Why  string          `json:"why"`
}

// PersonFactor is an authenticator that a person has enrolled.
type PersonFactor struct {
	Type      string    `json:"type"`
	Provider  string    `json:"provider"`
	Status    string    `json:"status"`
	CreatedAt time.Time `json:"createdAt,omitzero"`
}

const (
	historyOf     = 90 * 24 * time.Hour
	enoughHistory = 14 * 24 * time.Hour
	maxHistory    = 5000 // events that are read
	historyPage   = 500
	historyWithin = 4 * time.Second
	maxHabits     = 20 // of each kind
	maxRisen      = 100
	// personWithin bounds all of what Okta is asked of a person.
	personWithin = 12 * time.Second
)

func getAlertContext(ctx context.Context, d Deps, c portal.Caller, in idIn) (AlertContext, error) {
	a, err := d.DB.Alerts.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return AlertContext{}, err
	}
	out := AlertContext{Risk: []RiskPoint{}}
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() (err error) {
		out.History, err = historyBefore(ctx, d, c, a)
		return err
	})
	work.Go(func() (err error) {
		if a.Entity.Kind == rule.KindUser {
			out.Person, err = personOf(ctx, d, c, a)
		}
		return err
	})
	work.Go(func() error {
		as, err := d.DB.Alerts.List(ctx, c.Org.ID, store.AlertFilter{Entity: new(a.Entity.Key()), Limit: maxRisen})
		out.Risk = each(alert.RiskOver(as, d.Now()), func(p alert.RiskPoint) RiskPoint { return RiskPoint(p) })
		return err
	})
	return out, work.Wait()
}

// historyBefore tells what an entity did before an alert, of the events that are
// stored.
func historyBefore(ctx context.Context, d Deps, c portal.Caller, a alert.Alert) (AlertHistory, error) {
	out := AlertHistory{Values: []AlertHabit{}}
	if !c.Can(portal.EventsRead) {
		out.CannotTell = "To see it wants the permission " + string(portal.EventsRead) + "."
		return out, nil
	}
	doings, ok := a.Entity.Doings()
	if !ok {
		out.CannotTell = "Events do not tell what it did."
		return out, nil
	}
	out.From, out.Until = a.FirstAt.Add(-historyOf), a.FirstAt
	seen := alert.NewSeen(a.Entity, a.FirstAt)
	if err := out.read(ctx, d, c, store.EventSearch{Filter: doings, Since: out.From, Until: out.Until, Limit: historyPage}, seen); err != nil {
		return out, err
	}
	first, err := d.DB.Events.First(ctx, c.Org.ID)
	if err != nil {
		return out, err
	}
	switch {
	case out.Bounded:
		out.TooShort = "There are more events than were read."
	case first.IsZero() || first.After(a.FirstAt.Add(-enoughHistory)):
		out.TooShort = "Events are stored from less than 14 days before the alert."
	}
	es, err := evidenceOf(ctx, d, c, a.ID)
	if err != nil {
		return out, err
	}
	for _, e := range es {
		if err := seen.Evidence(e.Event); err != nil {
			return out, err
		}
	}
	out.Events, out.Month = seen.Events()
	out.Values = each(seen.Values(maxHabits), func(v alert.SeenValue) AlertHabit {
		return AlertHabit{v.Habit, v.Value, v.First, v.Last, v.Events, v.Lately, v.Evidence, v.Evidence && v.Events == 0 && out.TooShort == ""}
	})
	return out, nil
}

// read reads the events that a search finds, the newest first, as far as that is
// done in seconds.
func (h *AlertHistory) read(ctx context.Context, d Deps, c portal.Caller, s store.EventSearch, seen *alert.Seen) error {
	until := time.Now().Add(historyWithin)
	for n := 0; ; {
		found, err := d.DB.Events.Search(ctx, c.Org.ID, s)
		if err != nil {
			return err
		}
		for _, e := range found.Events {
			if err := seen.Before(e.Event); err != nil {
				return err
			}
		}
		n += len(found.Events)
		if found.Next == (store.Place{}) {
			return nil
		}
		if s.After = found.Next; n >= maxHistory || time.Now().After(until) {
			h.Bounded, h.From = true, found.Next.At
			return nil
		}
	}
}

// personOf asks Okta about the person that an alert is about, through the
// connection of the source that the alert's event came from.
func personOf(ctx context.Context, d Deps, c portal.Caller, a alert.Alert) (*AlertPerson, error) {
	out := &AlertPerson{Unread: []UnreadPart{}, Roles: []string{}, Groups: []string{}, Factors: []PersonFactor{}}
	conn, why, err := connectionOf(ctx, d, c, a)
	if err != nil || why != "" {
		out.CannotTell = why
		return out, err
	}
	ctx, cancel := context.WithTimeout(ctx, personWithin)
	defer cancel()
	p := d.People.Read(ctx, conn.ID+" "+conn.UpdatedAt.String(), oktaOrg(d, conn.Connection), cmp.Or(a.Entity.ID, a.Entity.Login))
	for _, part := range okta.PersonParts() {
		if why := p.Unread[part]; why != "" {
			out.Unread = append(out.Unread, UnreadPart{part, why})
		}
	}
	out.Status, out.Login, out.CreatedAt, out.LastLogin = p.Status, p.Login, p.Created, p.LastLogin
	out.Title, out.Department, out.Manager = p.Title, p.Department, p.Manager
	out.Roles, out.Groups, out.MoreGroups = orNone(p.Roles), orNone(p.Groups), p.MoreGroups
	out.Factors = each(p.Factors, func(f okta.Factor) PersonFactor { return PersonFactor{f.Type, f.Provider, f.Status, f.Created} })
	return out, nil
}

// connectionOf returns the connection to the Okta org that an alert's event came
// from, or why there is none.
func connectionOf(ctx context.Context, d Deps, c portal.Caller, a alert.Alert) (store.Connection, string, error) {
	e, err := d.DB.Events.Find(ctx, c.Org.ID, a.Event)
	if errs.KindOf(err) == errs.NotFound {
		return store.Connection{}, "The event that says which Okta org it is of is not stored any more.", nil
	}
	if err != nil {
		return store.Connection{}, "", err
	}
	src, err := d.DB.Sources.Get(ctx, c.Org.ID, e.Source)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return store.Connection{}, "The source that its event came from is gone.", nil
	case err != nil:
		return store.Connection{}, "", err
	case src.Kind != source.Okta:
		return store.Connection{}, "Its event is of an " + place(src.Kind) + ": Okta is not asked about its people.", nil
	case src.Connection == "":
		return store.Connection{}, "The source " + src.Name + " has no connection to ask Okta through.", nil
	}
	conn, err := d.DB.Connections.Get(ctx, c.Org.ID, src.Connection)
	if errs.KindOf(err) == errs.NotFound {
		return conn, "The connection of the source " + src.Name + " is gone.", nil
	}
	return conn, "", err
}
