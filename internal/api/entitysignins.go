package api

import (
	"context"
	"time"

	"sallyport/internal/detect"
	"sallyport/internal/errs"
	"sallyport/internal/inventory"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/timeline"
)

// SignInSummary is what the sign-ins of a time have in common.
type SignInSummary struct {
	Subject    TimelineSubject `json:"subject"`
	Since      time.Time       `json:"since"`
	Until      time.Time       `json:"until"`
	Bounded    bool            `json:"bounded" doc:"there are more than were read; those since since were"`
	SignIns    int             `json:"signIns"`
	Failed     int             `json:"failed" doc:"of those"`
	Last       *LastSignIn     `json:"last,omitempty" doc:"the last that succeeded; not there where none did"`
	LastFailed *LastSignIn     `json:"lastFailed,omitempty"`
	Places     []SignInPlace   `json:"places" doc:"those whose degrees are known; the most frequent first, 50 at most, as of the others"`
	Countries  []SignInValue   `json:"countries"`
	Networks   []SignInValue   `json:"networks"`
	Devices    []SignInValue   `json:"devices"`
	Factors    []SignInValue   `json:"factors" doc:"of those that succeeded"`
	Apps       []SignInValue   `json:"apps"`
	People     []SignInValue   `json:"people" doc:"who signed in, to an app"`
}

// LastSignIn is one sign-in.
type LastSignIn struct {
	At     time.Time   `json:"at"`
	Event  string      `json:"event" doc:"uuid of the event"`
	Reason string      `json:"reason,omitempty" doc:"why it failed"`
	Facts  SignInFacts `json:"facts"`
}

// SignInPlace is a place that somebody signed in from.
type SignInPlace struct {
	City    string    `json:"city,omitempty"`
	Country string    `json:"country,omitempty"`
	Lat     float64   `json:"lat" doc:"degrees"`
	Lon     float64   `json:"lon" doc:"degrees"`
	SignIns int       `json:"signIns"`
	Failed  int       `json:"failed" doc:"of those"`
	LastAt  time.Time `json:"lastAt"`
}

// SignInValue is a value that sign-ins have.
type SignInValue struct {
	Value   string    `json:"value"`
	SignIns int       `json:"signIns"`
	Failed  int       `json:"failed" doc:"of those"`
	LastAt  time.Time `json:"lastAt"`
}

type signInsQuery struct {
	Days int `query:"days" min:"1" max:"90" doc:"how far back; 30 where nothing is said"`
}

type entitySignInsIn struct {
	signInsQuery

	ID     string         `path:"id"`
	Kind   inventory.Kind `path:"kind"`
	Entity string         `path:"entity"`
}

type signInsOfIn struct {
	signInsQuery

	Kind   inventory.Kind `path:"kind"`
	Entity string         `path:"entity"`
}

// What a summary reads at most, and how long.
const (
	summaryDays   = 30
	summaryEvents = 5000
	summaryPage   = 500
	summaryWithin = 3 * time.Second
)

func getEntitySignIns(ctx context.Context, d Deps, c portal.Caller, in entitySignInsIn) (SignInSummary, error) {
	if _, err := tenantOf(ctx, d, c, in.ID); err != nil {
		return SignInSummary{}, err
	}
	if !c.Can(portal.EventsRead) {
		return SignInSummary{}, errs.New(errs.Denied, "the permission %s is wanted", portal.EventsRead)
	}
	return signInsOf(ctx, d, c, in)
}

func getSignInsOf(ctx context.Context, d Deps, c portal.Caller, in signInsOfIn) (SignInSummary, error) {
	return signInsOf(ctx, d, c, entitySignInsIn{signInsQuery: in.signInsQuery, Kind: in.Kind, Entity: in.Entity})
}

func signInsOf(ctx context.Context, d Deps, c portal.Caller, in entitySignInsIn) (SignInSummary, error) {
	now := d.Now()
	out := SignInSummary{Since: now.AddDate(0, 0, -orElse(in.Days, summaryDays)), Until: now}
	var err error
	if out.Subject, err = subjectOf(ctx, d, c, in.ID, in.Kind, in.Entity); err != nil {
		return out, err
	}
	sum := timeline.NewSummer(out.Subject.subject())
	if err := out.read(ctx, d, c, sum); err != nil {
		return out, err
	}
	v := sum.Summary()
	out.SignIns, out.Failed, out.Last, out.LastFailed = v.SignIns, v.Failed, lastSignIn(v.LastSuccess), lastSignIn(v.LastFailed)
	out.Places = each(v.Places, func(p timeline.Spot) SignInPlace {
		return SignInPlace{p.City, p.Country, p.Lat, p.Lon, p.SignIns, p.Failed, p.Last}
	})
	for _, of := range []struct {
		into *[]SignInValue
		from []timeline.Seen
	}{{&out.Countries, v.Countries}, {&out.Networks, v.Networks}, {&out.Devices, v.Devices}, {&out.Factors, v.Factors}, {&out.Apps, v.Apps}, {&out.People, v.People}} {
		*of.into = each(of.from, func(s timeline.Seen) SignInValue { return SignInValue{s.Value, s.SignIns, s.Failed, s.Last} })
	}
	return out, nil
}

// read reads the sign-ins of the time, the newest first, as far as that is done in
// seconds.
func (s *SignInSummary) read(ctx context.Context, d Deps, c portal.Caller, sum *timeline.Summer) error {
	of := s.Subject.subject()
	filter, _ := of.Events([]timeline.Kind{timeline.SignIn})
	q := store.EventSearch{Filter: detect.Or{filter, of.Proving()}, Since: s.Since, Limit: summaryPage}
	until := time.Now().Add(summaryWithin)
	for n := 0; ; {
		found, err := d.DB.Events.Search(ctx, c.Org.ID, q)
		if err != nil {
			return err
		}
		for _, e := range found.Events {
			if err := sum.Add(e.Event); err != nil {
				return err
			}
		}
		n += len(found.Events)
		if found.Next == (store.Place{}) {
			return nil
		}
		if q.After = found.Next; n >= summaryEvents || time.Now().After(until) {
			s.Bounded, s.Since = true, found.Next.At
			return nil
		}
	}
}

func lastSignIn(in *timeline.Entrance) *LastSignIn {
	if in == nil {
		return nil
	}
	return &LastSignIn{At: in.Event.Published, Event: in.Event.UUID, Reason: in.Event.Reason, Facts: *showSignIn(in.Access, nil)}
}
