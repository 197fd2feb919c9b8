package correlate_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/detect/correlate"
)

// written is a store that writes every group down, as a database does.
type written struct {
	states map[correlate.Key][]byte
	until  map[correlate.Key]time.Time
	calls  int
}

func (w *written) Groups(_ context.Context, keys []correlate.Key, open correlate.Open) (map[correlate.Key]*correlate.Group, error) {
	w.calls++
	found := map[correlate.Key]*correlate.Group{}
	for _, key := range keys {
		if state, ok := w.states[key]; ok {
			found[key] = open(key, state)
		}
	}
	return found, nil
}

func (w *written) Keep(_ context.Context, changed map[correlate.Key]*correlate.Group) error {
	w.calls++
	if w.states == nil {
		w.states, w.until = map[correlate.Key][]byte{}, map[correlate.Key]time.Time{}
	}
	for key, g := range changed {
		if g == nil {
			delete(w.states, key)
			delete(w.until, key)
			continue
		}
		w.states[key], w.until[key] = g.Encode(), g.Until()
	}
	return nil
}

func (w *written) Due(_ context.Context, now time.Time, open correlate.Open) (map[correlate.Key]*correlate.Group, error) {
	due := map[correlate.Key]*correlate.Group{}
	for key, until := range w.until {
		if !until.After(now) {
			due[key] = open(key, w.states[key])
		}
	}
	return due, nil
}

// matched is an event: "fail@30 user=ann ip=1,2" was matched by the rule fail.
func matched(text string, n int) correlate.Event {
	parts := strings.Fields(text)
	rules, second, _ := strings.Cut(parts[0], "@")
	var s int
	_, _ = fmt.Sscan(second, &s)
	values := map[string][]string{}
	for _, p := range parts[1:] {
		path, v, _ := strings.Cut(p, "=")
		values[path] = strings.Split(v, ",")
	}
	return correlate.Event{
		UUID: fmt.Sprintf("e%d", n), At: at(s), Rules: strings.Split(rules, "+"),
		Values: func(path string) []string { return values[path] },
	}
}

func specs() []*correlate.Spec {
	user, ip := correlate.Field{Path: "user"}, correlate.Field{Path: "ip"}
	return []*correlate.Spec{
		{ID: "fails", Type: correlate.EventCount, Rules: []string{"fail"}, Group: []correlate.Field{user, ip}, Span: time.Minute, Condition: bounds("gte", 3)},
		{ID: "then", Type: correlate.TemporalOrdered, Rules: []string{"fails", "login"}, Group: []correlate.Field{user}, Span: time.Hour},
		{ID: "spray", Type: correlate.ValueCount, Rules: []string{"fail"}, Group: []correlate.Field{ip}, Field: []string{"user"}, Span: time.Minute, Condition: bounds("gte", 3)},
		{ID: "all", Type: correlate.EventCount, Rules: []string{"fail", "login"}, Span: time.Minute, Condition: bounds("gte", 7)},
		{
			ID: "meet", Type: correlate.Temporal, Rules: []string{"out", "in"}, Span: time.Minute,
			Group: []correlate.Field{{Name: "who", ByRule: map[string]string{"out": "user", "in": "target"}}},
		},
		{ID: "alone", Type: correlate.Absent, Rules: []string{"out"}, Without: []string{"in"}, Group: []correlate.Field{user}, Span: time.Minute},
	}
}

// Correlations count by group, count each other and find their groups again;
// and a store that writes down comes to the same as memory.
func TestSet(t *testing.T) {
	batches := [][]string{
		{"fail@0 user=Ann ip=1", "fail@10 user=ann ip=2", "other@11 user=ann ip=1", "fail@20 user=ann ip=1"},
		{"fail@30 user=ANN ip=1", "login@40 user=bob ip=1", "fail@41 ip=1", "login@50 user=ann ip=9"},
		{"fail@100 user=a|b ip=3", `fail@101 user=a\ ip=3`, "fail@102 user=c,d ip=3,4"},
		{"out@200 user=x", "in@210 target=X user=y", "out@220 user=y", "out@230"},
	}
	want := []string{
		"fails of map[ip:1 user:ann] at e4: 3 from 0 to 30: e0 e3 e4",
		"then of map[user:ann] at e7: 2 from 30 to 50: e4 e7",
		"all of map[] at e7: 7 from 0 to 50: e0 e1 e3 e4 e5 e6 e7",
		"spray of map[ip:3] at e10: 3 from 100 to 102: e8 e9 e10",
		"spray of map[ip:3] at e10: 4 from 100 to 102: e8 e9 e10",
		"meet of map[who:x] at e12: 2 from 200 to 210: e11 e12",
		"alone of map[user:x] at -: 1 from 200 to 260: e11",
		"alone of map[user:y] at -: 1 from 220 to 280: e13",
	}
	for name, store := range map[string]correlate.Store{"in memory": &correlate.Memory{}, "written down": &written{}} {
		set, err := correlate.NewSet(specs())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"ip", "target", "user"}, set.Paths()); diff != "" {
			t.Error(diff)
		}
		var got []string
		show := func(f correlate.Firing, event string) {
			got = append(got, fmt.Sprintf("%s of %v at %s: %d from %v to %v: %s", f.Spec, f.Group, event, f.Count,
				f.From.Sub(at(0)).Seconds(), f.To.Sub(at(0)).Seconds(), strings.Join(f.UUIDs, " ")))
		}
		n := 0
		for _, batch := range batches {
			var events []correlate.Event
			for _, text := range batch {
				events = append(events, matched(text, n))
				n++
			}
			firings, err := set.Count(t.Context(), store, events)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range firings {
				show(f, events[f.Event].UUID)
			}
		}
		due, err := set.Due(t.Context(), store, at(3600*24))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range due {
			show(f, "-")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if m, ok := store.(*correlate.Memory); ok && m.Len() != 0 {
			t.Errorf("%d groups are left", m.Len())
		}
		if w, ok := store.(*written); ok && len(w.states) != 0 {
			t.Errorf("groups are left: %v", slices.Collect(maps.Keys(w.states)))
		}
	}
}

// A batch that nothing is counted of does not touch the store, and one that is
// touches it twice.
func TestSetAsksOnce(t *testing.T) {
	set, err := correlate.NewSet(specs())
	if err != nil {
		t.Fatal(err)
	}
	var store written
	if _, err := set.Count(t.Context(), &store, []correlate.Event{matched("nothing@0 user=x", 0), matched("fail@0", 1), {}}); err != nil || store.calls != 2 {
		t.Errorf("%d calls, %v", store.calls, err)
	}
	store.calls = 0
	if _, err := set.Count(t.Context(), &store, []correlate.Event{matched("nothing@0 user=x", 0), {}}); err != nil || store.calls != 0 {
		t.Errorf("%d calls, %v", store.calls, err)
	}
	if !set.Counts("fail") || !set.Counts("fails") || set.Counts("nothing") || set.Counts("spray") {
		t.Error("it counts what it should not")
	}
}

// A correlation that is gone or changed does not stand in the way.
func TestSetChanged(t *testing.T) {
	var store written
	first, _ := correlate.NewSet(specs())
	events := []correlate.Event{matched("fail@0 user=x ip=1", 0), matched("fail@1 user=x ip=1", 1)}
	if _, err := first.Count(t.Context(), &store, events); err != nil {
		t.Fatal(err)
	}
	for key := range store.states {
		if key.Spec == "all" {
			store.states[key] = []byte{9, 9}
		}
	}
	changed := specs()[:1]
	changed[0].Span = 2 * time.Minute
	second, _ := correlate.NewSet(append(changed, specs()[3]))
	firings, err := second.Count(t.Context(), &store, []correlate.Event{matched("fail@2 user=x ip=1", 2)})
	if len(firings) != 0 || err != nil {
		t.Errorf("%v, %v: counted across a change", firings, err)
	}
	if _, err := second.Due(t.Context(), &store, at(1e6)); err != nil || len(store.states) != 0 {
		t.Errorf("%d groups are left, %v", len(store.states), err)
	}
}

func TestNewSetRefuses(t *testing.T) {
	for says, change := range map[string]func([]*correlate.Spec){
		"is there twice":                   func(s []*correlate.Spec) { s[1].ID = "fails" },
		"counts itself":                    func(s []*correlate.Spec) { s[0].Rules = []string{"then"} },
		"a correlation has":                func(s []*correlate.Spec) { s[0].Rules = nil },
		"is only decided when its time is": func(s []*correlate.Spec) { s[0].Rules = []string{"alone"} },
	} {
		all := specs()
		change(all)
		if _, err := correlate.NewSet(all); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

// Long values are cut so that they still differ, and one event counts in so many
// groups at most.
func TestSetBounds(t *testing.T) {
	set, err := correlate.NewSet([]*correlate.Spec{{
		ID: "s", Type: correlate.EventCount, Rules: []string{"r"}, Group: []correlate.Field{{Path: "a"}, {Path: "b"}}, Span: time.Minute, Condition: bounds("gte", 1),
	}})
	if err != nil {
		t.Fatal(err)
	}
	long := func(end string) string { return strings.Repeat("ä", 300) + end }
	var many []string
	for i := range 100 {
		many = append(many, fmt.Sprint(i))
	}
	values := map[string][]string{"a": {long("x"), long("y"), long("X")}, "b": many}
	firings, err := set.Count(t.Context(), &correlate.Memory{}, []correlate.Event{{
		UUID: "u", At: at(0), Rules: []string{"r"}, Values: func(path string) []string { return values[path] },
	}})
	if err != nil || len(firings) != 64 {
		t.Fatalf("%d firings, %v", len(firings), err)
	}
	groups := map[string]bool{}
	for _, f := range firings {
		groups[f.Group["a"]] = true
		if len(f.Group["a"]) > 300 || !strings.HasPrefix(f.Group["a"], "ää") || strings.ContainsRune(f.Group["a"], '\uFFFD') {
			t.Errorf("%q", f.Group["a"])
		}
	}
	if len(groups) != 2 {
		t.Errorf("%d different values, want 2", len(groups))
	}
}
