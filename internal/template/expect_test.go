package template_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/flow"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// testExpect is what a template has come to since the expectation before it, or
// since the beginning. What is not named of runs, changes, messages, mails and
// calls must not have been.
type testExpect struct {
	Runs    []string            `yaml:"runs"`    // of those that ended or wait, in the order of their starts: "FLOW/STATE: words", FLOW/ where there are several
	Changes []string            `yaml:"changes"` // at Okta, in order: "DELETE /api/v1/users/{maya.chen}/sessions"
	Slack   []testMessage       `yaml:"slack"`
	Teams   []testMessage       `yaml:"teams"` // of all time
	Mail    []testMessage       `yaml:"mail"`
	Calls   []testSent          `yaml:"calls"`  // of the stand-in, in order
	Users   map[string]testUser `yaml:"users"`  // how people are at Okta now
	Rows    map[string][]any    `yaml:"rows"`   // all rows of tables now, with the columns that are named
	Result  map[string]any      `yaml:"result"` // of the last run, the fields that are named
	Answer  *testAnswer         `yaml:"answer"` // of the last run
	Groups  map[string][]string `yaml:"groups"` // who is in groups now, and nobody else
	Steps   map[string]string   `yaml:"steps"`  // of the last run: how cards ended, "done" or "refused: words"
}

type testMessage struct {
	To      string   `yaml:"to"` // "#security", "@maya.chen", an address
	Subject string   `yaml:"subject"`
	Has     []string `yaml:"has"`
	Lacks   []string `yaml:"lacks"`
}

type testSent struct {
	Call string   `yaml:"call"`
	Has  []string `yaml:"has"` // in the body
}

type testUser struct {
	Status   string   `yaml:"status"`
	Sessions *int     `yaml:"sessions"`
	Tokens   *int     `yaml:"tokens"`
	Factors  *int     `yaml:"factors"`
	Roles    []string `yaml:"roles"` // all of them; [] for none
	In       []string `yaml:"in"`
	NotIn    []string `yaml:"not_in"`
}

type testAnswer struct {
	Status float64  `yaml:"status"`
	Has    []string `yaml:"has"`
}

func (s *stage) expect(e testExpect) {
	s.t.Helper()
	s.expectRuns(e)
	s.expectChanges(e.Changes)
	s.expectSlack(e.Slack)
	s.expectMail(e.Mail)
	s.expectCalls(e.Calls)
	if e.Teams != nil {
		var said []struct{ Text string }
		s.control(http.MethodGet, "/teams", nil, &said)
		var got []message
		for _, m := range said {
			got = append(got, message{"", "", m.Text})
		}
		s.compareMessages("Teams", got, e.Teams)
	}
	for name, want := range e.Users {
		s.expectUser(name, want)
	}
	for slug, want := range e.Rows {
		s.expectRows(slug, want)
	}
	for name, want := range e.Groups {
		s.expectGroup(name, want)
	}
	if e.Result != nil {
		got, err := value.Load(s.last.Result)
		s.must(err)
		o, _ := got.(*value.Object)
		s.fields("the result", o, e.Result)
	}
	if e.Answer != nil {
		s.expectAnswer(*e.Answer)
	}
	s.expectSteps(e.Steps)
}

func (s *stage) expectRuns(e testExpect) {
	s.t.Helper()
	all, err := s.core.DB.Runs.List(s.t.Context(), s.org, store.RunFilter{Limit: 1000})
	s.must(err)
	slices.SortFunc(all, s.older)
	var got []string
	var runs []flow.Run
	for _, r := range all {
		if s.ended[r.ID] {
			continue
		}
		s.last = r
		runs = append(runs, r)
		s.ended[r.ID] = r.State.Ended()
		words := r.Error + r.Reason
		if r.Unknown > 0 {
			words += fmt.Sprintf(" (%d in doubt)", r.Unknown)
		}
		line := string(r.State) + ": " + words
		if len(s.made.Flows) > 1 {
			line = s.defs[r.Flow].Slug + "/" + line
		}
		got = append(got, strings.TrimSuffix(line, ": "))
	}
	ok := len(got) == len(e.Runs)
	for i := range min(len(got), len(e.Runs)) {
		state, words, _ := strings.Cut(e.Runs[i], ":")
		is, said, _ := strings.Cut(got[i], ": ")
		ok = ok && is == state && strings.Contains(said, strings.TrimSpace(s.text(words)))
	}
	if !ok {
		s.t.Errorf("%s: runs: %s", s.at, cmp.Diff(e.Runs, got))
		s.trace(runs)
	}
}

// trace shows what the runs did.
func (s *stage) trace(runs []flow.Run) {
	s.t.Helper()
	for _, r := range runs {
		steps, err := s.core.DB.Runs.Steps(s.t.Context(), r.Org, r.ID)
		s.must(err)
		s.t.Logf("run of %s: %s %s %s", s.defs[r.Flow].Slug, r.State, r.Error, r.Reason)
		for _, st := range steps {
			in, _ := value.Load(st.Input)
			out, _ := value.Load(st.Output)
			s.t.Logf("  %s %s %s %s\n    in %.400s\n    out %.400s", st.Path, st.State, st.Error, st.Reason, value.JSON(in), value.JSON(out))
		}
	}
}

var (
	personID = regexp.MustCompile(`00u[0-9A-Za-z]{10,}`)
	groupID  = regexp.MustCompile(`00g[0-9A-Za-z]{10,}`)
)

// named writes a path with names in place of ids.
func (s *stage) named(path string) string {
	path = personID.ReplaceAllStringFunc(path, func(id string) string {
		u, ok := s.box.Org().User(id)
		if !ok {
			return id
		}
		name, _, _ := strings.Cut(u.Login, "@")
		return "{" + name + "}"
	})
	return groupID.ReplaceAllStringFunc(path, func(id string) string {
		if name, ok := s.groups[id]; ok {
			return "{" + name + "}"
		}
		return id
	})
}

func (s *stage) expectChanges(want []string) {
	s.t.Helper()
	var got []string
	for _, r := range s.sandboxRequests() {
		s.requests = r.Seq
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			continue
		}
		line := r.Method + " " + s.named(r.Path)
		if r.Query != "" {
			line += "?" + r.Query
		}
		if r.Status >= 400 {
			line += fmt.Sprintf(" (%d)", r.Status)
		}
		got = append(got, line)
	}
	filled := make([]string, 0, len(want))
	for _, w := range want {
		filled = append(filled, s.text(w))
	}
	if !slices.Equal(got, filled) {
		s.t.Errorf("%s: changes at Okta: %s", s.at, cmp.Diff(filled, got))
	}
}

type message struct{ to, subject, text string }

func (s *stage) expectSlack(want []testMessage) {
	s.t.Helper()
	var said []struct {
		Channel     string          `json:"channel"`
		ChannelName string          `json:"channel_name"`
		Text        string          `json:"text"`
		Blocks      json.RawMessage `json:"blocks"`
	}
	s.control(http.MethodGet, "/slack", nil, &said)
	var got []message
	for _, m := range said[s.messages:] {
		to := "#" + m.ChannelName
		if strings.HasPrefix(m.Channel, "D") {
			to = "@" + m.ChannelName
		}
		got = append(got, message{to, "", m.Text + string(m.Blocks)})
	}
	s.messages = len(said)
	s.compareMessages("Slack", got, want)
}

func (s *stage) expectMail(want []testMessage) {
	s.t.Helper()
	var said []struct {
		To                       []string
		Subject, Text, HTML, Via string
	}
	s.control(http.MethodGet, "/mail", nil, &said)
	var got []message
	for _, m := range said[s.mails:] {
		if m.Via == "smtp" {
			got = append(got, message{strings.Join(m.To, ","), m.Subject, strings.ReplaceAll(m.Text+m.HTML, "\r\n", "\n")})
		}
	}
	s.mails = len(said)
	s.compareMessages("mail", got, want)
}

func (s *stage) compareMessages(where string, got []message, want []testMessage) {
	s.t.Helper()
	if len(got) != len(want) {
		s.t.Errorf("%s: %d messages by %s, not %d: %q", s.at, len(got), where, len(want), got)
		return
	}
	for i, w := range want {
		g := got[i]
		if to := s.text(w.To); to != "" && to != g.to || w.Subject != "" && !strings.Contains(g.subject, s.text(w.Subject)) {
			s.t.Errorf("%s: message %d by %s is to %s, %q, not to %s, %q", s.at, i+1, where, g.to, g.subject, to, w.Subject)
		}
		for _, part := range w.Has {
			if !strings.Contains(g.text, s.text(part)) {
				s.t.Errorf("%s: message %d by %s lacks %q:\n%s", s.at, i+1, where, s.text(part), g.text)
			}
		}
		for _, part := range append([]string{"{{", "null"}, w.Lacks...) {
			if strings.Contains(g.text, s.text(part)) {
				s.t.Errorf("%s: message %d by %s has %q:\n%s", s.at, i+1, where, s.text(part), g.text)
			}
		}
	}
}

func (s *stage) expectCalls(want []testSent) {
	s.t.Helper()
	s.standin.mu.Lock()
	got := s.standin.calls[s.calls:]
	s.calls = len(s.standin.calls)
	s.standin.mu.Unlock()
	var lines, wanted []string
	for _, c := range got {
		lines = append(lines, c.Call)
	}
	for _, w := range want {
		wanted = append(wanted, s.text(w.Call))
	}
	if !slices.Equal(lines, wanted) {
		s.t.Errorf("%s: calls of the stand-in: %s", s.at, cmp.Diff(wanted, lines))
		return
	}
	for i, w := range want {
		for _, part := range w.Has {
			if !strings.Contains(got[i].Body, s.text(part)) {
				s.t.Errorf("%s: %s lacks %q:\n%s", s.at, w.Call, s.text(part), got[i].Body)
			}
		}
	}
}

func (s *stage) expectUser(name string, want testUser) {
	s.t.Helper()
	u, ok := s.box.Org().User(s.login(name))
	if !ok {
		s.t.Errorf("%s: %s is not there", s.at, name)
		return
	}
	if want.Status != "" && string(u.Status) != want.Status {
		s.t.Errorf("%s: %s is %s, not %s", s.at, name, u.Status, want.Status)
	}
	for what, n := range map[string]struct {
		want *int
		got  int
	}{"sessions": {want.Sessions, u.Sessions}, "tokens": {want.Tokens, u.OAuthTokens}, "factors": {want.Factors, u.Factors}} {
		if n.want != nil && *n.want != n.got {
			s.t.Errorf("%s: %s has %d %s, not %d", s.at, name, n.got, what, *n.want)
		}
	}
	if want.Roles != nil && !slices.Equal(append([]string{}, u.AdminRoles...), want.Roles) {
		s.t.Errorf("%s: %s has the roles %q, not %q", s.at, name, u.AdminRoles, want.Roles)
	}
	for _, g := range want.In {
		if !slices.Contains(u.Groups, g) {
			s.t.Errorf("%s: %s is not in %s, but in %q", s.at, name, g, u.Groups)
		}
	}
	for _, g := range want.NotIn {
		if slices.Contains(u.Groups, g) {
			s.t.Errorf("%s: %s is in %s", s.at, name, g)
		}
	}
}

func (s *stage) expectGroup(name string, want []string) {
	s.t.Helper()
	var got []string
	for _, u := range s.box.Org().Users("", 0) {
		if slices.Contains(u.Groups, name) {
			short, _, _ := strings.Cut(u.Login, "@")
			got = append(got, short)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		s.t.Errorf("%s: in %s are %q, not %q", s.at, name, got, want)
	}
}

func (s *stage) expectRows(slug string, want []any) {
	s.t.Helper()
	got := s.rows(slug)
	if len(got) != len(want) {
		s.t.Errorf("%s: %s has %d rows, not %d", s.at, slug, len(got), len(want))
		for _, r := range got {
			s.t.Logf("%s", value.JSON(r))
		}
		return
	}
	for i, w := range want {
		m, _ := w.(map[string]any)
		s.fields(fmt.Sprintf("row %d of %s", i+1, slug), got[i], m)
	}
}

// fields compares the fields that are named; a text that begins with ~ has to be
// in what is there, and null stands for nothing.
func (s *stage) fields(of string, got *value.Object, want map[string]any) {
	s.t.Helper()
	for k, w := range want {
		have := got.At(k)
		text := value.String(have)
		if part, ok := w.(string); ok && strings.HasPrefix(part, "~") {
			if !strings.Contains(text, s.text(part[1:])) {
				s.t.Errorf("%s: %s: %s is %q, without %q", s.at, of, k, text, s.text(part[1:]))
			}
			continue
		}
		wanted := s.object(map[string]any{"x": w}).At("x")
		if value.String(wanted) != text {
			s.t.Errorf("%s: %s: %s is %q, not %q", s.at, of, k, text, value.String(wanted))
		}
	}
}

func (s *stage) expectAnswer(want testAnswer) {
	s.t.Helper()
	plain, err := s.core.Keys.Unseal(s.last.Answer, flow.AnswerContext(s.last))
	s.must(err)
	v, err := value.Load(plain)
	s.must(err)
	o, _ := v.(*value.Object)
	if o.At("status") != want.Status {
		s.t.Errorf("%s: the answer is %s, not %v", s.at, value.JSON(v), want.Status)
	}
	for _, part := range want.Has {
		if !strings.Contains(value.String(o.At("body")), s.text(part)) {
			s.t.Errorf("%s: the answer lacks %q: %s", s.at, s.text(part), value.JSON(v))
		}
	}
}

func (s *stage) expectSteps(want map[string]string) {
	s.t.Helper()
	if len(want) == 0 {
		return
	}
	steps, err := s.core.DB.Runs.Steps(s.t.Context(), s.org, s.last.ID)
	s.must(err)
	for path, w := range want {
		i := slices.IndexFunc(steps, func(st flow.Step) bool { return st.Path == path })
		if i < 0 {
			s.t.Errorf("%s: the card %s has not run", s.at, path)
			continue
		}
		state, words, _ := strings.Cut(w, ":")
		if st := steps[i]; string(st.State) != state || !strings.Contains(st.Error+st.Reason, strings.TrimSpace(words)) {
			s.t.Errorf("%s: the card %s is %s %s%s, not %s", s.at, path, st.State, st.Error, st.Reason, w)
		}
	}
}
