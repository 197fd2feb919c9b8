package posture

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"sallyport/internal/connector/document"
	"sallyport/internal/inventory"
	"sallyport/internal/okta"
	"sallyport/internal/value"
)

// Case is what a check must say of an org that is written down.
type Case struct {
	Name    string
	File    string
	Line    int
	Verdict Verdict
	Objects []string // what fails, as [Object.String] writes it; nil if the case does not say
	Profile Profile
	Blind   bool // the case is about what cannot be seen

	world    *inventory.World
	log      Activity
	settings Settings
	except   []Exception
}

// epoch is when the org of every case is judged.
func epoch() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

// ReadCases reads a file of cases. The error tells everything that is wrong,
// each with file and line.
func ReadCases(name string, text []byte) ([]Case, error) {
	d, err := document.Read(name, text)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	schema, err := caseSchema()
	if err != nil {
		return nil, err
	}
	if err := d.Check(schema); err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	given := d.Cursor().At("given").Value
	var cases []Case
	for c := range d.Cursor().At("cases").Items() {
		k, err := readCase(c, given)
		if err != nil {
			c.Fail("%s", err)
			continue
		}
		k.File, k.Line = name, c.Line()
		cases = append(cases, k)
	}
	if err := d.Err(); err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	return cases, nil
}

// CasesOf reads the cases of a check that was loaded from a folder. A check
// without a file of cases has none.
func CasesOf(files fs.FS, c *Check) ([]Case, error) {
	name := strings.TrimSuffix(c.File, ".yaml") + CasesSuffix
	text, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the cases of %s: %w", c.ID, err)
	}
	return ReadCases(name, text)
}

// Lacking lists what a check has to have a case of, and has none: PASS, FAIL,
// and MANUAL of what cannot be seen.
func Lacking(cases []Case) []Verdict {
	return slices.DeleteFunc([]Verdict{Pass, Fail, Manual}, func(v Verdict) bool {
		return slices.ContainsFunc(cases, func(k Case) bool { return k.Verdict == v && (v != Manual || k.Blind) })
	})
}

func readCase(c document.Cursor, given any) (Case, error) {
	k := Case{
		Name: c.Text("name"), Verdict: Verdict(c.Text("verdict")), Objects: c.Texts("objects"), settings: DefaultSettings(),
		Profile: Profile(cmp.Or(c.Text("profile"), string(Baseline))),
	}
	with := c.At("with").Value
	all, _ := merge(given, with).(*value.Object)
	over, _ := with.(*value.Object)
	k.Blind = over.At("unseen") != nil || over.At("history") == 0.0 || c.Bool("blind")
	world := value.NewObject(4)
	for _, key := range []string{"entities", "edges", "unseen", "absent"} {
		if v := all.At(key); v != nil {
			world.Set(key, v)
		}
	}
	var err error
	if k.world, err = inventory.ParseWorld(value.JSON(world)); err != nil {
		return k, fmt.Errorf("its org: %w", err)
	}
	if settings := all.At("settings"); settings != nil {
		if err := json.Unmarshal(value.JSON(settings), &k.settings); err != nil {
			return k, fmt.Errorf("its settings: %w", err)
		}
	}
	if exceptions := all.At("exceptions"); exceptions != nil {
		if err := json.Unmarshal(value.JSON(exceptions), &k.except); err != nil {
			return k, fmt.Errorf("its exceptions: %w", err)
		}
	}
	if history, ok := value.Float(all.At("history")); ok && history > 0 {
		k.log = Written(epoch(), history, objects(all.At("events")))
	}
	return k, nil
}

// merge puts b over a: objects field by field, lists of objects with ids by
// those, and a null takes away.
func merge(a, b any) any {
	if b == nil {
		return a
	}
	switch b := b.(type) {
	case *value.Object:
		under, _ := a.(*value.Object)
		out := value.NewObject(under.Len() + b.Len())
		for key, v := range under.All() {
			out.Set(key, v)
		}
		for key, v := range b.All() {
			if v == nil {
				out = out.Without(key)
				continue
			}
			out.Set(key, merge(out.At(key), v))
		}
		return out
	case []any:
		under, _ := a.([]any)
		if len(under) == 0 || !named(under) || !named(b) {
			return b
		}
		return mergeLists(under, b)
	}
	return b
}

func named(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool {
		o, ok := v.(*value.Object)
		return !ok || o.At("id") == nil
	})
}

// mergeLists takes an object with nothing but an id and gone away.
func mergeLists(under, over []any) any {
	out := slices.Clone(under)
	for _, o := range objects(over) {
		at := slices.IndexFunc(out, func(v any) bool { return v.(*value.Object).At("id") == o.At("id") })
		switch {
		case o.At("gone") == true && at >= 0:
			out = slices.Delete(out, at, at+1)
		case at < 0:
			out = append(out, o)
		default:
			out[at] = merge(out[at], o)
		}
	}
	return out
}

// Outcome is how a case went.
type Outcome struct {
	Case   Case
	Result Result
	Why    []string // why it is not as the case says; none where it is
}

// Try runs a case of a check.
func (c *Check) Try(ctx context.Context, k Case) (Outcome, error) {
	out := Outcome{Case: k}
	results, err := Run(ctx, Input{
		Reader: k.world, Activity: k.log, Settings: k.settings, Exceptions: k.except, Profile: k.Profile, Now: epoch(),
	}, []*Check{c})
	if err != nil {
		return out, err
	}
	if len(results) == 0 {
		out.Why = []string{fmt.Sprintf("the check is not in the profile %s", k.Profile)}
		return out, nil
	}
	out.Result = results[0]
	if out.Result.Verdict != k.Verdict {
		out.Why = append(out.Why, fmt.Sprintf("it is %s, not %s: %s", out.Result.Verdict, k.Verdict, out.Result.Said))
	}
	if k.Objects != nil {
		var got []string
		for _, o := range out.Result.Objects() {
			got = append(got, o.String())
		}
		slices.Sort(got)
		want := slices.Sorted(slices.Values(k.Objects))
		if !slices.Equal(got, want) {
			out.Why = append(out.Why, fmt.Sprintf("it finds %s, not %s", strings.Join(got, " "), strings.Join(want, " ")))
		}
	}
	return out, nil
}

// Without returns the case with one collection that cannot be seen.
func (k Case) Without(collection string) Case {
	k.world.See(collection, inventory.Sight{Visible: okta.Denied})
	return k
}
