package scimtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/scim"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// Run holds a directory against what [scim.Directory] promises: by itself, and
// behind a server with what Okta and Entra ID send. open returns an empty one.
func Run(t *testing.T, open func(*testing.T) scim.Directory) {
	t.Helper()
	direct := map[string]func(*testing.T, scim.Directory){
		"what was created is found":                     found,
		"names are unique in any letter case":           uniqueNames,
		"records are listed in order, each once":        listed,
		"terms find what they say":                      terms,
		"a change is all or nothing":                    change,
		"members come and go one by one":                members,
		"twenty writers of one group lose no member":    twentyWriters,
		"twenty writers of one user lose no write":      twentyEditors,
		"a deleted user is gone from its groups":        deleted,
		"errors of a function passed in come back":      passedBack,
		"members are called what the client calls them": memberNames,
		"a member that is no user is passed over":       strangers,
	}
	for name, test := range direct {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
	for name, test := range sequences() {
		t.Run(name, func(t *testing.T) { test(t, Serve(t, open(t), scim.Options{})) })
	}
}

// user is a document as the server makes it.
func user(name string, pairs ...any) scim.Edit {
	doc := value.Map("schemas", []any{schema.UserURN}, "userName", name, "active", true)
	for i := 0; i+1 < len(pairs); i += 2 {
		doc = doc.With(pairs[i].(string), pairs[i+1])
	}
	return scim.Edit{Document: doc}
}

func group(name string, ids ...string) scim.Edit {
	doc := value.Map("schemas", []any{schema.GroupURN}, "displayName", name)
	return scim.Edit{Document: doc, Members: scim.Delta{Clear: true, Add: added(ids...)}}
}

// added are members without names.
func added(ids ...string) []scim.Member {
	var list []scim.Member
	for _, id := range ids {
		list = append(list, scim.Member{ID: id})
	}
	return list
}

func create(t *testing.T, d scim.Directory, kind scim.Kind, e scim.Edit) scim.Record {
	t.Helper()
	r, err := d.Create(t.Context(), kind, e)
	if err != nil {
		t.Fatalf("create %s: %v", e.Document.At("userName"), err)
	}
	return r
}

func find(t *testing.T, d scim.Directory, ref scim.Ref) scim.Record {
	t.Helper()
	r, err := d.Find(t.Context(), ref, true)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ids of the other ends of a record's memberships.
func ids(r scim.Record) []string {
	list := make([]string, 0, len(r.Related))
	for _, m := range r.Related {
		list = append(list, m.ID)
	}
	return list
}

func isKind(t *testing.T, err error, want errs.Kind) {
	t.Helper()
	if err == nil || errs.KindOf(err) != want {
		t.Errorf("error %v, want one of kind %s", err, want)
	}
}

func found(t *testing.T, d scim.Directory) {
	made := create(t, d, scim.User, user("a@x.test", "externalId", "00u1", "odd", value.Map("z", 1.0, "a", []any{true})))
	got := find(t, d, made.Ref)
	if made.ID == "" || made.Version != 1 || made.Created.IsZero() || !made.Modified.Equal(made.Created) {
		t.Errorf("created %+v", made)
	}
	if got.Version != 1 || string(value.JSON(got.Document)) != string(value.JSON(made.Document)) || !got.Created.Equal(made.Created) {
		t.Errorf("found %+v %s, want %+v %s", got, value.JSON(got.Document), made, value.JSON(made.Document))
	}
	for _, ref := range []scim.Ref{{Kind: scim.User, ID: "nobody"}, {Kind: scim.Group, ID: made.ID}, {Kind: scim.User, ID: strings.ToUpper(made.ID) + "x"}} {
		_, err := d.Find(t.Context(), ref, false)
		isKind(t, err, errs.NotFound)
	}
}

func uniqueNames(t *testing.T, d scim.Directory) {
	a := create(t, d, scim.User, user("Ann@x.test"))
	b := create(t, d, scim.User, user("ben@x.test"))
	_, err := d.Create(t.Context(), scim.User, user("ANN@X.test"))
	isKind(t, err, errs.Conflict)
	_, err = d.Change(t.Context(), b.Ref, false, func(scim.Record) (scim.Edit, error) { return user("ann@x.test"), nil })
	isKind(t, err, errs.Conflict)
	if _, err := d.Change(t.Context(), a.Ref, false, func(scim.Record) (scim.Edit, error) { return user("ann@x.test"), nil }); err != nil {
		t.Errorf("another letter case of its own name: %v", err)
	}
	create(t, d, scim.Group, group("Ann@x.test"))
	_, err = d.Create(t.Context(), scim.Group, group("ann@x.test"))
	isKind(t, err, errs.Conflict)
	if err := d.Delete(t.Context(), a.Ref, anyway); err != nil {
		t.Fatal(err)
	}
	again := create(t, d, scim.User, user("ann@x.test"))
	if again.ID == a.ID {
		t.Error("a new user has the id of a deleted one")
	}
}

func anyway(scim.Record) error { return nil }

func listed(t *testing.T, d scim.Directory) {
	var want []string
	for i := range 25 {
		want = append(want, create(t, d, scim.User, user(fmt.Sprintf("u%d@x.test", i))).ID)
	}
	slices.Sort(want)
	create(t, d, scim.Group, group("g", want[0]))
	page := func(q scim.Query) ([]string, int) {
		q.Kind = scim.User
		p, err := d.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range p.Records {
			if got = append(got, r.ID); (len(r.Related) > 0) != (q.Related && r.ID == want[0]) {
				t.Errorf("%+v: related %v", q, r.Related)
			}
		}
		return got, p.Total
	}
	tests := map[string]struct {
		q     scim.Query
		want  []string
		total int
	}{
		"all":              {scim.Query{Limit: 100, Total: true}, want, 25},
		"with groups":      {scim.Query{Limit: 2, Total: true, Related: true}, want[:2], 25},
		"a page":           {scim.Query{Offset: 10, Limit: 10, Total: true}, want[10:20], 25},
		"the last page":    {scim.Query{Offset: 20, Limit: 10, Total: true}, want[20:], 25},
		"behind the end":   {scim.Query{Offset: 30, Limit: 10, Total: true}, nil, 25},
		"the total alone":  {scim.Query{Total: true}, nil, 25},
		"after one":        {scim.Query{After: want[4], Limit: 3, Total: true}, want[5:8], 25},
		"after and offset": {scim.Query{After: want[4], Offset: 2, Limit: 3, Total: true}, want[7:10], 25},
	}
	for name, tt := range tests {
		if got, total := page(tt.q); !slices.Equal(got, tt.want) || total != tt.total {
			t.Errorf("%s: %v of %d, want %v of %d", name, got, total, tt.want, tt.total)
		}
	}
}

func terms(t *testing.T, d scim.Directory) {
	a := create(t, d, scim.User, user("Ann@x.test", "externalId", "E1", "displayName", "Ann A", "emails", []any{value.Map("value", "ann@home.test"), value.Map("value", "Ann@x.test")}))
	b := create(t, d, scim.User, user("ben@x.test", "externalId", "e1", "active", false))
	g := create(t, d, scim.Group, group("Admins", a.ID))
	create(t, d, scim.Group, group("Nobody"))
	tests := map[string]struct {
		kind scim.Kind
		term []scim.Term
		want []string
	}{
		"id":                  {scim.User, []scim.Term{{Field: scim.FieldID, Text: b.ID}}, []string{b.ID}},
		"an id of a group":    {scim.User, []scim.Term{{Field: scim.FieldID, Text: g.ID}}, nil},
		"userName":            {scim.User, []scim.Term{{Field: scim.FieldUserName, Text: "ann@x.test"}}, []string{a.ID}},
		"externalId exactly":  {scim.User, []scim.Term{{Field: scim.FieldExternalID, Text: "e1"}}, []string{b.ID}},
		"displayName":         {scim.User, []scim.Term{{Field: scim.FieldDisplayName, Text: "ann a"}}, []string{a.ID}},
		"the second address":  {scim.User, []scim.Term{{Field: scim.FieldEmail, Text: "ann@x.test"}}, []string{a.ID}},
		"no such address":     {scim.User, []scim.Term{{Field: scim.FieldEmail, Text: "ben@x.test"}}, nil},
		"active":              {scim.User, []scim.Term{{Field: scim.FieldActive, Bool: true}}, []string{a.ID}},
		"inactive":            {scim.User, []scim.Term{{Field: scim.FieldActive}}, []string{b.ID}},
		"two that contradict": {scim.User, []scim.Term{{Field: scim.FieldUserName, Text: "ann@x.test"}, {Field: scim.FieldActive}}, nil},
		"two that agree":      {scim.User, []scim.Term{{Field: scim.FieldUserName, Text: "ann@x.test"}, {Field: scim.FieldID, Text: a.ID}}, []string{a.ID}},
		"a group's name":      {scim.Group, []scim.Term{{Field: scim.FieldDisplayName, Text: "admins"}}, []string{g.ID}},
		"a member":            {scim.Group, []scim.Term{{Field: scim.FieldMember, Text: a.ID}}, []string{g.ID}},
		"no member":           {scim.Group, []scim.Term{{Field: scim.FieldMember, Text: b.ID}}, nil},
		"like patterns":       {scim.User, []scim.Term{{Field: scim.FieldUserName, Text: "%"}}, nil},
		"quotes":              {scim.User, []scim.Term{{Field: scim.FieldExternalID, Text: `' or "1"='1`}}, nil},
	}
	for name, tt := range tests {
		p, err := d.List(t.Context(), scim.Query{Kind: tt.kind, Terms: tt.term, Limit: 10, Total: true})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, r := range p.Records {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, tt.want) || p.Total != len(tt.want) {
			t.Errorf("%s: %v of %d, want %v", name, got, p.Total, tt.want)
		}
	}
}

func change(t *testing.T, d scim.Directory) {
	a := create(t, d, scim.User, user("a@x.test"))
	g := create(t, d, scim.Group, group("g", a.ID))
	create(t, d, scim.Group, group("j"))
	same, err := d.Change(t.Context(), g.Ref, true, func(scim.Record) (scim.Edit, error) { return scim.Edit{}, nil })
	if err != nil || same.Version != 1 || !slices.Equal(ids(same), []string{a.ID}) {
		t.Errorf("changed nothing: %+v, %v", same, err)
	}
	same, err = d.Change(t.Context(), g.Ref, true, func(scim.Record) (scim.Edit, error) {
		return scim.Edit{Members: scim.Delta{Add: added(a.ID)}}, nil
	})
	if err != nil || same.Version != 1 {
		t.Errorf("added a member that is there: %+v, %v", same, err)
	}
	next, err := d.Change(t.Context(), g.Ref, true, func(r scim.Record) (scim.Edit, error) {
		if r.Name() != "g" || !slices.Equal(ids(r), []string{a.ID}) {
			t.Errorf("to be changed: %+v", r)
		}
		return scim.Edit{Document: group("h").Document}, nil
	})
	if err != nil || next.Version != 2 || next.Name() != "h" || !slices.Equal(ids(next), []string{a.ID}) || next.Modified.Before(next.Created) {
		t.Errorf("renamed: %+v, %v", next, err)
	}
	_, err = d.Change(t.Context(), g.Ref, false, func(scim.Record) (scim.Edit, error) {
		return scim.Edit{Document: group("J").Document, Members: scim.Delta{Clear: true}}, nil
	})
	isKind(t, err, errs.Conflict)
	if r := find(t, d, g.Ref); r.Name() != "h" || r.Version != 2 || !slices.Equal(ids(r), []string{a.ID}) {
		t.Errorf("half a change is left: %+v", r)
	}
	_, err = d.Change(t.Context(), scim.Ref{Kind: scim.Group, ID: "none"}, false, func(scim.Record) (scim.Edit, error) { return scim.Edit{}, nil })
	isKind(t, err, errs.NotFound)
}

func members(t *testing.T, d scim.Directory) {
	var u []string
	for i := range 5 {
		u = append(u, create(t, d, scim.User, user(fmt.Sprintf("u%d@x.test", i), "displayName", fmt.Sprintf("User %d", i))).ID)
	}
	slices.Sort(u)
	g := create(t, d, scim.Group, group("g", u[0], u[1]))
	steps := []struct {
		delta scim.Delta
		want  []string
	}{
		{scim.Delta{Add: added(u[2], u[0])}, u[:3]},
		{scim.Delta{Remove: []string{u[1], "nobody"}}, []string{u[0], u[2]}},
		{scim.Delta{Remove: []string{u[0]}, Add: added(u[3])}, u[2:4]},
		{scim.Delta{Clear: true, Add: added(u[4], u[3])}, u[3:5]},
		{scim.Delta{Clear: true}, nil},
	}
	for i, s := range steps {
		r, err := d.Change(t.Context(), g.Ref, true, func(scim.Record) (scim.Edit, error) { return scim.Edit{Members: s.delta}, nil })
		if err != nil || !slices.Equal(ids(r), s.want) || r.Version != int64(i+2) {
			t.Errorf("step %d: %v in version %d, %v; want %v", i, ids(r), r.Version, err, s.want)
		}
		if i == 0 {
			if other := find(t, d, r.Related[0].Ref); !slices.Equal(ids(other), []string{g.ID}) || other.Related[0].Display != "g" || r.Related[0].Display != other.Label() {
				t.Errorf("the other end: %+v", other)
			}
		}
	}
}

// together runs a function n times at once.
func together(t *testing.T, n int, f func(i int) error) {
	t.Helper()
	problems := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { problems[i] = f(i) })
	}
	wg.Wait()
	if err := errors.Join(problems...); err != nil {
		t.Fatal(err)
	}
}

func twentyWriters(t *testing.T, d scim.Directory) {
	var u []string
	for i := range 40 {
		u = append(u, create(t, d, scim.User, user(fmt.Sprintf("u%d@x.test", i))).ID)
	}
	g := create(t, d, scim.Group, group("g", u[20:]...))
	together(t, 20, func(i int) error {
		delta := scim.Delta{Add: added(u[i]), Remove: []string{u[20+i]}}
		_, err := d.Change(context.Background(), g.Ref, false, func(scim.Record) (scim.Edit, error) { return scim.Edit{Members: delta}, nil })
		return err
	})
	want := slices.Sorted(slices.Values(u[:20]))
	if r := find(t, d, g.Ref); !slices.Equal(ids(r), want) || r.Version != 21 {
		t.Errorf("%d members in version %d, want 20 in 21", len(r.Related), r.Version)
	}
}

// overlap is how long one change waits for another.
const overlap = 100 * time.Millisecond

func twentyEditors(t *testing.T, d scim.Directory) {
	a := create(t, d, scim.User, user("a@x.test"))
	// The first waits a little for another to read what it has read, which a
	// directory does not let happen, or makes good.
	var calls atomic.Int32
	second := make(chan struct{})
	together(t, 20, func(i int) error {
		_, err := d.Change(context.Background(), a.Ref, false, func(r scim.Record) (scim.Edit, error) {
			switch calls.Add(1) {
			case 1:
				select {
				case <-second:
				case <-time.After(overlap):
				}
			case 2:
				close(second)
			}
			return scim.Edit{Document: r.Document.With(fmt.Sprintf("field%d", i), float64(i))}, nil
		})
		return err
	})
	if r := find(t, d, a.Ref); r.Document.Len() != a.Document.Len()+20 || r.Version != 21 {
		t.Errorf("version %d: %s", r.Version, value.JSON(r.Document))
	}
}

func deleted(t *testing.T, d scim.Directory) {
	a, b := create(t, d, scim.User, user("a@x.test")), create(t, d, scim.User, user("b@x.test"))
	g := create(t, d, scim.Group, group("g", a.ID, b.ID))
	if err := d.Delete(t.Context(), a.Ref, anyway); err != nil {
		t.Fatal(err)
	}
	if r := find(t, d, g.Ref); !slices.Equal(ids(r), []string{b.ID}) || r.Version != 2 {
		t.Errorf("the group has %v in version %d", ids(r), r.Version)
	}
	isKind(t, d.Delete(t.Context(), a.Ref, anyway), errs.NotFound)
	if err := d.Delete(t.Context(), g.Ref, anyway); err != nil {
		t.Fatal(err)
	}
	if r := find(t, d, b.Ref); len(r.Related) > 0 || r.Version != 1 {
		t.Errorf("the user is in %v", ids(r))
	}
}

func passedBack(t *testing.T, d scim.Directory) {
	a := create(t, d, scim.User, user("a@x.test"))
	own := errors.New("own")
	if err := d.Delete(t.Context(), a.Ref, func(r scim.Record) error {
		if r.Version != 1 {
			t.Errorf("to be deleted: %+v", r)
		}
		return own
	}); !errors.Is(err, own) {
		t.Errorf("delete: %v", err)
	}
	if _, err := d.Change(t.Context(), a.Ref, false, func(scim.Record) (scim.Edit, error) { return scim.Edit{}, own }); !errors.Is(err, own) {
		t.Errorf("change: %v", err)
	}
	find(t, d, a.Ref)
}

func strangers(t *testing.T, d scim.Directory) {
	a := create(t, d, scim.User, user("a@x.test"))
	other := create(t, d, scim.Group, group("other"))
	g := create(t, d, scim.Group, group("g", "nobody", a.ID, other.ID, strings.ToUpper(a.ID)+"x"))
	if !slices.Equal(ids(g), []string{a.ID}) {
		t.Errorf("members %v, want %s", ids(g), a.ID)
	}
	r, err := d.Change(t.Context(), g.Ref, true, func(scim.Record) (scim.Edit, error) {
		return scim.Edit{Members: scim.Delta{Add: added("nobody"), Remove: []string{"somebody"}}}, nil
	})
	if err != nil || r.Version != 1 || !slices.Equal(ids(r), []string{a.ID}) {
		t.Errorf("%v in version %d, %v", ids(r), r.Version, err)
	}
}

func memberNames(t *testing.T, d scim.Directory) {
	a := create(t, d, scim.User, user("a@x.test", "displayName", "Ann"))
	g := create(t, d, scim.Group, group("g", a.ID))
	for i, step := range []struct{ given, want string }{{"", "Ann"}, {"Boss", "Boss"}, {"", "Boss"}, {"Boss", "Boss"}, {"Chief", "Chief"}} {
		r, err := d.Change(t.Context(), g.Ref, true, func(scim.Record) (scim.Edit, error) {
			return scim.Edit{Members: scim.Delta{Clear: true, Add: []scim.Member{{ID: a.ID, Display: step.given}}}}, nil
		})
		if err != nil || len(r.Related) != 1 || r.Related[0].Display != step.want || r.Version != []int64{1, 2, 2, 2, 3}[i] {
			t.Errorf("step %d: %+v, %v", i, r, err)
		}
	}
}
