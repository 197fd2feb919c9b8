package alert

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/internal/detect"
	"sallyport/internal/detect/plain"
	"sallyport/internal/event"
	"sallyport/internal/rule"
)

// Doings returns the condition on events that holds of what the entity did: of a
// person what they did, of an address what came from it, of an app or a group
// what was done with it. It is false where events do not tell.
func (e Entity) Doings() (detect.Expr, bool) {
	path, of := map[string]string{
		rule.KindUser: "actor.id", rule.KindIP: "client.ipAddress", rule.KindSession: "authenticationContext.externalSessionId",
		rule.KindApp: "target.id", rule.KindGroup: "target.id",
	}[e.Kind], e.ID
	if e.Kind == rule.KindUser && of == "" {
		path, of = "actor.alternateId", e.Login
	}
	if path == "" || of == "" {
		return nil, false
	}
	return detect.Test{Path: path, Op: detect.Equal, Values: []detect.Value{{Text: of}}}, true
}

// Habit says what a value of an event tells of whoever did it.
type Habit string

// The habits.
const (
	Place   Habit = "place"   // city and country
	IP      Habit = "ip"      // address
	Network Habit = "network" // autonomous system
	Device  Habit = "device"
	OS      Habit = "os"
	Browser Habit = "browser"
	App     Habit = "app"
	Actor   Habit = "person" // of what is no person: who did it
)

// Habits lists the habits.
func Habits() []Habit { return []Habit{Place, IP, Network, Device, OS, Browser, App, Actor} }

// SeenValue is a value with when it was seen before an alert.
type SeenValue struct {
	Habit       Habit
	Value       string
	First, Last time.Time // zero if it was not
	Events      int
	Lately      int  // of those in the last 30 days
	Evidence    bool // the alert's own events have it
}

const lately = 30 * 24 * time.Hour

// Seen collects what the events of an entity tell of its habits.
type Seen struct {
	entity Entity
	doings detect.Expr
	until  time.Time // the alert
	fields *event.Fields
	spans  event.Spans
	values map[seenKey]*SeenValue
	events int
	lately int
}

type seenKey struct {
	habit Habit
	value string
}

const (
	sCity = iota
	sCountry
	sIP
	sASN
	sASOrg
	sDevice
	sDeviceName
	sOS
	sBrowser
	seenFields
)

// NewSeen returns a collection about an entity, as of the time of an alert.
func NewSeen(e Entity, until time.Time) *Seen {
	doings, ok := e.Doings()
	if !ok {
		doings = detect.Always(false)
	}
	return &Seen{
		entity: e, doings: doings, until: until, values: map[seenKey]*SeenValue{},
		fields: event.NewFields("client.geographicalContext.city", "client.geographicalContext.country", "client.ipAddress", "securityContext.asNumber", "securityContext.asOrg",
			"client.device", "device.name", "client.userAgent.os", "client.userAgent.browser"),
		spans: make(event.Spans, seenFields),
	}
}

// Before adds an event of the entity from before the alert.
func (s *Seen) Before(e event.Event) error {
	values, err := s.of(e)
	s.events++
	recent := !e.Published.Before(s.until.Add(-lately))
	if recent {
		s.lately++
	}
	for _, k := range values {
		v := s.value(k)
		v.Events++
		if recent {
			v.Lately++
		}
		if v.First.IsZero() || e.Published.Before(v.First) {
			v.First = e.Published
		}
		if e.Published.After(v.Last) {
			v.Last = e.Published
		}
	}
	return err
}

// Evidence adds an event of the alert. One that is not of the entity's doing
// tells nothing of it.
func (s *Seen) Evidence(e event.Event) error {
	decoded, err := plain.Decode(e.Raw)
	if err != nil {
		return fmt.Errorf("read event %s: %w", e.UUID, err)
	}
	if !plain.Holds(s.doings, decoded) {
		return nil
	}
	values, err := s.of(e)
	for _, k := range values {
		s.value(k).Evidence = true
	}
	return err
}

func (s *Seen) value(k seenKey) *SeenValue {
	v := s.values[k]
	if v == nil {
		v = &SeenValue{Habit: k.habit, Value: k.value}
		s.values[k] = v
	}
	return v
}

// of returns what an event tells, each value once.
func (s *Seen) of(e event.Event) ([]seenKey, error) {
	if err := s.fields.Scan(e.Raw, s.spans); err != nil {
		return nil, fmt.Errorf("read event %s: %w", e.UUID, err)
	}
	var out []seenKey
	add := func(h Habit, value string) {
		k := seenKey{h, value}
		if value != "" && !strings.EqualFold(value, "unknown") && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	add(Place, joined(", ", s.spans.Text(sCity), s.spans.Text(sCountry)))
	if s.entity.Kind != rule.KindIP {
		add(IP, s.spans.Text(sIP))
	}
	network := ""
	if asn := s.spans.Text(sASN); asn != "" && asn != "0" {
		network = "AS" + asn
	}
	add(Network, joined(" ", network, s.spans.Text(sASOrg)))
	add(Device, cmp.Or(s.spans.Text(sDeviceName), s.spans.Text(sDevice)))
	add(OS, s.spans.Text(sOS))
	add(Browser, s.spans.Text(sBrowser))
	if s.entity.Kind != rule.KindApp {
		for _, t := range e.Targets() {
			if t.Type == "AppInstance" {
				add(App, cmp.Or(t.DisplayName, t.AlternateID, t.ID))
			}
		}
	}
	if s.entity.Kind != rule.KindUser {
		add(Actor, cmp.Or(e.Actor.AlternateID, e.Actor.DisplayName, e.Actor.ID))
	}
	return out, nil
}

func joined(by string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), by)
}

// Events returns how many events were added from before the alert, and how many
// of those are of the last 30 days.
func (s *Seen) Events() (all, recent int) { return s.events, s.lately }

// Values returns the values: of each habit those of the alert's own events, then
// the others that were seen last, up to a number.
func (s *Seen) Values(most int) []SeenValue {
	var out []SeenValue
	for _, h := range Habits() {
		var of []SeenValue
		for _, v := range s.values {
			if v.Habit == h {
				of = append(of, *v)
			}
		}
		slices.SortFunc(of, func(a, b SeenValue) int {
			if a.Evidence != b.Evidence {
				if a.Evidence {
					return -1
				}
				return 1
			}
			return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Value, b.Value))
		})
		out = append(out, of[:min(len(of), most)]...)
	}
	return out
}
