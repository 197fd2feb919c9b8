package remedy_test

import (
	"io/fs"
	"path"
	"strings"
	"testing"

	"sallyport/content"
	"sallyport/internal/connector/document"
	"sallyport/internal/errs"
	"sallyport/internal/guard"
	"sallyport/internal/remedy"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// Every playbook that ships does what the cases beside it say: what is sent, and
// what is sent to undo it.
func TestPlaybooksDoWhatTheirCasesSay(t *testing.T) {
	books := shelf(t)
	text, err := fs.ReadFile(content.FS, remedy.Folder+"/cases.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := document.ParseSchema(text)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, b := range books.All() {
			t.Run(b.ID, func(t *testing.T) {
				name := path.Join(remedy.Folder, b.ID+".test.yaml")
				text, err := fs.ReadFile(content.FS, name)
				if err != nil {
					t.Fatal(err)
				}
				d, err := document.Read(name, text)
				if err != nil {
					t.Fatal(err)
				}
				if err := d.Check(schema); err != nil {
					t.Fatal(err)
				}
				for c := range d.Cursor().At("cases").Items() {
					t.Run(c.Text("name"), func(t *testing.T) { tryCase(t, db, b, c) })
				}
			})
		}
	})
}

func tryCase(t *testing.T, db *store.DB, b *remedy.Playbook, c document.Cursor) {
	t.Helper()
	l := newLab(t, db, true)
	l.peer.answers, _ = c.At("answers").Value.(*value.Object)
	l.peer.after, _ = c.At("after").Value.(*value.Object)
	o := remedy.Object{ID: value.String(c.At("object").At("id").Value)}
	o.With, _ = c.At("object").At("with").Value.(*value.Object)
	p := l.draft(b.ID, o)
	if l.peer.sent() != "" {
		t.Fatalf("the dry run has sent %s", l.peer.sent())
	}
	var says, skips, bars []string
	for _, s := range p.Steps {
		says = append(says, s.Says)
		if s.State == remedy.Skipped {
			skips = append(skips, s.Error)
		}
		for _, h := range s.Hurdles {
			bars = append(bars, string(h.Kind))
		}
	}
	if want := c.Texts("says"); want != nil && strings.Join(says, "\n") != strings.Join(want, "\n") {
		t.Errorf("it says\n%s", strings.Join(says, "\n"))
	}
	if strings.Join(skips, "\n") != strings.Join(c.Texts("skips"), "\n") || strings.Join(bars, "\n") != strings.Join(c.Texts("bars"), "\n") {
		t.Fatalf("skipped %q, barred %q of %+v", skips, bars, p.Steps)
	}
	if n := int(c.Number("targets")); n > 0 && p.Targets != n {
		t.Errorf("%d targets, want %d", p.Targets, n)
	}
	if c.At("calls").Present() {
		l.doAndUndo(p, c.Texts("calls"), c.Texts("undo"))
	}
}

// doAndUndo carries a plan out and takes it back, and holds what was sent against
// what should have been.
func (l *lab) doAndUndo(p remedy.Plan, calls, undo []string) {
	l.t.Helper()
	p = l.ask(p)
	p = l.work(p)
	if got := l.peer.sent(); !alike(got, calls) || p.State != remedy.Done {
		l.t.Errorf("%s %s; sent\n%s\nof %+v", p.State, p.Error, got, p.Steps)
	}
	l.peer.forget()
	if !p.CanUndo() {
		if len(undo) > 0 {
			l.t.Errorf("it cannot be undone: %+v", p.Steps)
		}
		return
	}
	if _, err := l.Undo(l.t.Context(), org, p.ID, "account:a1"); err != nil {
		l.t.Fatal(err)
	}
	p = l.work(p)
	if got := l.peer.sent(); !alike(got, undo) || p.State != remedy.Undone {
		l.t.Errorf("%s %s; undone by\n%s", p.State, p.Error, got)
	}
}

// alike compares what was sent with what should have been, which may leave out the
// body.
func alike(got string, want []string) bool {
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if got == "" {
		lines = nil
	}
	if len(lines) != len(want) {
		return false
	}
	for i, line := range lines {
		method, rest, _ := strings.Cut(line, " ")
		target, _, _ := strings.Cut(rest, " ")
		if line != want[i] && method+" "+target != want[i] {
			return false
		}
	}
	return true
}

// A playbook that says something wrong is refused with its line.
func TestParseRefuses(t *testing.T) {
	con := okta(t)
	const good = `playbook: x
title: X
description: X.
for: user
name: X
reads: { user: { get: "/api/v1/users/{{ object.id }}" } }
steps:
  - action: suspend_user
    with: { user: "{{ object.id }}" }
    says: X
`
	if _, err := remedy.Parse(con, "x.yaml", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ old, new, says string }{
		"an action that is not there":  {"suspend_user", "hug_user", `no action "hug_user"`},
		"an action that reads":         {"suspend_user", "get_user", `no action "get_user"`},
		"an input that is not there":   {"with: { user: ", "with: { person: ", `no input "person"`},
		"an input that is missing":     {`{ user: "{{ object.id }}" }`, "{}", `wants the input "user"`},
		"a name that is not known":     {`{{ object.id }}" }` + "\n    says", `{{ thing.id }}" }` + "\n    says", "thing is nothing that is known here"},
		"an expression that is none":   {"    says: X", "    unless: [{ when: \"read.(\", says: Y }]\n    says: X", "x.yaml:10"},
		"another name than the file's": {"playbook: x", "playbook: y", "is named so"},
		"a field too many":             {"title: X", "title: X\nmood: good", "mood"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := remedy.Parse(con, "x.yaml", []byte(strings.Replace(good, tt.old, tt.new, 1)))
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "x.yaml:") {
				t.Errorf("%v", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	con := okta(f)
	names, err := fs.Glob(content.FS, remedy.Folder+"/*_user.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(content.FS, name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(path.Base(name), text)
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		b, err := remedy.Parse(con, name, text)
		if err == nil && (b.ID == "" || len(b.Steps) == 0) {
			t.Errorf("%+v", b)
		}
	})
}

// The relations of an access path that can be cut each have a playbook.
func TestEveryEdgeHasItsPlaybook(t *testing.T) {
	removes := map[string]bool{}
	for _, b := range shelf(t).All() {
		for _, r := range b.Removes {
			removes[r] = true
		}
	}
	for _, want := range []string{"member_of", "user.has_role", "group.has_role", "app.has_role", "granted_scope", "owns", "assigned", "assigned_via", "group_rule", "api_token"} {
		if !removes[want] {
			t.Errorf("no playbook removes %s", want)
		}
	}
}

func TestPlanLimitsCheck(t *testing.T) {
	for name, tt := range map[string]struct {
		limits guard.PlanLimits
		bad    bool
	}{
		"none":                 {guard.PlanLimits{}, false},
		"the default":          {guard.DefaultPlanLimits(), false},
		"a share of all":       {guard.PlanLimits{Share: 100}, false},
		"a share of more":      {guard.PlanLimits{Share: 101}, true},
		"a share of less":      {guard.PlanLimits{HourShare: -1}, true},
		"fewer than nobody":    {guard.PlanLimits{Targets: -1}, true},
		"a year to approve in": {guard.PlanLimits{ApproveHours: 24 * 365}, true},
	} {
		p := guard.DefaultPolicy()
		p.Plans = tt.limits
		if err := p.Check(); (err != nil) != tt.bad || err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
