package timeline

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// store is lines that a source gives as a database does; one that tires looks at
// few of them at a time, and finds only those that are odd.
type store struct {
	lines []Line[string]
	tires int
}

func (s store) read(_ context.Context, a Ask) (Part[string], error) {
	var out Part[string]
	looked := 0
	for _, l := range s.lines {
		if !a.Before(l.At, l.ID) {
			continue
		}
		if len(out.Lines) == a.Limit || s.tires > 0 && looked == s.tires {
			out.More = true
			return out, nil
		}
		looked++
		if s.tires == 0 || l.ID[len(l.ID)-1]%2 == 1 {
			out.Lines = append(out.Lines, l)
		}
		out.ReachedAt, out.ReachedID = l.At, l.ID
	}
	return out, nil
}

// However long pages are, they hold every line once and in order, also where many
// lines are of one time, and where a source finds little in much.
func TestPagesHaveNoGaps(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for round := range 60 {
		var sources []Source[string]
		want := 0
		for n := range 4 {
			s := store{tires: []int{0, 3, 0, 7}[n]}
			for i := range r.IntN(40) {
				s.lines = append(s.lines, Line[string]{At: begin.Add(time.Duration(r.IntN(9)) * time.Microsecond), ID: fmt.Sprintf("%03d", i), What: fmt.Sprint(n)})
			}
			slices.SortFunc(s.lines, func(a, b Line[string]) int { return Place{At: a.At, ID: a.ID}.Compare(Place{At: b.At, ID: b.ID}) })
			for _, l := range s.lines {
				if s.tires == 0 || l.ID[2]%2 == 1 {
					want++
				}
			}
			sources = append(sources, s.read)
		}
		sources = append(sources, nil)
		var got []Place
		q := Query{Limit: 1 + round%13}
		for pages := 0; ; pages++ {
			page, err := Read(t.Context(), q, sources...)
			if err != nil || len(page.Lines) > q.Limit || pages > 400 {
				t.Fatalf("%d lines, %v, after %d pages", len(page.Lines), err, pages)
			}
			for _, l := range page.Lines {
				n := int(l.What[0] - '0')
				got = append(got, Place{l.At, n, l.ID})
			}
			if page.Next == (Place{}) {
				break
			}
			q.After = page.Next
		}
		if len(got) != want {
			t.Fatalf("round %d: %d lines of %d", round, len(got), want)
		}
		for i := range got[1:] {
			if got[i].Compare(got[i+1]) >= 0 {
				t.Fatalf("round %d: %v stands before %v", round, got[i], got[i+1])
			}
		}
	}
}

func TestBounds(t *testing.T) {
	at := func(n int) time.Time { return time.UnixMicro(int64(n)).UTC() }
	s := store{lines: []Line[string]{{At: at(4), ID: "a"}, {At: at(3), ID: "b"}, {At: at(3), ID: "a"}, {At: at(2), ID: "a"}, {At: at(1), ID: "a"}}}
	page, err := Read(t.Context(), Query{Since: at(2), Until: at(4), Limit: 9}, s.read)
	if err != nil || len(page.Lines) != 3 || page.Lines[0].ID != "b" || !page.Lines[2].At.Equal(at(2)) || page.Next != (Place{}) {
		t.Errorf("%+v, %v", page, err)
	}
	if _, err := Read(t.Context(), Query{Limit: 1}, func(context.Context, Ask) (Part[string], error) { return Part[string]{}, errors.ErrUnsupported }); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v", err)
	}
}
