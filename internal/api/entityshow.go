package api

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/detect"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/portal"
	"sallyport/internal/remedy"
	"sallyport/internal/store"
	"sallyport/internal/timeline"
)

// lineShower shows the lines of one page, by what they belong to.
type lineShower struct {
	lineReader

	events  map[string]Event // by uuid
	facts   map[string]timeline.Access
	news    map[string][]timeline.Trait
	marks   map[string][]alert.Alert
	causes  map[*foundMove]EventBrief
	alerts  alertShower
	runs    runShower
	actions actionShower
	plans   remedyShower

	cannotTellNew string
}

func (s *lineShower) show(ctx context.Context, lines []timeline.Line[told]) ([]TimelineLine, error) {
	if err := s.lookUp(ctx, lines); err != nil {
		return nil, err
	}
	return each(lines, s.line), nil
}

// lookUp reads what the lines of a page need beside themselves, for all at once.
func (s *lineShower) lookUp(ctx context.Context, lines []timeline.Line[told]) error {
	var events []store.StoredEvent
	var alerts []alert.Alert
	var runs []flow.Run
	var actions []guard.Entry
	var plans []remedy.Plan
	var found []*foundMove
	for _, l := range lines {
		switch w := l.What; {
		case w.event != nil:
			events = append(events, *w.event)
		case w.alert != nil:
			alerts = append(alerts, *w.alert)
		case w.run != nil:
			runs = append(runs, *w.run)
		case w.action != nil:
			actions = append(actions, *w.action)
		case w.plan != nil:
			plans = append(plans, *w.plan)
		case w.found != nil:
			found = append(found, w.found)
		}
	}
	var err error
	if s.alerts, err = newAlertShower(ctx, s.d, s.c, alerts); err != nil {
		return err
	}
	if s.runs, err = newRunShower(ctx, s.d, s.c, runs); err != nil {
		return err
	}
	if s.actions, err = newActionShower(ctx, s.d, s.c, actions); err != nil {
		return err
	}
	if s.plans, err = newRemedyShower(ctx, s.d, s.c, plans); err != nil {
		return err
	}
	if s.c.Can(portal.EventsRead) {
		if s.causes, err = s.lineReader.causes(ctx, found); err != nil {
			return err
		}
	}
	return s.lookUpEvents(ctx, events)
}

func (s *lineShower) lookUpEvents(ctx context.Context, events []store.StoredEvent) error {
	s.events, s.facts = map[string]Event{}, map[string]timeline.Access{}
	if len(events) == 0 {
		return nil
	}
	shown, err := showEvents(ctx, s.d, s.c, events)
	if err != nil {
		return err
	}
	for _, e := range shown {
		s.events[e.UUID] = e
	}
	if s.c.Can(portal.AlertsRead) {
		if s.marks, err = s.d.DB.Alerts.ByEvent(ctx, s.c.Org.ID, each(events, func(e store.StoredEvent) string { return e.UUID })); err != nil {
			return err
		}
	}
	reader := timeline.NewAccessReader()
	var entered []store.StoredEvent
	for _, e := range events {
		kind := s.of.subject().KindOf(e.Event)
		if kind != timeline.SignIn && kind != timeline.Session {
			continue
		}
		if s.facts[e.UUID], err = reader.Read(e.Event); err != nil {
			return err
		}
		if kind == timeline.SignIn {
			entered = append(entered, e)
		}
	}
	if err := s.addFactors(ctx, entered); err != nil {
		return err
	}
	return s.findNew(ctx, entered)
}

// mostProofs is how many events are read of what factors people passed by.
const mostProofs = 500

// addFactors adds to sign-ins the factors that events of the same transaction tell
// of: the event of the sign-in itself names none.
func (s *lineShower) addFactors(ctx context.Context, entered []store.StoredEvent) error {
	var transactions []string
	var since, until time.Time
	for _, e := range entered {
		if e.TransactionID == "" || slices.Contains(transactions, e.TransactionID) {
			continue
		}
		transactions = append(transactions, e.TransactionID)
		if since.IsZero() || e.Published.Before(since) {
			since = e.Published
		}
		if e.Published.After(until) {
			until = e.Published
		}
	}
	if len(transactions) == 0 {
		return nil
	}
	found, err := s.d.DB.Events.Search(ctx, s.c.Org.ID, store.EventSearch{
		Filter: timeline.Proved(transactions), Since: since.Add(-time.Hour), Until: until.Add(time.Hour), Limit: mostProofs,
	})
	if err != nil {
		return err
	}
	reader, by := timeline.NewAccessReader(), map[string][]string{}
	for _, e := range found.Events {
		a, err := reader.Read(e.Event)
		if err != nil {
			return err
		}
		by[e.TransactionID] = append(by[e.TransactionID], a.Factors...)
	}
	for _, e := range entered {
		a := s.facts[e.UUID]
		for _, f := range by[e.TransactionID] {
			if !slices.Contains(a.Factors, f) {
				a.Factors = append(a.Factors, f)
			}
		}
		s.facts[e.UUID] = a
	}
	return nil
}

// What it may take to find out what of a page's sign-ins is new, and how much of
// events there must be before to tell.
const (
	newWithin   = 2 * time.Second
	newSearches = 40
)

// findNew finds out what of the sign-ins of a page is new for the person: for each
// value the events before the earliest sign-in with it are searched.
func (s *lineShower) findNew(ctx context.Context, entered []store.StoredEvent) error {
	s.news = map[string][]timeline.Trait{}
	if len(entered) == 0 || s.of.Kind != "user" {
		return nil
	}
	first, err := s.d.DB.Events.First(ctx, s.c.Org.ID)
	if err != nil {
		return err
	}
	if oldest := entered[len(entered)-1].Published; first.After(oldest.Add(-enoughHistory)) {
		s.cannotTellNew = "Events are stored from less than 14 days before the earliest of these sign-ins."
		entered = slices.DeleteFunc(slices.Clone(entered), func(e store.StoredEvent) bool { return first.After(e.Published.Add(-enoughHistory)) })
	}
	until, searches, had := time.Now().Add(newWithin), 0, map[timeline.Trait]map[string]bool{}
	for _, e := range slices.Backward(entered) {
		for _, t := range timeline.Traits() {
			v, cond := s.facts[e.UUID].Trait(t)
			if v == "" || had[t][v] {
				continue
			}
			if had[t] == nil {
				had[t] = map[string]bool{}
			}
			if _, asked := had[t][v]; !asked {
				if searches++; searches > newSearches || time.Now().After(until) {
					s.cannotTellNew = "There is too much to look through to tell of all of these sign-ins."
					return nil
				}
				if had[t][v], err = s.cameBefore(ctx, cond, e); err != nil {
					return err
				}
			}
			if !had[t][v] {
				s.news[e.UUID] = append(s.news[e.UUID], t)
			}
			had[t][v] = had[t][v] || timeline.Well(e.Event)
		}
	}
	return nil
}

// cameBefore reports whether the person signed in under a condition in the time
// before an event.
func (s *lineShower) cameBefore(ctx context.Context, cond detect.Expr, e store.StoredEvent) (bool, error) {
	found, err := s.d.DB.Events.Search(ctx, s.c.Org.ID, store.EventSearch{
		Filter: detect.And{s.of.subject().Came(), cond}, Since: e.Published.Add(-historyOf), Until: e.Published, Limit: 1,
	})
	// A search that found nothing in its time, and is not at its end, tells nothing:
	// better to call it known than new.
	return err == nil && (len(found.Events) > 0 || found.Next.ID != ""), err
}

// line shows one line.
func (s *lineShower) line(l timeline.Line[told]) TimelineLine {
	w := l.What
	out := TimelineLine{Kind: w.kind, At: l.At, Alerts: []TimelineMark{}}
	switch {
	case w.event != nil:
		e := s.events[w.event.UUID]
		out.ID, out.Event = "event/"+e.UUID, &e
		if a, ok := s.facts[e.UUID]; ok {
			out.SignIn = showSignIn(a, s.news[e.UUID])
		}
		for _, a := range s.marks[e.UUID] {
			out.Alerts = append(out.Alerts, TimelineMark{a.ID, a.Number, a.Title, severityOf(a.Severity)})
		}
	case w.alert != nil:
		a := s.alerts.alert(*w.alert)
		out.ID, out.Alert = "alert/"+a.ID, &a
	case w.run != nil:
		r := s.runs.run(*w.run)
		out.ID, out.Run = "run/"+r.ID, &r
	case w.action != nil:
		a := s.actions.action(*w.action)
		out.ID, out.Action = "action/"+a.ID, &a
	case w.plan != nil:
		p := s.plans.remedy(*w.plan)
		out.ID, out.Plan = "plan/"+p.ID, &p
	case w.found != nil:
		out.ID, out.Recorded = "found/"+l.At.Format(time.RFC3339Nano)+"/"+l.ID, w.found.recorded()
		if of := w.found.of; of != nil {
			out.ID += "/" + of.Tenant + "/" + of.ID
			out.Account = &TimelineAccount{of.Tenant, entityRef(of.Ref, of.Name)}
		}
		if cause, ok := s.causes[w.found]; ok {
			out.Recorded.Cause = &cause
		}
	}
	return out
}

func showSignIn(a timeline.Access, news []timeline.Trait) *SignInFacts {
	out := &SignInFacts{
		Factors: textsOf(a.Factors), IP: a.IP, City: a.City, State: a.State, Country: a.Country, Lat: a.Lat, Lon: a.Lon, AS: a.AS, ASOrg: a.ASOrg, ISP: a.ISP,
		Proxy: a.Proxy, Zone: a.Zone, New: news,
		Device: SignInDevice{ID: a.Device.ID, Name: cmp.Or(a.Device.Name, a.Device.Kind), OS: a.Device.OS, Browser: a.Device.Browser, Managed: a.Device.Managed, Registered: a.Device.Registered},
	}
	if a.App.ID != "" {
		out.App = &EntityRef{Kind: "app", ID: a.App.ID, Name: strings.TrimSpace(cmp.Or(a.App.DisplayName, a.App.AlternateID))}
	}
	if out.New == nil {
		out.New = []timeline.Trait{}
	}
	return out
}
