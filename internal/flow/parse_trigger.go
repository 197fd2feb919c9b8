package flow

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/robfig/cron/v3"
	"go.yaml.in/yaml/v3"

	"sallyport/internal/value"
)

var eventForm = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

func (r *reader) trigger(of entry) Trigger {
	t := Trigger{At: of.at}
	where := entry{}
	for _, e := range r.mapping(of.value, of.path, "event", "where", "on_demand", "call", "schedule", "api", "delegated", "row", "alert", "finding") {
		if e.key == "where" {
			where = e
			continue
		}
		if t.Kind != "" {
			r.bad(e.at, e.path, "a flow has one trigger; %s stands there already", t.Kind)
		}
		t.Kind = TriggerKind(e.key)
		r.triggerOf(&t, e)
	}
	if where.value != nil {
		vars := []string{nameEvent, nameOptions}
		switch t.Kind {
		case OnEvent:
		case OnAlert:
			vars = append(vars, nameAlert, nameEntity)
		case OnFinding:
			vars = []string{nameFinding, nameCheck, nameTenant, nameOptions}
		default:
			r.bad(where.at, where.path, "a condition is for triggers by events, alerts and findings only")
		}
		t.Where = r.condition(where, vars...)
	}
	return t
}

func (r *reader) triggerOf(t *Trigger, e entry) {
	switch t.Kind {
	case OnEvent:
		t.Events = r.texts(e)
		for i, s := range t.Events {
			if !eventForm.MatchString(s) {
				r.bad(e.at, fmt.Sprintf("%s[%d]", e.path, i), "%q is no event type; one looks like user.session.start", s)
			}
		}
	case OnSchedule:
		t.Schedule = r.schedule(e)
	case OnAPI:
		r.apiTrigger(t, e)
	case OnRow:
		r.rowTrigger(t, e)
	case OnAlert:
		r.alertTrigger(t, e)
	case OnFinding:
		r.findingTrigger(t, e)
	default:
		t.Inputs = r.inputsOf(e)
	}
}

// blank reports whether a key has nothing behind it.
func (e entry) blank() bool {
	return e.value.Kind == yaml.ScalarNode && (e.value.Value == "" || e.value.Tag == "!!null")
}

// inputsOf reads the inputs of a trigger, which may have none.
func (r *reader) inputsOf(e entry) []Port {
	if e.blank() {
		return nil
	}
	for _, k := range r.mapping(e.value, e.path, "inputs") {
		return r.ports(k)
	}
	return nil
}

func (r *reader) apiTrigger(t *Trigger, e entry) {
	t.Access = AccessToken
	if e.blank() {
		return
	}
	for _, k := range r.mapping(e.value, e.path, "access", "inputs", "wait") {
		switch k.key {
		case "access":
			t.Access = oneOf(r, k, AccessPublic, AccessToken, AccessOAuth)
		case "wait":
			t.AtOnce = !r.boolean(k)
		default:
			t.Inputs = r.ports(k)
		}
	}
}

func (r *reader) rowTrigger(t *Trigger, e entry) {
	t.Rows = []RowHas{RowCreated}
	for _, k := range r.mapping(e.value, e.path, "table", "on") {
		if k.key == "table" {
			t.Table = r.name(k)
			continue
		}
		t.Rows = nil
		for _, s := range r.texts(k) {
			has := RowHas(s)
			if !slices.Contains([]RowHas{RowCreated, RowUpdated, RowDeleted}, has) {
				r.bad(k.at, k.path, "%q is not one of: created, updated, deleted", s)
			}
			t.Rows = append(t.Rows, has)
		}
	}
	if t.Table == "" {
		r.bad(e.at, e.path, "whose rows it is about is missing: table")
	}
}

func (r *reader) schedule(e entry) Schedule {
	s := Schedule{Missed: MissedSkip}
	for _, k := range r.mapping(e.value, e.path, "cron", "zone", "missed", "starts", "ends") {
		switch k.key {
		case "cron":
			s.Cron = r.text(k)
		case "zone":
			s.Zone = r.text(k)
		case "missed":
			s.Missed = oneOf(r, k, MissedSkip, MissedOnce)
		case "starts":
			s.Starts = r.date(k)
		case "ends":
			s.Ends = r.date(k)
		}
	}
	if _, err := s.Next(time.Unix(0, 0)); err != nil {
		r.bad(e.at, e.path, "%v", err)
	}
	return s
}

func (r *reader) date(e entry) time.Time {
	t, err := value.ParseDate(r.text(e))
	if err != nil {
		r.bad(position(e.value), e.path, "%v", err)
	}
	return t
}

// Next returns the first time of the schedule after t, zero when there is none.
func (s Schedule) Next(t time.Time) (time.Time, error) {
	form := cron.NewParser(cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)
	times, err := form.Parse(s.Cron)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no schedule: %w; write it as minute hour day month weekday, with the seconds in front if you need them", s.Cron, err)
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("there is no time zone %q", s.Zone)
	}
	if t.Before(s.Starts) {
		t = s.Starts.Add(-time.Second)
	}
	next := nextOf(times, s.Cron, t, zone)
	if next.IsZero() || !s.Ends.IsZero() && next.After(s.Ends) {
		return time.Time{}, nil
	}
	return next.UTC(), nil
}
