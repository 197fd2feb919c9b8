package rule

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"sallyport/internal/detect/correlate"
	"sallyport/internal/detect/plain"
	"sallyport/internal/event"
)

// Result is how a case went.
type Result struct {
	Case  Case
	Rule  *Rule
	Hits  int
	First Hit      // of the hits; the zero value where there is none
	Why   []string // why it is not as the case says; none where it is
}

// OK reports whether the case holds.
func (r Result) OK() bool { return len(r.Why) == 0 }

// Cases reads the cases of a source, by the name of the rules' file without its
// ending: "mfa/push_bombing". The error tells everything that is wrong with
// them, each with file and line.
func (s Source) Cases() (map[string][]Case, error) {
	all := map[string][]Case{}
	var faults []error
	err := fs.WalkDir(s.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && name != "." && d.IsDir() {
			return fs.SkipDir
		}
		base, ok := strings.CutSuffix(name, CasesSuffix)
		if !ok || !d.Type().IsRegular() {
			return nil
		}
		text, err := fs.ReadFile(s.FS, name)
		if err != nil {
			return err
		}
		cases, err := ReadCases(name, text)
		faults = append(faults, err)
		all[base] = cases
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read cases of %s: %w", s.Name, err)
	}
	return all, errors.Join(faults...)
}

// CasesText returns the file of cases of one rule of the source; nothing where it
// has none.
func (s Source) CasesText(r *Rule) ([]byte, error) {
	text, err := fs.ReadFile(s.FS, r.Base()+CasesSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read cases of %s: %w", r.Slug, err)
	}
	return text, nil
}

// CasesOf reads the cases of one rule of the source; none where it has none.
func (s Source) CasesOf(r *Rule) ([]Case, error) {
	text, err := s.CasesText(r)
	if err != nil || text == nil {
		return nil, err
	}
	return ReadCases(r.Base()+CasesSuffix, text)
}

// Base is the name of the rule's file without its ending, as [Source.Cases] has
// it.
func (r *Rule) Base() string {
	return strings.TrimSuffix(strings.TrimSuffix(r.File, ".yaml"), ".yml")
}

// Try runs a case of a rule.
func (r *Rule) Try(ctx context.Context, k Case) (Result, error) {
	out := Result{Case: k, Rule: r}
	book, err := NewBook([]*Rule{r})
	if err != nil {
		return out, err
	}
	var memory correlate.Memory
	var hits []Hit
	for _, e := range k.Events { // one by one, as they would come in
		found, err := book.Detect(ctx, []event.Event{e}, &memory)
		if err != nil {
			return out, err
		}
		hits = append(hits, found...)
	}
	due, err := book.Due(ctx, k.Until, &memory, func(_ context.Context, uuid string) (event.Event, bool, error) {
		for _, e := range k.Events {
			if e.UUID == uuid {
				return e, true, nil
			}
		}
		return event.Event{}, false, nil
	})
	if err != nil {
		return out, err
	}
	hits = append(hits, due...)
	out.Hits = len(hits)
	if len(hits) > 0 {
		out.First = hits[0]
	}
	out.Why = r.differ(k, hits)
	return out, nil
}

// differ says in what hits are not what a case expects.
func (r *Rule) differ(k Case, hits []Hit) []string {
	switch {
	case k.Fires && len(hits) == 0:
		return append([]string{"it does not fire"}, r.silent(k.Events)...)
	case !k.Fires && len(hits) > 0:
		return []string{fmt.Sprintf("it fires, with event %d (%s)", placeOf(k.Events, hits[0]), hits[0].Event.Type)}
	case k.Count > 0 && k.Count != len(hits):
		return []string{fmt.Sprintf("it fires %d times, not %d", len(hits), k.Count)}
	}
	var why []string
	for _, h := range hits {
		if e := h.Entity; k.About != "" && k.About != e.ID && k.About != e.AlternateID && k.About != e.DisplayName {
			why = append(why, fmt.Sprintf("it is about %s %s (%s), not %s", h.Kind, e.ID, e.AlternateID, k.About))
			break
		}
	}
	return why
}

func placeOf(events []event.Event, h Hit) int {
	for i, e := range events {
		if e.UUID == h.Event.UUID {
			return i + 1
		}
	}
	return 0
}

// silent says why a rule does not fire: of one over single events, what does
// not hold of each; of a correlation, how many events each of its rules holds of.
func (r *Rule) silent(events []event.Event) []string {
	const most = 5
	var why []string
	if r.correlation == nil {
		for i, e := range events {
			if i == most {
				why = append(why, "…")
				break
			}
			for _, w := range r.reasons(e) {
				why = append(why, fmt.Sprintf("event %d: %s", i+1, w))
			}
		}
		return why
	}
	for _, ref := range r.refs {
		if ref.Expr == nil {
			continue
		}
		held := 0
		var first []string
		for _, e := range events {
			if w := ref.reasons(e); len(w) == 0 {
				held++
			} else if first == nil {
				first = w
			}
		}
		say := fmt.Sprintf("%s holds of %d of %d events", ref.called(), held, len(events))
		if len(first) > 0 {
			say += "; of the first other: " + strings.Join(first, "; ")
		}
		why = append(why, say)
	}
	return why
}

// reasons says what of a rule's condition does not hold of an event.
func (r *Rule) reasons(e event.Event) []string {
	decoded, err := plain.Decode(e.Raw)
	if err != nil {
		return []string{err.Error()}
	}
	return Why(r.condition(), decoded)
}

// called is what a correlation calls the rule.
func (r *Rule) called() string {
	if r.name != "" {
		return r.name
	}
	return r.ID
}
