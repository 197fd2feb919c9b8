package audit_test

import (
	"slices"
	"testing"
	"time"

	"sallyport/internal/audit"
)

func chain(n int) ([]audit.Entry, audit.Head) {
	var out []audit.Entry
	prev := ""
	for i := range n {
		e := audit.Entry{
			Org: "acme", Seq: int64(i + 1), At: time.UnixMicro(int64(1000 * i)), Actor: "account:a", ActorName: "Ada", Action: "role.changed", Object: "role:r", Outcome: audit.OK,
			Detail: `{"n":1}`, Addr: "192.0.2.1", Request: "q", Prev: prev,
		}
		e.Hash = e.Sum()
		prev = e.Hash
		out = append(out, e)
	}
	return out, audit.Head{Seq: int64(n), Hash: prev}
}

func check(h audit.Head, es []audit.Entry) audit.Report {
	c := audit.NewChecker(h)
	for _, e := range es {
		c.Add(e)
	}
	return c.End()
}

// The bytes that are hashed are what the manual says.
func TestCanonical(t *testing.T) {
	e := audit.Entry{
		Org: "acme", Seq: 7, At: time.UnixMicro(1700000000000001), Actor: "account:a", ActorName: "Ädá", Action: "role.added", Object: "role:r", Outcome: "ok", Detail: "{}",
		Addr: "192.0.2.1", Request: "", Prev: "00",
	}
	want := "sallyport-audit-1\n2:00\n4:acme\n1:7\n16:1700000000000001\n9:account:a\n5:Ädá\n10:role.added\n6:role:r\n2:ok\n2:{}\n9:192.0.2.1\n0:\n"
	if got := string(e.Canonical()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(e.Sum()) != 64 {
		t.Errorf("the sum is %s", e.Sum())
	}
}

func TestVerify(t *testing.T) {
	const n = 6
	again := func(e audit.Entry) audit.Entry { e.Hash = e.Sum(); return e }
	tests := map[string]struct {
		spoil func([]audit.Entry) []audit.Entry
		kind  audit.Kind
		seq   int64
	}{
		"as it was written":      {func(es []audit.Entry) []audit.Entry { return es }, "", 0},
		"a changed text":         {func(es []audit.Entry) []audit.Entry { es[2].Object = "role:x"; return es }, audit.Changed, 3},
		"a changed text, hashed": {func(es []audit.Entry) []audit.Entry { es[2].Object = "role:x"; es[2] = again(es[2]); return es }, audit.Reordered, 4},
		"a later time":           {func(es []audit.Entry) []audit.Entry { es[0].At = time.UnixMicro(1); return es }, audit.Changed, 1},
		"one missing":            {func(es []audit.Entry) []audit.Entry { return slices.Delete(es, 2, 4) }, audit.Missing, 3},
		"the first missing":      {func(es []audit.Entry) []audit.Entry { return es[1:] }, audit.Missing, 1},
		"two changed about":      {func(es []audit.Entry) []audit.Entry { es[1], es[2] = es[2], es[1]; return es }, audit.Missing, 2},
		"two with changed numbers": {func(es []audit.Entry) []audit.Entry {
			es[1], es[2] = es[2], es[1]
			es[1].Seq, es[2].Seq = 2, 3
			return es
		}, audit.Changed, 2},
		"one twice":                  {func(es []audit.Entry) []audit.Entry { return slices.Insert(es, 3, es[2]) }, audit.Reordered, 3},
		"the last missing":           {func(es []audit.Entry) []audit.Entry { return es[:n-1] }, audit.Truncated, n},
		"all missing":                {func([]audit.Entry) []audit.Entry { return nil }, audit.Truncated, 1},
		"the last written otherwise": {func(es []audit.Entry) []audit.Entry { es[n-1].Action = "x"; es[n-1] = again(es[n-1]); return es }, audit.Changed, n},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			es, head := chain(n)
			r := check(head, tt.spoil(es))
			if tt.kind == "" {
				if r.Fault != nil || r.Entries != n || !r.To.After(r.From) {
					t.Errorf("%+v", r)
				}
				return
			}
			if r.Fault == nil || r.Fault.Kind != tt.kind || r.Fault.Seq != tt.seq {
				t.Errorf("%+v, want %s at %d", r.Fault, tt.kind, tt.seq)
			}
		})
	}
}

// What was deleted for its age leaves its hash, and what is kept follows it.
func TestVerifyFromAnchor(t *testing.T) {
	es, head := chain(6)
	head.AnchorSeq, head.AnchorHash = 3, es[2].Hash
	if r := check(head, es[3:]); r.Fault != nil || r.Entries != 3 {
		t.Errorf("%+v", r)
	}
	if r := check(head, es[4:]); r.Fault == nil || r.Fault.Kind != audit.Missing || r.Fault.Seq != 4 {
		t.Errorf("%+v", r.Fault)
	}
	head.AnchorHash = es[1].Hash
	if r := check(head, es[3:]); r.Fault == nil || r.Fault.Kind != audit.Reordered {
		t.Errorf("%+v", r.Fault)
	}
	head = audit.Head{Seq: 3, Hash: es[2].Hash, AnchorSeq: 3, AnchorHash: es[2].Hash}
	if r := check(head, nil); r.Fault != nil {
		t.Errorf("all deleted: %+v", r.Fault)
	}
}

func TestWho(t *testing.T) {
	if a := audit.Who(t.Context()); a.ID != "system" {
		t.Errorf("%+v", a)
	}
	ctx, trail := audit.By(t.Context(), audit.Actor{ID: "account:a"})
	if trail.Noted() {
		t.Error("nothing was told")
	}
	if a := audit.Who(ctx); a.ID != "account:a" || !trail.Noted() {
		t.Errorf("%+v", a)
	}
}
