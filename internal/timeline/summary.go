package timeline

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"sallyport/internal/event"
)

// Summary is what sign-ins of a time have in common.
type Summary struct {
	SignIns, Failed         int
	LastSuccess, LastFailed *Entrance // nil where there was none
	Places                  []Spot
	Countries               []Seen
	Networks                []Seen
	Devices                 []Seen
	Factors                 []Seen
	Apps                    []Seen
	People                  []Seen // who signed in, of what is no person
}

// Entrance is one sign-in.
type Entrance struct {
	Event  event.Event
	Access Access
}

// Spot is a place that somebody signed in from.
type Spot struct {
	City, Country string
	Lat, Lon      float64
	SignIns       int
	Failed        int
	Last          time.Time
}

// Seen is a value of sign-ins.
type Seen struct {
	Value   string
	SignIns int
	Failed  int
	Last    time.Time
}

// mostSeen is how many values of each a summary names.
const mostSeen = 50

// Summer sums sign-ins up.
type Summer struct {
	subject Subject
	reader  *AccessReader
	out     Summary
	factors map[string][]string // by transaction
	entered []Entrance
}

// NewSummer returns what sums the sign-ins of a subject up.
func NewSummer(s Subject) *Summer {
	return &Summer{subject: s, reader: NewAccessReader(), factors: map[string][]string{}}
}

// Add adds an event; one that is neither a sign-in nor tells by what factor
// somebody passed adds nothing.
func (s *Summer) Add(e event.Event) error {
	proof := strings.EqualFold(e.Type, "user.authentication.auth_via_mfa")
	if !proof && s.subject.KindOf(e) != SignIn {
		return nil
	}
	a, err := s.reader.Read(e)
	if err != nil {
		return err
	}
	if proof {
		if Well(e) && e.TransactionID != "" {
			s.factors[e.TransactionID] = append(s.factors[e.TransactionID], a.Factors...)
		}
		return nil
	}
	s.entered = append(s.entered, Entrance{e, a})
	return nil
}

// tally counts values.
type tally map[string]*Seen

func (t tally) add(value string, e event.Event) {
	if value == "" {
		return
	}
	v := t[value]
	if v == nil {
		v = &Seen{Value: value}
		t[value] = v
	}
	if v.SignIns++; !Well(e) {
		v.Failed++
	}
	if e.Published.After(v.Last) {
		v.Last = e.Published
	}
}

func (t tally) list() []Seen {
	out := make([]Seen, 0, len(t))
	for _, v := range t {
		out = append(out, *v)
	}
	slices.SortFunc(out, func(a, b Seen) int {
		return cmp.Or(cmp.Compare(b.SignIns, a.SignIns), cmp.Compare(a.Value, b.Value))
	})
	return out[:min(len(out), mostSeen)]
}

// Summary returns the sum.
func (s *Summer) Summary() Summary {
	countries, networks, devices, factors, apps, people := tally{}, tally{}, tally{}, tally{}, tally{}, tally{}
	spots := map[[2]string]*Spot{}
	for i := range s.entered {
		in := &s.entered[i]
		e, a := in.Event, &in.Access
		for _, f := range s.factors[e.TransactionID] {
			a.addFactor(f)
		}
		s.count(in)
		countries.add(a.Country, e)
		networks.add(strings.TrimSpace(a.AS+" "+a.ASOrg), e)
		devices.add(a.Device.Called(), e)
		apps.add(cmp.Or(a.App.DisplayName, a.App.AlternateID), e)
		if e.Actor.ID != s.subject.ID {
			people.add(cmp.Or(e.Actor.AlternateID, e.Actor.DisplayName), e)
		}
		if Well(e) {
			for _, f := range a.Factors {
				factors.add(f, e)
			}
		}
		addSpot(spots, *in)
	}
	s.out.Countries, s.out.Networks, s.out.Devices = countries.list(), networks.list(), devices.list()
	s.out.Factors, s.out.Apps, s.out.People, s.out.Places = factors.list(), apps.list(), people.list(), listSpots(spots)
	return s.out
}

func (s *Summer) count(in *Entrance) {
	s.out.SignIns++
	last := &s.out.LastSuccess
	if !Well(in.Event) {
		s.out.Failed++
		last = &s.out.LastFailed
	}
	if *last == nil || in.Event.Published.After((*last).Event.Published) {
		*last = in
	}
}

func addSpot(spots map[[2]string]*Spot, in Entrance) {
	a := in.Access
	if a.Lat == nil {
		return
	}
	key := [2]string{a.City, a.Country}
	p := spots[key]
	if p == nil {
		p = &Spot{City: a.City, Country: a.Country, Lat: *a.Lat, Lon: *a.Lon}
		spots[key] = p
	}
	if p.SignIns++; !Well(in.Event) {
		p.Failed++
	}
	if in.Event.Published.After(p.Last) {
		p.Last = in.Event.Published
	}
}

func listSpots(spots map[[2]string]*Spot) []Spot {
	out := make([]Spot, 0, len(spots))
	for _, p := range spots {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b Spot) int {
		return cmp.Or(cmp.Compare(b.SignIns, a.SignIns), cmp.Compare(a.Country, b.Country), cmp.Compare(a.City, b.City))
	})
	return out[:min(len(out), mostSeen)]
}
