package template_test

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/id"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/table"
	"sallyport/internal/value"
	"sallyport/sandbox/okta"
	"sallyport/sandbox/okta/systemlog"
)

// play lets one step of a case happen.
func (s *stage) play(step testStep) {
	s.t.Helper()
	switch {
	case step.Scenario != nil:
		s.control(http.MethodPost, "/scenarios/"+step.Scenario.Name, map[string]string{"user": s.login(step.Scenario.User)}, nil)
	case step.SignIn != nil:
		s.must(s.box.Org().SignIn(s.login(step.SignIn.User), step.SignIn.From.client()))
	case step.Event != nil:
		s.emit(*step.Event)
	case step.Okta != nil:
		as := step.Okta.As
		if as == "" {
			as = "security.lead"
		}
		s.oktaCall(as, s.text(step.Okta.Call), s.fill(step.Okta.Body), step.Okta.Status)
	case step.Run != nil:
		s.start(*step.Run, flow.OnDemand, flow.OnDelegated, flow.OnCall)
	case step.Schedule != nil:
		s.start(*step.Schedule, flow.OnSchedule)
	case step.Row != nil:
		s.start(*step.Row, flow.OnRow)
	case step.Finding != nil:
		s.start(*step.Finding, flow.OnFinding)
	case step.API != nil:
		s.receive(*step.API)
	case step.Rows != nil:
		s.addRows(step.Rows)
	case step.Change != nil:
		s.changeRow(*step.Change)
	case step.Advance != "":
		s.advance(step.Advance)
	case step.Fault != nil:
		s.control(http.MethodPost, "/faults", s.fill(step.Fault), nil)
	case step.Heal:
		s.control(http.MethodDelete, "/faults", nil, nil)
	case step.Replies != nil:
		s.standin.mu.Lock()
		s.standin.replies = s.replies(step.Replies)
		s.standin.mu.Unlock()
	case step.Expect != nil:
		s.expect(*step.Expect)
	default:
		s.t.Fatalf("%s: nothing is said", s.at)
	}
	s.settle()
}

// login completes the name of a person.
func (s *stage) login(name string) string {
	if name == "" || strings.Contains(name, "@") {
		return name
	}
	return name + "@" + s.is.Okta.Domain
}

func (c testClient) client() okta.Client {
	return okta.Client{IP: c.IP, UserAgent: c.Agent, City: c.City, Country: c.Country, ASOrg: c.ASOrg, Proxy: c.Proxy, Lat: c.Lat, Lon: c.Lon}
}

func (s *stage) emit(e testEvent) {
	s.t.Helper()
	out := okta.Event{
		Type: e.Type, Client: e.From.client(), Result: e.Result, Reason: s.text(e.Reason), Message: e.Message, Session: s.text(e.Session),
	}
	if out.Actor = e.Actor; e.Actor != "" {
		out.Actor = s.login(e.Actor)
	}
	if d, ok := s.fill(e.Debug).(map[string]any); ok {
		out.DebugData = d
	}
	for _, t := range e.Targets {
		d, _ := s.fill(t.Detail).(map[string]any)
		out.Targets = append(out.Targets, okta.Target{
			Login: s.login(t.Login), ID: s.text(t.ID), Type: t.Type, AlternateID: s.text(t.AlternateID), DisplayName: s.text(t.Name), Detail: d,
		})
	}
	for range max(1, e.Times) {
		out.Published = s.clock.now()
		s.box.Org().Emit(out)
		if e.Every != "" {
			s.advance(e.Every)
		}
	}
}

// flowOf returns the flow of a name, or the only one with one of some triggers.
func (s *stage) flowOf(name string, kinds ...flow.TriggerKind) (flow.Flow, *flow.Definition) {
	s.t.Helper()
	for _, f := range s.made.Flows {
		d := s.defs[f.ID]
		if name == f.Slug || name == "" && slices.Contains(kinds, d.Trigger.Kind) {
			return f, d
		}
	}
	s.t.Fatalf("%s: there is no flow %q with a trigger of %v", s.at, name, kinds)
	return flow.Flow{}, nil
}

func (s *stage) start(r testRun, kinds ...flow.TriggerKind) {
	s.t.Helper()
	f, d := s.flowOf(r.Flow, kinds...)
	in := s.object(r.Input)
	about := value.NewObject(2)
	switch d.Trigger.Kind {
	case flow.OnSchedule:
		about.Set("execution_time", s.clock.now().UTC().Format(time.RFC3339))
	case flow.OnDelegated:
		about.Set("user", s.id(r.User))
		about.Set("started_by", "Imani Sterling")
	case flow.OnRow:
		in = value.Map("row", s.object(r.Row), "before", s.object(r.Before))
	default:
	}
	s.queue(f, d, in, about)
}

func (s *stage) receive(r testRequest) {
	s.t.Helper()
	f, d := s.flowOf(r.Flow, flow.OnAPI)
	headers := value.NewObject(len(r.Headers))
	for k, v := range r.Headers {
		headers.Set(strings.ToLower(k), s.text(v))
	}
	body, isText := s.fill(r.Body).(string)
	if !isText && r.Body != nil {
		out, err := json.Marshal(s.fill(r.Body))
		s.must(err)
		body = string(out)
	}
	method := r.Method
	if method == "" {
		method = http.MethodPost
	}
	s.queue(f, d, d.Trigger.Request(value.Map("method", method, "headers", headers, "body", body, "query", s.text(r.Query), "ip", r.IP)), nil)
}

func (s *stage) queue(f flow.Flow, d *flow.Definition, in, about *value.Object) {
	s.t.Helper()
	now := s.clock.now()
	s.must(s.core.DB.Runs.Add(s.t.Context(), flow.Run{
		ID: id.At(now), Org: s.org, Flow: f.ID, Version: f.Version, State: flow.Queued, Cause: d.Trigger.Kind, SaveData: true,
		Priority: d.Priority, CreatedAt: now, Input: value.Store(in), Context: value.Store(about),
	}))
}

func (s *stage) table(slug string) table.Table {
	s.t.Helper()
	for _, tab := range s.made.Tables {
		if tab.Slug == slug {
			return tab
		}
	}
	s.t.Fatalf("%s: there is no table %q", s.at, slug)
	return table.Table{}
}

func (s *stage) addRows(rows map[string][]any) {
	s.t.Helper()
	for slug, list := range rows {
		var out []*value.Object
		for _, r := range list {
			m, _ := r.(map[string]any)
			out = append(out, s.object(m))
		}
		s.must(s.core.DB.Tables.AddRows(s.t.Context(), s.table(slug), out, s.clock.now()))
	}
}

func (s *stage) changeRow(c testRows) {
	s.t.Helper()
	rows := s.rows(c.Table)
	if len(rows) == 0 {
		s.t.Fatalf("%s: %s has no rows", s.at, c.Table)
	}
	change := flow.Change{Op: flow.UpdateRow, Table: s.table(c.Table).ID, Row: rows[len(rows)-1].Text("row_id"), Values: s.object(c.Values), Seal: c.Seal}
	_, err := s.core.DB.Tables.Change(s.t.Context(), s.org, change, s.clock.now())
	s.must(err)
}

// advance moves the clock on, and carries out what falls due on the way.
func (s *stage) advance(by string) {
	s.t.Helper()
	target := s.clock.now().Add(s.span(by))
	for {
		s.settle()
		next := target
		for _, r := range s.open() {
			if r.WakeAt.Before(next) {
				next = r.WakeAt
			}
		}
		s.clock.set(next)
		if next.Equal(target) {
			break
		}
	}
	s.settle()
}

// span reads a span of time, which may be of days.
func (s *stage) span(text string) time.Duration {
	s.t.Helper()
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		s.must(err)
		return time.Duration(n) * 24 * time.Hour
	}
	d, err := time.ParseDuration(text)
	s.must(err)
	return d
}

func (s *stage) open() []flow.Run {
	s.t.Helper()
	open, err := s.core.DB.Runs.List(s.t.Context(), s.org, store.RunFilter{States: []flow.State{flow.Queued, flow.Running, flow.Waiting}, Limit: 1000})
	s.must(err)
	slices.SortFunc(open, s.older)
	return open
}

// older orders runs by when they were made, and those of one batch by their events.
func (s *stage) older(a, b flow.Run) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(s.delivered[a.Event], s.delivered[b.Event]), cmp.Compare(a.ID, b.ID))
}

// settle delivers the events that are new and carries out the runs that are due,
// until there are none.
func (s *stage) settle() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	for range 1000 {
		busy := s.deliver(ctx)
		for _, r := range s.open() {
			if r.WakeAt.After(s.clock.now()) {
				continue
			}
			busy = true
			_, err := s.runner.Work(ctx, r.Org, r.ID)
			s.must(err)
		}
		if !busy {
			return
		}
	}
	s.t.Fatalf("%s: the flows cause each other without an end", s.at)
}

// deliver hands the pipeline what is new in the System Log.
func (s *stage) deliver(ctx context.Context) bool {
	s.t.Helper()
	var fresh []event.Event
	for _, e := range s.undelivered() {
		raw, err := json.Marshal(e)
		s.must(err)
		parsed, err := s.parser.Parse(raw)
		s.must(err)
		fresh = append(fresh, parsed)
	}
	if len(fresh) == 0 {
		return false
	}
	_, err := s.core.Pipeline.Accept(ctx, source.Batch{Org: s.org, Source: s.source, Via: source.ViaPoll, Events: fresh})
	s.must(err)
	return true
}

// undelivered returns the events that are new in the System Log, the oldest first.
func (s *stage) undelivered() []*systemlog.Event {
	const most = 10_000
	found := s.box.Org().Logged(most, func(e *systemlog.Event) bool { return s.delivered[e.UUID] == 0 })
	slices.Reverse(found)
	for _, e := range found {
		s.delivered[e.UUID] = len(s.delivered) + 1
	}
	return found
}

func (s *stage) policy(c testCase) guard.Policy {
	s.t.Helper()
	p, err := s.core.DB.Actions.Policy(s.t.Context(), s.org)
	s.must(err)
	p.ProtectedGroups, p.DryRun = c.Protected, c.DryRun
	return p
}

var reference = regexp.MustCompile(`\$\{([a-z]+)(?::([^}]*))?\}`)

// text fills in what a text of the case refers to.
func (s *stage) text(in string) string {
	s.t.Helper()
	return reference.ReplaceAllStringFunc(in, func(m string) string {
		part := reference.FindStringSubmatch(m)
		switch name := part[2]; part[1] {
		case "id":
			return s.id(name)
		case "group":
			for id, title := range s.groups {
				if title == name {
					return id
				}
			}
		case "email":
			return s.login(name)
		case "slack":
			var u struct{ User struct{ ID string } }
			s.slackCall("users.lookupByEmail?email="+s.login(name), &u)
			return u.User.ID
		case "time":
			return s.clock.now().Add(s.span(name)).UTC().Format("2006-01-02T15:04:05.000Z")
		case "row":
			slug, column, _ := strings.Cut(name, "/")
			if rows := s.rows(slug); len(rows) > 0 {
				return value.String(rows[len(rows)-1].At(column))
			}
		case "standin":
			return s.standin.url
		case "okta":
			return s.is.Okta.URL
		}
		s.t.Fatalf("%s: %s stands for nothing", s.at, m)
		return ""
	})
}

// id returns the Okta id of a person.
func (s *stage) id(name string) string {
	s.t.Helper()
	u, ok := s.box.Org().User(s.login(name))
	if !ok {
		s.t.Fatalf("%s: there is no person %q", s.at, name)
	}
	return u.ID
}

func (s *stage) slackCall(call string, into any) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.is.Slack.URL+call, nil)
	s.must(err)
	req.Header.Set("Authorization", "Bearer "+s.is.Slack.Token)
	resp, err := http.DefaultClient.Do(req)
	s.must(err)
	defer func() { _ = resp.Body.Close() }()
	s.must(json.NewDecoder(resp.Body).Decode(into))
}

// fill fills in what the texts within a value refer to.
func (s *stage) fill(v any) any {
	s.t.Helper()
	switch v := v.(type) {
	case string:
		return s.text(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = s.fill(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = s.fill(e)
		}
		return out
	case time.Time: // what YAML takes for a date
		return v.UTC().Format(time.RFC3339)
	default:
		return v
	}
}

// object makes a value of the flow language of a mapping of the case.
func (s *stage) object(m map[string]any) *value.Object {
	s.t.Helper()
	out := value.NewObject(len(m))
	if len(m) == 0 {
		return out
	}
	text, err := json.Marshal(s.fill(m))
	s.must(err)
	v, err := value.ParseJSON(text)
	s.must(err)
	o, _ := v.(*value.Object)
	return o
}

func (s *stage) rows(slug string) []*value.Object {
	s.t.Helper()
	var out []*value.Object
	for r, err := range s.core.DB.Tables.Rows(s.t.Context(), s.table(slug)) {
		s.must(err)
		out = append(out, r.Values.With("row_id", r.ID))
	}
	return out
}
