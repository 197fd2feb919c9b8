package api

import (
	"context"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"sallyport/internal/inventory"
	"sallyport/internal/portal"
	"sallyport/internal/timeline"
)

const timelineHelp = "The newest first. A page may be short or empty and not be the last: go on while there is a next. Of what the caller may not see, hidden says so."

var (
	_ = add("GET /api/v1/tenants/{id}/entities/{kind}/{entity}/timeline", portal.InventoryRead, doc{
		Summary: "What happened around something of an Okta org", Help: timelineHelp + " A person is found by id or login; of one that was never read, events, alerts, runs and responses still tell.",
	}, getEntityTimeline)
	_ = add("GET /api/v1/tenants/{id}/entities/{kind}/{entity}/timeline/summary", portal.InventoryRead, doc{
		Summary: "From where, with what and to what somebody signed in lately", Help: "Of an app, who signed in to it. The newest events are read, as far as that is done in seconds.",
	}, getEntitySignIns)
	_ = add("GET /api/v1/entities/{kind}/{entity}/timeline", portal.EventsRead, doc{
		Summary: "What happened around somebody or something, by what events tell", Help: timelineHelp + " It needs no inventory, and tells nothing that only that knows. Whom it is of is said by an id of Okta's, or of a person by the login.",
	}, getTimelineOf)
	_ = add("GET /api/v1/entities/{kind}/{entity}/timeline/summary", portal.EventsRead, doc{
		Summary: "From where, with what and to what somebody signed in lately, by what events tell",
	}, getSignInsOf)
)

// EntityTimeline is a part of what happened around something.
type EntityTimeline struct {
	Page[TimelineLine]

	Subject TimelineSubject `json:"subject"`
	Hidden  []timeline.Kind `json:"hidden" doc:"what the caller may not see"`
	// Whether something is new for somebody is told from events of the 90 days before.
	CannotTellNew string `json:"cannotTellNew,omitempty" doc:"why it cannot be told what of the sign-ins is new"`
}

// TimelineSubject is whom or what a timeline is of.
type TimelineSubject struct {
	Kind  inventory.Kind `json:"kind"`
	ID    string         `json:"id,omitempty" doc:"as Okta gives it; not there where only a login is known"`
	Login string         `json:"login,omitempty"`
	Name  string         `json:"name,omitempty"`
	Known bool           `json:"known" doc:"the inventory has it, or had it; otherwise changes that only the inventory sees are not told"`
}

// TimelineLine is one thing that happened. Which of the fields are there says its
// kind; each leads to its source by its id.
type TimelineLine struct {
	Kind     timeline.Kind  `json:"kind"`
	At       time.Time      `json:"at"`
	ID       string         `json:"id" doc:"tells it apart from the other lines"`
	Event    *Event         `json:"event,omitempty" doc:"of sign_in, session and admin, and of a change that an event tells of"`
	SignIn   *SignInFacts   `json:"signIn,omitempty" doc:"of sign_in and session"`
	Alerts   []TimelineMark `json:"alerts" doc:"that the event is part of"`
	Recorded *RecordedMove  `json:"recorded,omitempty" doc:"of a change that the inventory found"`
	Alert    *Alert         `json:"alert,omitempty"`
	Run      *Run           `json:"run,omitempty"`
	Action   *Action        `json:"action,omitempty" doc:"of a response: a call that changed it"`
	Plan     *Remedy        `json:"plan,omitempty" doc:"of a response: a plan of remediation"`
	// Of the person that the timeline is of the account is for sure.
	Account *TimelineAccount `json:"account,omitempty" doc:"of a change that the inventory found of an account elsewhere: whose"`
}

// TimelineAccount is an account that somebody has elsewhere.
type TimelineAccount struct {
	Tenant string    `json:"tenant" doc:"its id"`
	Entity EntityRef `json:"entity"`
}

// TimelineMark names an alert that an event is part of.
type TimelineMark struct {
	ID       string   `json:"id"`
	Number   int64    `json:"number"`
	Title    string   `json:"title"`
	Severity Severity `json:"severity"`
}

// SignInFacts are what an event says of where somebody came from, and with what.
type SignInFacts struct {
	App     *EntityRef       `json:"app,omitempty" doc:"that was signed in to"`
	Factors []string         `json:"factors" doc:"as Okta writes them; those of the same transaction are among them"`
	IP      string           `json:"ip,omitempty"`
	City    string           `json:"city,omitempty"`
	State   string           `json:"state,omitempty"`
	Country string           `json:"country,omitempty"`
	Lat     *float64         `json:"lat,omitempty" doc:"degrees"`
	Lon     *float64         `json:"lon,omitempty" doc:"degrees"`
	AS      string           `json:"as,omitempty" doc:"autonomous system, as AS64500"`
	ASOrg   string           `json:"asOrg,omitempty"`
	ISP     string           `json:"isp,omitempty"`
	Proxy   bool             `json:"proxy" doc:"Okta takes the address for that of a proxy"`
	Zone    string           `json:"zone,omitempty" doc:"network zone of the org"`
	Device  SignInDevice     `json:"device"`
	New     []timeline.Trait `json:"new" doc:"what the person had in no sign-in that succeeded in the 90 days before; see cannotTellNew"`
}

// SignInDevice is what somebody signed in with.
type SignInDevice struct {
	ID         string `json:"id,omitempty" doc:"of one that is registered with Okta"`
	Name       string `json:"name,omitempty" doc:"or what kind it is"`
	OS         string `json:"os,omitempty"`
	Browser    string `json:"browser,omitempty"`
	Managed    *bool  `json:"managed,omitempty" doc:"not there where the event does not tell"`
	Registered *bool  `json:"registered,omitempty" doc:"not there where the event does not tell"`
}

// RecordedMove is a change that the inventory found.
type RecordedMove struct {
	Change   string             `json:"change" enum:"found,added,changed,removed" doc:"found is that it was read for the first time, and may have been there before"`
	Relation inventory.Relation `json:"relation,omitempty" doc:"of how it is related; not there where it changed itself"`
	Inward   bool               `json:"inward" doc:"the relation leads to it"`
	Count    int                `json:"count" doc:"of the others; 1 where it changed itself"`
	Others   []EntityRef        `json:"others" doc:"what it is related to, 20 at most"`
	Fields   []string           `json:"fields" doc:"that changed, by their paths"`
	Before   jsontext.Value     `json:"before,omitempty"`
	After    jsontext.Value     `json:"after,omitempty"`
	// The event was published before the change was found.
	Cause *EventBrief `json:"cause,omitempty" doc:"the event that made the change, where one is known, with who did it"`
}

type timelineQuery struct {
	paging

	Kinds []timeline.Kind `query:"kind" doc:"lines of these kinds; all where nothing is said"`
	Since time.Time       `query:"since" doc:"at this time or later"`
	Until time.Time       `query:"until" doc:"before this time"`
}

type entityTimelineIn struct {
	timelineQuery

	ID     string         `path:"id"`
	Kind   inventory.Kind `path:"kind"`
	Entity string         `path:"entity"`
}

type timelineOfIn struct {
	timelineQuery

	Kind   inventory.Kind `path:"kind"`
	Entity string         `path:"entity"`
}

func getEntityTimeline(ctx context.Context, d Deps, c portal.Caller, in entityTimelineIn) (EntityTimeline, error) {
	if _, err := tenantOf(ctx, d, c, in.ID); err != nil {
		return EntityTimeline{}, err
	}
	return showTimeline(ctx, d, c, in)
}

func getTimelineOf(ctx context.Context, d Deps, c portal.Caller, in timelineOfIn) (EntityTimeline, error) {
	return showTimeline(ctx, d, c, entityTimelineIn{timelineQuery: in.timelineQuery, Kind: in.Kind, Entity: in.Entity})
}

func showTimeline(ctx context.Context, d Deps, c portal.Caller, in entityTimelineIn) (EntityTimeline, error) {
	out := EntityTimeline{Page: Page[TimelineLine]{Items: []TimelineLine{}}}
	q := timeline.Query{Since: in.Since.Truncate(time.Microsecond), Until: in.Until.Truncate(time.Microsecond), Limit: in.limit()}
	if !q.Since.IsZero() && !q.Until.IsZero() && !q.Since.Before(q.Until) {
		return out, badField("until", "the time ends before it begins")
	}
	var err error
	if q.After, err = readSpot[timeline.Place](in.paging); err != nil {
		return out, err
	}
	r := lineReader{d: d, c: c, tenant: in.ID, kinds: in.Kinds}
	if len(r.kinds) == 0 {
		r.kinds = timeline.Kinds()
	}
	if out.Subject, err = subjectOf(ctx, d, c, in.ID, in.Kind, in.Entity); err != nil {
		return out, err
	}
	r.of, out.Hidden = out.Subject, hiddenKinds(c)
	if r.twins, err = sureTwins(ctx, d, c, in.ID, out.Subject); err != nil {
		return out, err
	}
	page, err := timeline.Read(ctx, q, r.sources()...)
	if err != nil {
		return out, err
	}
	if page.Next != (timeline.Place{}) {
		out.Next = spotCursor(page.Next)
	}
	s := lineShower{lineReader: r}
	out.Items, err = s.show(ctx, page.Lines)
	out.CannotTellNew = s.cannotTellNew
	return out, err
}

// subjectOf finds whom a timeline is of: in the inventory of a tenant, or else as it
// is called.
func subjectOf(ctx context.Context, d Deps, c portal.Caller, tenant string, kind inventory.Kind, key string) (TimelineSubject, error) {
	out := TimelineSubject{Kind: kind, ID: key}
	if kind == inventory.User && strings.Contains(key, "@") {
		out.ID, out.Login = "", key
	}
	if tenant == "" {
		return out, nil
	}
	found, known, err := d.DB.Inventory.Named(ctx, c.Org.ID, tenant, kind, key)
	if err != nil || !known {
		return out, err
	}
	out.ID, out.Name, out.Known = found.ID, found.Name, true
	if kind == inventory.User {
		out.Login = found.Name
	}
	return out, nil
}

func (s TimelineSubject) subject() timeline.Subject {
	return timeline.Subject{ID: s.ID, Login: s.Login}
}

// wants says which permission each kind of line needs.
func wants(k timeline.Kind) portal.Permission {
	switch k {
	case timeline.Alert:
		return portal.AlertsRead
	case timeline.Run:
		return portal.RunsRead
	case timeline.Response:
		return portal.ActionsRead
	case timeline.SignIn, timeline.Session, timeline.Admin, timeline.Change:
	}
	return portal.EventsRead
}

func hiddenKinds(c portal.Caller) []timeline.Kind {
	out := []timeline.Kind{}
	for _, k := range timeline.Kinds() {
		if !c.Can(wants(k)) {
			out = append(out, k)
		}
	}
	return out
}

// TimelineOf says of whom a timeline is read, and which of its lines.
type TimelineOf struct {
	Tenant string // empty for what events alone tell
	Kind   inventory.Kind
	Entity string
	Kinds  []timeline.Kind // all where there are none
}

// ReadTimeline reads the newest lines of a timeline, up to a number, and says whether
// the inventory knows whom it is of.
func ReadTimeline(ctx context.Context, d Deps, c portal.Caller, of TimelineOf, most int) (lines []TimelineLine, known bool, err error) {
	in := entityTimelineIn{ID: of.Tenant, Kind: of.Kind, Entity: of.Entity}
	in.Kinds = of.Kinds
	for len(lines) < most {
		in.Limit = min(most-len(lines), 200)
		page, err := showTimeline(ctx, d, c, in)
		if err != nil {
			return nil, false, err
		}
		lines, known = append(lines, page.Items...), page.Subject.Known
		if in.Cursor = page.Next; in.Cursor == "" {
			break
		}
	}
	return lines, known, nil
}
