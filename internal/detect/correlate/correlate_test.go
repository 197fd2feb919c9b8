package correlate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/detect/correlate"
)

func at(seconds int) time.Time {
	return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(seconds) * time.Second)
}

func bounds(op string, v float64) correlate.Condition {
	return correlate.Condition{Bounds: []correlate.Bound{{Op: op, Value: v}}}
}

// arrival is one occurrence: "a@30" is rule a at second 30, "a@30=x" has a value,
// "a@30#u" a uuid of its own.
func arrival(text string, n int) correlate.Occurrence {
	o := correlate.Occurrence{UUID: fmt.Sprintf("u%d", n)}
	if before, uuid, ok := strings.Cut(text, "#"); ok {
		text, o.UUID = before, uuid
	}
	text, o.Value, _ = strings.Cut(text, "=")
	var second int
	if _, err := fmt.Sscanf(strings.Replace(text, "@", " ", 1), "%s %d", &o.Rule, &second); err != nil {
		panic(err)
	}
	o.At = at(second)
	return o
}

// TestAdd gives a group what comes in, in that order, and says at which of them
// (from 0) the correlation fires.
func TestAdd(t *testing.T) {
	three := correlate.Spec{Type: correlate.EventCount, Rules: []string{"a"}, Condition: bounds("gte", 3)}
	values := correlate.Spec{Type: correlate.ValueCount, Rules: []string{"a"}, Field: []string{"f"}, Condition: bounds("gt", 1)}
	both := correlate.Spec{Type: correlate.Temporal, Rules: []string{"a", "b"}}
	ordered := correlate.Spec{Type: correlate.TemporalOrdered, Rules: []string{"a", "b", "c"}}
	number := func(typ correlate.Type, op string, v float64) correlate.Spec {
		return correlate.Spec{Type: typ, Rules: []string{"a"}, Field: []string{"f"}, Condition: bounds(op, v)}
	}
	percentile := number(correlate.ValuePercentile, "gte", 9)
	percentile.Condition.Percentile = 90
	seen := correlate.Spec{Type: correlate.FirstSeen, Rules: []string{"a"}, Field: []string{"f"}}
	learning := seen
	learning.Learning = 30 * time.Second
	for name, c := range map[string]struct {
		spec  correlate.Spec // of 60 seconds
		in    string
		fires string
	}{
		"three in time":                       {three, "a@0 a@30 a@60", "2"},
		"three, and again with each":          {three, "a@0 a@1 a@2 a@3", "2 3"},
		"three too far apart":                 {three, "a@0 a@30 a@61", ""},
		"three, not in order, too far apart":  {three, "a@0 a@61 a@30", ""},
		"three, not in order":                 {three, "a@60 a@0 a@30", "2"},
		"the proof: in order":                 {three, "a@30 a@100 a@120", ""},
		"the proof: the first comes late":     {three, "a@100 a@30 a@120", ""},
		"the proof: the first comes last":     {three, "a@100 a@120 a@30", ""},
		"a late one that makes three":         {three, "a@0 a@20 a@500 a@40", "3"},
		"one that is too late":                {three, "a@0 a@20 a@800 a@40", ""},
		"an event that comes again":           {three, "a@0#x a@1#y a@0#x a@1#y a@0#x", ""},
		"an event that comes again, late":     {three, "a@0#x a@1#y a@500#z a@0#x", ""},
		"other rules are not counted":         {three, "a@0 x@1 x@2 a@3", ""},
		"different values":                    {values, "a@0=x a@1=x a@2=y", "2"},
		"different values, too far apart":     {values, "a@0=x a@61=y a@122=x", ""},
		"different values, one late":          {values, "a@0=x a@100=x a@30=y", "2"},
		"no value":                            {values, "a@0=x a@1", ""},
		"several values of one event":         {values, "a@0=x#e a@0=y#e", "1"},
		"many different values":               {correlate.Spec{Type: correlate.ValueCount, Rules: []string{"a"}, Field: []string{"f"}, Condition: bounds("gte", 12)}, "a@0=a a@1=b a@2=c a@3=d a@4=e a@5=f a@6=g a@7=h a@8=i a@9=j a@10=k a@10=k a@11=l a@12=a a@61=m a@62=n a@66=o", "12 13 14 15"},
		"both rules":                          {both, "a@0 b@60", "1"},
		"both rules, the other way":           {both, "b@0 a@60", "1"},
		"both rules, too far apart":           {both, "a@0 a@1 b@62", ""},
		"one rule twice":                      {both, "a@0 a@1", ""},
		"both rules match one event":          {both, "a@0#x b@0#x", "1"},
		"some of the rules":                   {correlate.Spec{Type: correlate.Temporal, Rules: []string{"a", "b", "c"}, Condition: bounds("gte", 2)}, "a@0 c@1", "1"},
		"one after another":                   {ordered, "a@0 b@1 c@2", "2"},
		"one after another, not in order":     {ordered, "c@2 a@0 b@1", "2"},
		"in another order":                    {ordered, "a@0 c@1 b@2", ""},
		"one after another, with others":      {ordered, "b@0 a@1 c@2 b@3 a@4 c@5 b@6", "5"},
		"one after another, too slowly":       {ordered, "a@0 b@30 c@61", ""},
		"at the same time is not after":       {ordered, "a@0 b@0 c@1", ""},
		"two of three one after another":      {correlate.Spec{Type: correlate.TemporalOrdered, Rules: []string{"a", "b", "c"}, Condition: bounds("gte", 2)}, "b@0 a@1 c@2", "2"},
		"the middle one comes late":           {ordered, "a@0 c@50 a@300 b@20", "3"},
		"the middle one comes late, in vain":  {ordered, "a@0 c@70 b@20", ""},
		"a sum":                               {number(correlate.ValueSum, "gt", 10), "a@0=4 a@1=5.5 a@2=x a@3=1 a@64=9", "3"},
		"an average":                          {number(correlate.ValueAvg, "lt", 3), "a@0=4 a@1=4 a@2=0", "2"},
		"a least":                             {number(correlate.ValueMin, "lte", -1), "a@0=4 a@1=-1 a@2=5", "1 2"},
		"a most":                              {number(correlate.ValueMax, "gte", 5), "a@0=4 a@1=5", "1"},
		"a median":                            {number(correlate.ValueMedian, "gte", 3), "a@0=1 a@1=2 a@2=4 a@3=4", "3"},
		"a percentile":                        {percentile, "a@0=1 a@1=1 a@2=1 a@3=1 a@4=1 a@5=1 a@6=1 a@7=1 a@8=9 a@9=9", "8 9"},
		"a new value, but not the first":      {seen, "a@0=x a@1=x a@2=y a@3=y a@4=x", "2"},
		"a value that was not there for long": {seen, "a@0=x a@1=y a@2=x a@62=y a@63=x", "1 3 4"},
		"a value again within the time":       {seen, "a@0=x a@50=x a@100=x a@150=x", ""},
		"an old value comes late":             {seen, "a@0=x a@20=y a@10=y", "1"},
		"a new value while learning":          {learning, "a@0=x a@10=y a@30=z a@31=y", "2"},
		"the first comes late":                {seen, "a@10=x a@0=y", ""},
		"the same event again is nothing new": {seen, "a@0=x a@1=y#e a@1=y#e", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			c.spec.ID, c.spec.Span = "s", time.Minute
			if err := c.spec.Validate(); err != nil {
				t.Fatal(err)
			}
			g := correlate.NewGroup(&c.spec)
			var fired []string
			for i, text := range strings.Fields(c.in) {
				if _, ok := g.Add(arrival(text, i)); ok {
					fired = append(fired, fmt.Sprint(i))
				}
				g = again(t, &c.spec, g)
			}
			if got := strings.Join(fired, " "); got != c.fires {
				t.Errorf("fires at %q, want %q", got, c.fires)
			}
		})
	}
}

// again writes a group down and reads it.
func again(t *testing.T, s *correlate.Spec, g *correlate.Group) *correlate.Group {
	t.Helper()
	read, err := correlate.Decode(s, g.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// TestDue gives a group what comes in, and time passing ("due@700"), and says
// which firings there are, by the seconds of their beginning and end.
func TestDue(t *testing.T) {
	few := correlate.Spec{Type: correlate.EventCount, Rules: []string{"a"}, Condition: bounds("lte", 1)}
	two := correlate.Spec{Type: correlate.ValueCount, Rules: []string{"a"}, Field: []string{"f"}, Condition: bounds("eq", 2)}
	absent := correlate.Spec{Type: correlate.Absent, Rules: []string{"a"}, Without: []string{"b"}}
	for name, c := range map[string]struct {
		spec  correlate.Spec // of 60 seconds, and as many of lateness
		in    string
		fires string
	}{
		"too early to say":                   {few, "a@0 due@119", ""},
		"one alone":                          {few, "a@0 due@120", "0-60"},
		"two of them":                        {few, "a@0 a@60 due@500", ""},
		"one after the window":               {few, "a@0 a@61 due@500", "0-60 61-121"},
		"windows follow one another":         {few, "a@0 a@30 a@70 due@500", "70-130"},
		"one that comes late":                {few, "a@10 a@5 due@500", ""},
		"one that comes when it is over":     {few, "a@0 due@120 a@30 due@500", "0-60"},
		"decided once":                       {few, "a@0 due@120 due@500 a@0 due@900", "0-60"},
		"exactly two":                        {two, "a@0=x a@1=y a@2=x a@100=x a@101=y a@102=z due@500", "0-60"},
		"nothing followed":                   {absent, "a@0 due@119 due@120 due@900", "0-60"},
		"one followed":                       {absent, "a@0 b@60 due@900", ""},
		"one followed too late":              {absent, "a@0 b@61 due@900", "0-60"},
		"one came before":                    {absent, "b@0 a@1 due@900", "1-61"},
		"one at the same time":               {absent, "a@1 b@1 due@900", ""},
		"one followed, and came in before":   {absent, "b@30 a@0 due@900", ""},
		"two, and one followed both":         {absent, "a@0 a@30 b@40 due@900", ""},
		"two, and one followed the first":    {absent, "a@0 a@50 b@20 due@900", "50-110"},
		"an event that comes again":          {absent, "a@0#x b@10 a@0#x b@100 a@0#x due@900", ""},
		"an event that comes again, decided": {absent, "a@0#x due@120 a@0#x due@900", "0-60"},
		"two at once":                        {absent, "a@0 a@0 due@900", "0-60 0-60"},
		"one that does not matter any more":  {absent, "b@0 b@10 b@20 a@100 due@900", "100-160"},
	} {
		t.Run(name, func(t *testing.T) {
			c.spec.ID, c.spec.Span, c.spec.Lateness = "s", time.Minute, time.Minute
			if err := c.spec.Validate(); err != nil {
				t.Fatal(err)
			}
			g := correlate.NewGroup(&c.spec)
			var fired []string
			for i, text := range strings.Fields(c.in) {
				o := arrival(text, i)
				if o.Rule != "due" {
					if _, ok := g.Add(o); ok {
						t.Error("it fires before it can be decided")
					}
					g = again(t, &c.spec, g)
					continue
				}
				for f, ok := g.Due(o.At); ok; f, ok = g.Due(o.At) {
					fired = append(fired, fmt.Sprintf("%d-%d", int(f.From.Sub(at(0)).Seconds()), int(f.To.Sub(at(0)).Seconds())))
				}
				g = again(t, &c.spec, g)
			}
			if got := strings.Join(fired, " "); got != c.fires {
				t.Errorf("fires for %q, want %q", got, c.fires)
			}
		})
	}
}

// A group wants to be looked at when something is to be decided, and otherwise
// to be forgotten when no window can reach it.
func TestUntil(t *testing.T) {
	for name, c := range map[string]struct {
		spec correlate.Spec // of 60 seconds, and as many of lateness
		in   string
		want int
	}{
		"the last event's window": {correlate.Spec{Type: correlate.EventCount, Rules: []string{"a"}, Condition: bounds("gte", 3)}, "a@0 a@30 a@10", 150},
		"the first to be decided": {correlate.Spec{Type: correlate.EventCount, Rules: []string{"a"}, Condition: bounds("lt", 3)}, "a@30 a@10 a@40", 130},
		"the first that waits":    {correlate.Spec{Type: correlate.Absent, Rules: []string{"a"}, Without: []string{"b"}}, "a@10 a@100 b@20", 220},
		"nobody that waits":       {correlate.Spec{Type: correlate.Absent, Rules: []string{"a"}, Without: []string{"b"}}, "a@10 b@20", 140},
		"the last value":          {correlate.Spec{Type: correlate.FirstSeen, Rules: []string{"a"}, Field: []string{"f"}}, "a@0=x a@5=y", 125},
	} {
		c.spec.ID, c.spec.Span, c.spec.Lateness = "s", time.Minute, time.Minute
		g := correlate.NewGroup(&c.spec)
		if !g.Until().IsZero() {
			t.Errorf("%s: an empty group is to be looked at %v", name, g.Until())
		}
		for i, text := range strings.Fields(c.in) {
			g.Add(arrival(text, i))
		}
		if got := int(g.Until().Sub(at(0)).Seconds()); got != c.want {
			t.Errorf("%s: at %d, want %d", name, got, c.want)
		}
	}
}

func TestFiring(t *testing.T) {
	s := &correlate.Spec{ID: "s", Type: correlate.EventCount, Rules: []string{"a"}, Condition: bounds("gte", 150), Span: time.Hour}
	g := correlate.NewGroup(s)
	var f correlate.Firing
	for i := range 150 {
		// The first of them comes in last.
		n := (i + 1) % 150
		f, _ = g.Add(correlate.Occurrence{Rule: "a", UUID: fmt.Sprintf("u%03d", n), At: at(n)})
	}
	if f.Spec != "s" || f.Count != 150 || !f.From.Equal(at(0)) || !f.To.Equal(at(149)) || len(f.UUIDs) != 100 {
		t.Fatalf("%+v", f)
	}
	if f.UUIDs[0] != "u000" || f.UUIDs[1] != "u051" || f.UUIDs[99] != "u149" {
		t.Errorf("the evidence is %v", f.UUIDs)
	}
	if want := at(149).Add(time.Hour + correlate.DefaultLateness); !g.Until().Equal(want) {
		t.Errorf("to be forgotten at %v, want %v", g.Until(), want)
	}
}

// However much comes in, a group stays small, and goes on to count.
func TestBounded(t *testing.T) {
	for name, s := range map[string]*correlate.Spec{
		"events":  {Type: correlate.EventCount, Rules: []string{"a", "b"}, Condition: bounds("gte", 5)},
		"values":  {Type: correlate.ValueCount, Rules: []string{"a", "b"}, Field: []string{"f"}, Condition: bounds("gte", 3)},
		"rules":   {Type: correlate.Temporal, Rules: []string{"a", "b"}},
		"ordered": {Type: correlate.TemporalOrdered, Rules: []string{"a", "b"}},
		"few":     {Type: correlate.EventCount, Rules: []string{"a"}, Condition: bounds("lt", 3)},
		"absent":  {Type: correlate.Absent, Rules: []string{"a"}, Without: []string{"b"}},
		"seen":    {Type: correlate.FirstSeen, Rules: []string{"a"}, Field: []string{"f"}},
	} {
		s.ID, s.Span = "s", 24*time.Hour
		g := correlate.NewGroup(s)
		value := func(i int) string {
			if s.Type == correlate.FirstSeen {
				return fmt.Sprint(i)
			}
			return "same"
		}
		for i := range 20_000 {
			g.Add(correlate.Occurrence{Rule: "a", UUID: fmt.Sprintf("0f0c9a4e-5d0b-4b0e-9d58-%012x", i), At: at(i), Value: value(i)})
		}
		if size := len(g.Encode()); size > 32<<10 || g.Folded() == 0 {
			t.Errorf("%s: %d bytes, %d folded", name, size, g.Folded())
		}
		if s.Type != correlate.Temporal && s.Type != correlate.TemporalOrdered {
			continue
		}
		if _, fires := g.Add(correlate.Occurrence{Rule: "b", UUID: "b", At: at(20_000)}); !fires {
			t.Errorf("%s: it does not fire", name)
		}
	}
}

// What is repeated does not wash out what came before it.
func TestRepetition(t *testing.T) {
	for _, typ := range []correlate.Type{correlate.Temporal, correlate.TemporalOrdered} {
		s := &correlate.Spec{ID: "s", Type: typ, Rules: []string{"a", "b", "c"}, Span: 24 * time.Hour}
		g := correlate.NewGroup(s)
		g.Add(correlate.Occurrence{Rule: "a", UUID: "a", At: at(0)})
		for i := range 5000 {
			if _, fires := g.Add(correlate.Occurrence{Rule: "b", UUID: fmt.Sprint(i), At: at(1 + i)}); fires {
				t.Fatalf("%s: it fires at %d", typ, i)
			}
		}
		if _, fires := g.Add(correlate.Occurrence{Rule: "c", UUID: "c", At: at(6000)}); !fires {
			t.Errorf("%s: it does not fire", typ)
		}
	}
}

func TestValidate(t *testing.T) {
	good := correlate.Spec{ID: "s", Type: correlate.EventCount, Rules: []string{"a"}, Span: time.Hour, Condition: bounds("gte", 5)}
	for says, change := range map[string]func(*correlate.Spec){
		"needs an id":                 func(s *correlate.Spec) { s.ID = "" },
		"from 1 to 64 rules":          func(s *correlate.Spec) { s.Rules = nil },
		"a time span":                 func(s *correlate.Spec) { s.Span = 0 },
		"up to 400 days":              func(s *correlate.Spec) { s.Span = 401 * 24 * time.Hour },
		"lateness":                    func(s *correlate.Spec) { s.Lateness = -1 },
		"no type":                     func(s *correlate.Spec) { s.Type = "near" },
		"needs a condition":           func(s *correlate.Spec) { s.Condition = correlate.Condition{} },
		"is no bound":                 func(s *correlate.Spec) { s.Condition = bounds("ge", 1) },
		"at most 10000":               func(s *correlate.Spec) { s.Condition = bounds("gte", 1e6) },
		"needs a field":               func(s *correlate.Spec) { s.Type = correlate.ValueCount },
		"needs one field":             func(s *correlate.Spec) { s.Type, s.Field = correlate.ValueSum, []string{"a", "b"} },
		"has an empty part":           func(s *correlate.Spec) { s.Type, s.Field = correlate.ValueCount, []string{"a..b"} },
		"absent needs without":        func(s *correlate.Spec) { s.Type = correlate.Absent },
		"without: belongs":            func(s *correlate.Spec) { s.Without = []string{"b"} },
		"learning: belongs":           func(s *correlate.Spec) { s.Learning = 1 },
		"percentile: belongs":         func(s *correlate.Spec) { s.Condition.Percentile = 5 },
		"value_percentile needs":      func(s *correlate.Spec) { s.Type, s.Field = correlate.ValuePercentile, []string{"a"} },
		"absent has no condition":     func(s *correlate.Spec) { s.Type, s.Without = correlate.Absent, []string{"b"} },
		"first_seen has no condition": func(s *correlate.Spec) { s.Type, s.Field = correlate.FirstSeen, []string{"b"} },
	} {
		s := good
		change(&s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}

func TestPath(t *testing.T) {
	event := map[string]any{
		"actor": map[string]any{"id": "a1"},
		"list":  []any{"x", true, nil, []any{"y"}},
		"target": []any{
			map[string]any{"type": "User", "id": "u1", "detail": map[string]any{"n": 1.5}},
			map[string]any{"type": "AppInstance", "id": "p1"},
			map[string]any{"type": "user", "ID": "u2"},
		},
	}
	for path, want := range map[string][]string{
		"actor.id": {"a1"}, "Actor.ID": {"a1"}, "actor": nil, "nothing.id": nil, "list": {"x", "true", "y"}, "list.1": {"true"}, "list.9": nil,
		"target.id": {"u1", "p1", "u2"}, "target{}.id": {"u1", "p1", "u2"}, "target.1.id": {"p1"},
		"target[type=User].id": {"u1", "u2"}, "target[type = AppInstance].id": {"p1"}, "target[type=None].id": nil,
		"target[type=User].detail.n": {"1.5"}, "actor[id=a1].id": {"a1"},
	} {
		p, err := correlate.ParsePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if diff := cmp.Diff(want, p.Values(event)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	for _, path := range []string{"", ".", "a.", ".a", "a..b", "a[b].c", "a[b=].c", "a[=c]", "a[b=c", "a[b=c]d"} {
		if p, err := correlate.ParsePath(path); err == nil {
			t.Errorf("%q is taken as %v", path, p)
		}
	}
}

func FuzzDecode(f *testing.F) {
	specs := []*correlate.Spec{
		{ID: "s", Type: correlate.ValueCount, Rules: []string{"a", "b"}, Field: []string{"f"}, Span: time.Hour, Condition: bounds("gte", 3)},
		{ID: "s", Type: correlate.TemporalOrdered, Rules: []string{"a", "b"}, Span: time.Hour},
		{ID: "s", Type: correlate.Absent, Rules: []string{"a"}, Without: []string{"b"}, Span: time.Hour},
		{ID: "s", Type: correlate.FirstSeen, Rules: []string{"a", "b"}, Field: []string{"f"}, Span: time.Hour},
		{ID: "s", Type: correlate.ValueAvg, Rules: []string{"a", "b"}, Field: []string{"f"}, Span: time.Hour, Condition: bounds("gte", 3)},
	}
	for i, s := range specs {
		g := correlate.NewGroup(s)
		g.Add(correlate.Occurrence{Rule: "a", UUID: "0f0c9a4e-5d0b-4b0e-9d58-0f6f2a6d7a11", At: at(1), Value: "1"})
		g.Add(correlate.Occurrence{Rule: "a", UUID: "other", At: at(9), Value: "2"})
		f.Add(uint8(i), g.Encode())
	}
	f.Fuzz(func(t *testing.T, which uint8, state []byte) {
		s := specs[int(which)%len(specs)]
		g, err := correlate.Decode(s, state)
		if err != nil {
			return
		}
		again, err := correlate.Decode(s, g.Encode())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			o := correlate.Occurrence{Rule: "b", UUID: fmt.Sprint(i), At: at(5 * i), Value: fmt.Sprint(i)}
			f1, ok1 := g.Add(o)
			f2, ok2 := again.Add(o)
			if diff := cmp.Diff(f1, f2); diff != "" || ok1 != ok2 {
				t.Fatal(diff)
			}
		}
		for range 5 {
			if _, fires := g.Due(at(1e6)); !fires {
				break
			}
		}
	})
}

func FuzzPath(f *testing.F) {
	for _, path := range []string{"a.b", "target[type=User].id", "a{}.0[b = c]", "a[[=]]"} {
		f.Add(path)
	}
	event := map[string]any{"a": []any{map[string]any{"b": "c", "type": "User", "id": "1"}, "x"}, "target": map[string]any{"type": "User", "id": true}}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := correlate.ParsePath(text)
		if err != nil {
			return
		}
		if len(p) == 0 {
			t.Fatalf("%q is a path of nothing", text)
		}
		p.Values(event)
	})
}
